"""What the doors have in common: the run that an address names, and a run as it is told."""

from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import Path, Request

from convnets.why import Why
from receptive.routes.problems import RefusalError
from receptive.training.runs.queue import Queue
from receptive.training.runs.shelf import LONGEST_ID, NoSuchRunError, Run

if TYPE_CHECKING:
    from receptive.training.data.drawings import Drawings

COOKIE: Final = "receptive-drawings"  # says whose drawings are whose
EXAMPLE: Final = "20261121-084501-lenet5-7f3a"
Id = Annotated[str, Path(description="an id from /runs", max_length=LONGEST_ID, examples=[EXAMPLE])]


def queue_of(request: Request) -> Queue:
    """The server's queue of runs."""
    queue: Queue = request.app.state.queue
    return queue


def run_of(request: Request, name: str) -> Run:
    """The run of that id. Raises RefusalError with 404."""
    try:
        return queue_of(request).shelf.get(name)
    except NoSuchRunError as error:
        raise RefusalError.of(404, error) from error


def own_run_of(request: Request, name: str) -> Run:
    """The run of that id, to be changed. Raises RefusalError with 404, and with 409 for a prepared one."""
    run = run_of(request, name)
    if run.prepared:
        why = Why("run-prepared", "a prepared run is not yours to change; train it yourself")
        raise RefusalError(409, f"run {run.id}: {why}: send its settings to /runs", why=why)
    return run


def drawings_of(request: Request, browser: str | None) -> "Drawings | None":
    """A browser's drawings; None for a name that is none. Imports torch."""
    from receptive.training.data.drawings import DrawingError, Drawings

    try:
        return Drawings(queue_of(request).shelf.folder / "drawings", browser or "")
    except DrawingError:
        return None


def told(queue: Queue, run: Run) -> dict[str, Any]:
    """A run as the wire has it. Raises RefusalError with 404 where its files are gone or damaged."""
    try:
        about, state, settings = run.about, queue.state(run), run.settings
    except (OSError, ValueError, TypeError) as error:
        values = {"run": run.id, "error": str(error)}
        why = Why("run-damaged", "run {run}: its files are gone or damaged ({error}); it can only be deleted", values)
        raise RefusalError(404, str(why), why=why) from error
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


def unwritable(error: OSError) -> RefusalError:
    """What it means that the folder of runs cannot be written."""
    about = {"error": error.strerror or str(error)}
    why = Why("runs-unwritable", "runs: their folder cannot be written ({error}); free some space there", about)
    return RefusalError(507, str(why), why=why)
