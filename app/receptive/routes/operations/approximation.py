"""Route of a curve fit: its progress as server-sent events."""

from asyncio import get_running_loop, sleep
from collections.abc import AsyncIterator, Generator
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

import anyio
import orjson
from fastapi import APIRouter, Request
from sse_starlette.event import ServerSentEvent
from sse_starlette.sse import EventSourceResponse, SendTimeoutError
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from convnets.why import Why
from receptive.routes.negotiation import JSON, SAFETENSORS
from receptive.routes.operations.endpoint import parse_request
from receptive.routes.problems import RefusalError, documented
from receptive.schemas.classifier import ApproximationRequest

if TYPE_CHECKING:
    from receptive.operations.approximation import Done, Fit

router = APIRouter()

MOST_FITS: Final = 2  # at once, each in a thread that is busy for less than half of the time
BETWEEN = 0.05  # seconds from one event to the next, at least: as many as a browser can draw with ease
LONGEST_SEND = 20.0  # seconds for which a client may leave an event unread

EVENT_STREAM: Final = "text/event-stream"
_POINTS: Final = [[x / 10, (x / 10) ** 2] for x in range(-10, 11)]


class Fits:
    """Bounds the number of fits that run at once, and holds their threads."""

    def __init__(self) -> None:
        self.running = 0
        self.threads = anyio.CapacityLimiter(MOST_FITS)

    def enter(self) -> None:
        """Take a place. Raises RefusalError with 429 where there is none."""
        if self.running >= MOST_FITS:
            why = Why(
                "too-many-fits",
                "approximation: {count} curves are being fitted; at most {limit} at once are allowed: try again soon",
                {"count": self.running, "limit": MOST_FITS},
            )
            raise RefusalError(429, str(why), headers={"Retry-After": "5"}, why=why)
        self.running += 1

    def leave(self) -> None:
        """Give the place back."""
        self.running -= 1


class FitResponse(EventSourceResponse):
    """Holds a place until the last event is sent or the client has left, whichever comes first."""

    def __init__(self, events: AsyncIterator[bytes], fits: Fits) -> None:
        super().__init__(events, sep="\n", send_timeout=LONGEST_SEND)
        self._fits = fits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream."""
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            return  # a client that does not read is taken for one that has left
        finally:
            self._fits.leave()


def _event(name: str, kind: str) -> dict[str, Any]:
    """An event in the document."""
    content = {"contentMediaType": JSON, "contentSchema": {"$ref": f"#/components/schemas/{kind}"}}
    fields = {"event": {"const": name}, "data": {"type": "string", **content}}
    return {"type": "object", "required": ["event", "data"], "properties": fields}


_BODY: Final = {
    "required": True,
    "content": {
        JSON: {
            "schema": {"$ref": "#/components/schemas/ApproximationRequest"},
            "examples": {"parabola": {"value": {"points": _POINTS, "units": 5, "steps": 100}}},
        },
        SAFETENSORS: {"schema": {"type": "string", "format": "binary"}},
    },
}


@router.post(
    "/approximation",
    summary="Fit a curve with one hidden layer",
    response_class=EventSourceResponse,
    openapi_extra={"requestBody": _BODY},
    responses={
        200: {
            "description": "events `fit` (FitEvent) and at the end `done` (FitDone), JSON each",
            "content": {
                EVENT_STREAM: {"itemSchema": {"anyOf": [_event("fit", "FitEvent"), _event("done", "FitDone")]}}
            },
        },
        **documented(413, 415, 422, 429, 503),
    },
)
async def approximation(request: Request) -> Response:
    """Train one hidden layer with Adam on all points. Streams the curve and the contribution of every hidden unit.

    A server runs at most two fits at a time. A fit ends when its client disconnects.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    message = await request.app.state.workbench.call(lambda: parse_request(body, media, ApproximationRequest))
    fits: Fits = request.app.state.fits
    fits.enter()
    return FitResponse(_events(message, fits), fits)


async def _events(message: ApproximationRequest, fits: Fits) -> AsyncIterator[bytes]:
    """The encoded events of a fit, no faster than they can be drawn."""
    clock = get_running_loop().time
    due = clock()
    with closing(_encoded(message)) as events:
        while (event := await anyio.to_thread.run_sync(next, events, None, limiter=fits.threads)) is not None:
            await sleep(due - clock())
            due = clock() + BETWEEN
            yield event


def _encoded(message: ApproximationRequest) -> Generator[bytes]:
    """The encoded events of a fit; each is computed when it is requested."""
    from receptive.operations.approximation import Problem, approximate

    points = [(float(x), float(y)) for x, y in message.points]
    fields = message.model_dump(exclude={"points"})
    for event in approximate(Problem(points=points, **fields)):
        name, content = _message(event)
        data = orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY).decode()
        yield ServerSentEvent(data, event=name, sep="\n").encode()


def _message(event: "Fit | Done") -> tuple[str, dict[str, Any]]:
    from receptive.operations.approximation import Done

    common: dict[str, Any] = {"step": event.step, "loss": event.loss}
    if isinstance(event, Done):
        return "done", {**common, "reason": "diverged" if event.diverged else "finished"}
    parts = event.pieces
    names = ("weight", "bias", "amplitude")
    return "fit", {
        **common,
        "x": event.x.numpy(),
        "curve": event.curve.numpy(),
        "offset": event.offset,
        "pieces": None if parts is None else parts.values.contiguous().numpy(),
        "parameters": None if parts is None else {name: getattr(parts, name).numpy() for name in names},
    }
