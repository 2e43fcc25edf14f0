"""A run's events as they come, to everyone who watches it."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

import anyio
from fastapi import APIRouter, Header, Query, Request
from sse_starlette.sse import EventSourceResponse, SendTimeoutError
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from receptive.routes.negotiation import JSON
from receptive.routes.problems import documented
from receptive.routes.runs.access import Id, queue_of, run_of
from receptive.schemas.runs import EVENTS
from receptive.training.runs.errors import damaged
from receptive.training.runs.run import Run
from receptive.training.runs.state import OVER

router = APIRouter(prefix="/runs", tags=["training"])

EVENT_STREAM: Final = "text/event-stream"
LONGEST_SEND: Final = 20.0  # seconds for which a client may leave an event unread


class Watching(EventSourceResponse):
    """A stream that a client may leave, or leave unread, at any time."""

    def __init__(self, events: AsyncIterator[bytes]) -> None:
        super().__init__(events, sep="\n", send_timeout=LONGEST_SEND, ping=15)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream."""
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            return  # a client that does not read is taken for one that has left


def _event(kind: str, model: str) -> dict[str, Any]:
    """An event in the document."""
    content = {"contentMediaType": JSON, "contentSchema": {"$ref": f"#/components/schemas/{model}"}}
    fields = {"id": {"type": "string"}, "event": {"const": kind}, "data": {"type": "string", **content}}
    return {"type": "object", "required": ["id", "event", "data"], "properties": fields}


_KINDS: Final = [(event.model_fields["kind"].default, event.__name__) for event in EVENTS]
_EXAMPLE: Final = (
    'id: 41\nevent: steps\ndata: {"seq":41,"kind":"steps","first":61,"epoch":2,"loss":[0.61],"accuracy":[0.84],'
    '"rate":[0.001],"gradient":[1.7],"seconds":1.23}\n\n'
)


@router.get(
    "/{id}/events",
    summary="A run's events as they come",
    response_class=EventSourceResponse,
    responses={
        200: {
            "description": "server-sent events, JSON each: " + ", ".join(kind for kind, _ in _KINDS),
            "content": {
                EVENT_STREAM: {
                    "itemSchema": {"anyOf": [_event(kind, model) for kind, model in _KINDS]},
                    "example": _EXAMPLE,
                }
            },
        },
        204: {"description": "the run is over and has no more events: there is nothing to wait for"},
        **documented(404, 409, 422),
    },
)
async def watch(
    request: Request,
    id: Id,  # noqa: A002
    after: Annotated[int, Query(ge=0, le=2**53, description="number of the last event that is known")] = 0,
    last_event_id: Annotated[str | None, Header(description="the same, as a browser sends it")] = None,
) -> Response:
    """From the first one, or those after the one that `after` or `Last-Event-ID` names; none is missed or comes twice.

    The stream ends with the event `status`, which says how the run ended.
    """
    run = await anyio.to_thread.run_sync(run_of, request, id)
    if last_event_id is not None and last_event_id.isascii() and last_event_id.isdigit():
        after = int(last_event_id[:16])
    if await anyio.to_thread.run_sync(_has_nothing_after, run, after):
        return Response(status_code=204)
    queue, tails = queue_of(request), request.app.state.tails
    return Watching(tails.events(run, after, lambda: queue.state(run).status in OVER))


def _has_nothing_after(run: Run, after: int) -> bool:
    """True if a run is over and its last event is known. Raises RunDamagedError where the log is damaged."""
    summary = run.summary()
    if summary.damage and after >= summary.seq:
        raise damaged(run.id, run.log.name, summary.damage)
    if run.state.status not in OVER or after < summary.seq:
        return False
    if summary.status is None:
        raise damaged(run.id, run.log.name, "it breaks off before the end of the run")
    return after > 0
