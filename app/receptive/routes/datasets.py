"""The data sets that networks learn from: which there are, and fetching one once, with progress."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

import anyio
import orjson
from fastapi import APIRouter, Path, Request
from sse_starlette.sse import EventSourceResponse
from starlette.responses import Response

from convnets.why import Why
from receptive.routes.negotiation import JSON, as_json
from receptive.routes.problems import RefusalError, brief, documented
from receptive.routes.runs.events import EVENT_STREAM, Watching
from receptive.schemas.runs import DatasetList
from receptive.settings import Settings
from receptive.training.plan import KNOWN

router = APIRouter(prefix="/datasets", tags=["training"])
log = logging.getLogger(__name__)

BETWEEN: Final = 0.1  # seconds between two events
_LIST: Final = {
    "datasets": [
        {"name": "digits", "pictures": 1797, "classes": ["0", "1", "2", "3"], "bytes": 0, "here": True},
        {"name": "mnist", "pictures": 60000, "classes": ["0", "1", "2", "3"], "bytes": 9941303, "here": False},
    ]
}
_WHY: Final = {"anyOf": [{"$ref": "#/components/schemas/Why"}, {"type": "null"}]}
_PROGRESS: Final = 'event: progress\ndata: {"done":65536,"total":9941303}\n\n'


class Fetching:
    """One download in a thread, with its progress for the event loop."""

    def __init__(self, name: str, settings: Settings) -> None:
        self.name, self._settings = name, settings
        self._given_up = threading.Event()
        self.state: dict[str, int] = {"done": 0, "total": 0}

    @property
    def given_up(self) -> bool:
        """True if the download ends with the next bytes."""
        return self._given_up.is_set()

    def run(self) -> None:
        """Fetch. Raises DatasetError, and Cancelled where it was given up."""
        from receptive.training.data import datasets

        datasets.obtain(self.name, self._settings.data_dir, self._progress)

    def give_up(self) -> None:
        """End the download: nobody waits for it any more."""
        self._given_up.set()

    def _progress(self, done: int, total: int) -> None:
        from receptive.training.data.fetching import Cancelled

        if self.given_up:
            raise Cancelled
        self.state = {"done": done, "total": total}


class Fetches:
    """The downloads that go on, one for each data set."""

    def __init__(self) -> None:
        self._under_way: dict[str, Fetching] = {}

    async def enter(self, fetching: Fetching) -> None:
        """Begin, as soon as one that was given up is gone. Raises RefusalError with 429 where another one goes on."""
        name = fetching.name
        while name in self._under_way:
            if not self._under_way[name].given_up:
                why = Why(
                    "fetched-already",
                    "name: {data} is being downloaded already; wait until that is done",
                    {"data": name},
                )
                raise RefusalError(429, str(why), headers={"Retry-After": "10"}, why=why)
            await asyncio.sleep(BETWEEN)
        self._under_way[name] = fetching

    def leave(self, fetching: Fetching, task: asyncio.Task[None]) -> None:
        """The download is over. A failure that nobody waits for any more is a line in the log."""
        from receptive.training.data.fetching import Cancelled

        del self._under_way[fetching.name]
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, Cancelled):
            log.warning("%s was not downloaded: %s", fetching.name, error)


@router.get(
    "",
    summary="The data sets",
    response_model=DatasetList,
    responses={200: {"description": "Successful Response", "content": {JSON: {"example": _LIST}}}, **documented(503)},
)
async def datasets(request: Request) -> Response:
    """The data sets to learn from; `bytes` are downloaded once where a data set is not `here`."""
    await request.app.state.engine.ready()
    listed = await anyio.to_thread.run_sync(_about, request.app.state.settings)
    return as_json({"datasets": listed})


def _about(settings: Settings) -> list[dict[str, Any]]:
    from receptive.training.data import datasets

    return [
        {"name": each.name, "pictures": each.pictures, "classes": each.classes, "bytes": each.size, "here": each.here}
        for each in datasets.about(settings.data_dir)
    ]


def _event(kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    content = {"contentMediaType": JSON, "contentSchema": {"type": "object", "properties": fields}}
    return {
        "type": "object",
        "required": ["event", "data"],
        "properties": {"event": {"const": kind}, "data": {"type": "string", **content}},
    }


@router.post(
    "/{name}/fetch",
    summary="Fetch a data set",
    response_class=EventSourceResponse,
    responses={
        200: {
            "description": "events `progress`, and at the end `done` or `failed`, JSON each",
            "content": {
                EVENT_STREAM: {
                    "itemSchema": {
                        "anyOf": [
                            _event("progress", {"done": {"type": "integer"}, "total": {"type": "integer"}}),
                            _event("done", {}),
                            _event("failed", {"reason": {"type": "string"}, "why": _WHY}),
                        ]
                    },
                    "example": _PROGRESS,
                }
            },
        },
        **documented(404, 422, 429, 503),
    },
)
async def fetch(
    request: Request,
    name: Annotated[str, Path(description="a name from /datasets", max_length=64, examples=["mnist"])],
) -> Response:
    """Once, and checked; leaving gives it up, and leaves nothing half-fetched behind."""
    if name not in KNOWN:
        why = Why(
            "no-such-data",
            "name: {data} is not a data set that can be downloaded; {known} are",
            {"data": brief(name), "known": ", ".join(KNOWN)},
        )
        raise RefusalError(404, str(why), why=why)
    await request.app.state.engine.ready()
    fetches: Fetches = request.app.state.fetches
    fetching = Fetching(name, request.app.state.settings)
    await fetches.enter(fetching)
    task = asyncio.create_task(asyncio.to_thread(fetching.run))
    task.add_done_callback(lambda done: fetches.leave(fetching, done))
    if await request.is_disconnected():  # who left while waiting begins no stream, whose end would give it up
        fetching.give_up()
    return Watching(_fetched(fetching, task))


async def _fetched(fetching: Fetching, task: asyncio.Task[None]) -> AsyncIterator[bytes]:
    """The progress in bytes, until it is done or the client leaves."""
    from receptive.training.data.fetching import Cancelled
    from receptive.training.data.pictures import DatasetError

    try:
        while not task.done():
            yield _sent("progress", fetching.state)
            await asyncio.wait([task], timeout=BETWEEN)
        try:
            await task
        except (DatasetError, Cancelled) as error:
            why = error.why.as_dict if isinstance(error, DatasetError) else None
            yield _sent("failed", {"reason": str(error), "why": why})
        except Exception as error:  # noqa: BLE001  the stream has begun and has to end
            other = Why(
                "download-failed",
                "{data} could not be downloaded: {error}",
                {"data": fetching.name, "error": str(error)[:200]},
            )
            yield _sent("failed", {"reason": str(other), "why": other.as_dict})
        else:
            yield _sent("done", {})
    finally:
        fetching.give_up()


def _sent(kind: str, content: dict[str, Any]) -> bytes:
    return f"event: {kind}\ndata: {orjson.dumps(content).decode()}\n\n".encode()
