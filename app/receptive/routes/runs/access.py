"""The parts that routes about runs share: the run of an address, a run on the wire, a browser's drawings."""

from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import Path, Request

from convnets.why import Why
from receptive.routes.cookies import cookie
from receptive.routes.problems import RefusalError
from receptive.training.runs.queue import Queue
from receptive.training.runs.run import Run
from receptive.training.runs.store import LONGEST_ID

if TYPE_CHECKING:
    from receptive.training.data.drawings import Drawings

COOKIE: Final = "receptive-drawings"  # names the browser
EXAMPLE: Final = "20261121-084501-lenet5-7f3a"
Id = Annotated[str, Path(description="an id from /runs", max_length=LONGEST_ID, examples=[EXAMPLE])]


def queue_of(request: Request) -> Queue:
    """The server's queue of runs."""
    queue: Queue = request.app.state.queue
    return queue


def run_of(request: Request, name: str) -> Run:
    """The run of that id. Raises NoSuchRunError."""
    return queue_of(request).store.get(name)


def own_run_of(request: Request, name: str) -> Run:
    """The run of that id, to be changed. Raises NoSuchRunError, and RefusalError with 409 for a prepared one."""
    run = run_of(request, name)
    if run.prepared:
        why = Why(
            "run-prepared",
            "run {run} is prepared and cannot be changed; train it yourself with its settings",
            {"run": run.id},
        )
        raise RefusalError(409, str(why), why=why)
    return run


def browser_of(request: Request) -> str:
    """The browser's name in its cookie; empty where it has none."""
    return cookie(request.scope, COOKIE) or ""


def drawings_of(request: Request, browser: str) -> "Drawings | None":
    """A browser's drawings; None for a name that is none. Imports torch."""
    from receptive.training.data.drawings import DrawingError, Drawings

    try:
        return Drawings(queue_of(request).store.folder / "drawings", browser)
    except DrawingError:
        return None


def run_message(queue: Queue, run: Run) -> dict[str, Any]:
    """A run as the wire has it. Raises RunDamagedError and NoSuchRunError."""
    about, state, settings = run.about, queue.state(run), run.settings
    return {
        "id": run.id,
        "name": about.name,
        "note": about.note,
        "status": state.status,
        "reason": state.reason,
        "why": state.why,
        "position": queue.position(run),
        "created": about.created,
        "started": state.started,
        "ended": state.ended,
        "settings": settings,
        "steps": state.steps,
        "step": state.step,
        "epoch": state.epoch,
        "seconds": state.seconds,
        "last": state.last,
        "best": state.best,
        "device": state.device,
    }
