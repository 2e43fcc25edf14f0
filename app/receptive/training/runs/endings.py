"""The end of a run: written once, by the process that has the run then, with a reason that says what to do."""

import os
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from convnets.why import ExplainedError, Why
from receptive.training.runs.errors import FULL, message_of
from receptive.training.runs.journal import Journal
from receptive.training.runs.run import Run, stamp
from receptive.training.runs.state import Status


@dataclass(frozen=True)
class Ending:
    """reason: in English; why: its code and its values, by which other languages say it; None where there is none."""

    status: Status
    reason: str = ""
    why: dict[str, Any] | None = None

    @classmethod
    def because(cls, status: Status, why: Why) -> Self:
        """An ending for this reason."""
        return cls(status, str(why), why.as_dict)


STOPPED: Final = Ending.because("stopped", Why("by-hand", "stopped by hand"))
GONE: Final = Ending.because(
    "interrupted", Why("server-ended", "the server ended; the run can be continued from its last epoch")
)
MEMORY: Final = (
    "can't allocate memory", "cannot allocate memory", "not enough memory", "out of memory", "bad_alloc",
    "failed to map segment",  # of a library that is loaded
)  # fmt: skip


def end(run: Run, journal: Journal, ending: Ending) -> None:
    """Write the end of a run into its log and its state. Raises OSError."""
    state = run.state
    best = state.best["epoch"] if state.best else None
    journal.write("status", {**asdict(ending), "best_epoch": best})
    journal.sync()
    run.change(**asdict(ending), ended=stamp(), process=None, ended_by=os.getpid())


def explained(error: BaseException) -> Ending:
    """The ending for a failure, with what can be done."""
    return Ending.because("failed", _meaning(error))


def _meaning(error: BaseException) -> Why:
    if isinstance(error, ExplainedError):
        return error.why
    if isinstance(error, MemoryError) or any(words in str(error).lower() for words in MEMORY):
        return Why("memory", "the memory does not suffice: take a smaller batch_size, a subset or a smaller network")
    if isinstance(error, OSError):
        about = {"error": message_of(error)}
        if error.errno in FULL:
            return Why("no-space", "no space is left to write to ({error}): free some, and continue the run", about)
        return Why("unwritable", "the run's folder cannot be written: {error}", about)
    if isinstance(error, ValueError):
        return Why("settings", "the run cannot be: {error}", {"error": str(error)})
    return Why(
        "trainer-failed",
        "the trainer failed with {kind}: {error}; worker.log says where",
        {"kind": type(error).__name__, "error": str(error)[:300]},
    )


def killed(code: int, error: str = "") -> Ending:
    """The ending for a training process that exited with this status and reported none.

    error: the last line that it wrote to standard error.
    """
    if code == -9:
        why = Why(
            "killed-as-without-memory",
            "the training process was killed by signal {signal}, as the system does where memory runs out; "
            "the run can be continued from its last epoch",
            {"signal": -code},
        )
    elif code < 0:
        why = Why(
            "killed",
            "the training process was killed by signal {signal}; the run can be continued from its last epoch",
            {"signal": -code},
        )
    elif error:
        why = Why(
            "exited-with-error",
            "the training process ended with exit status {status}: {error}; worker.log has the rest, and the run can "
            "be continued from its last epoch",
            {"status": code, "error": error},
        )
    else:
        why = Why(
            "exited",
            "the training process ended with exit status {status}; the run can be continued from its last epoch",
            {"status": code},
        )
    return Ending.because("interrupted", why)
