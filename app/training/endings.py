"""How a run ends: written down once, by whoever has the run then, with a reason that says what to do."""

import errno
from typing import Final

from app.training.journal import Journal
from app.training.runs import Run, Status, stamp

Ending = tuple[Status, str]

STOPPED: Final[Ending] = ("stopped", "stopped by hand")
GONE: Final[Ending] = ("interrupted", "the server ended; the run can be continued from its last epoch")
FULL: Final = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
MEMORY: Final = ("can't allocate memory", "not enough memory", "out of memory", "bad_alloc")


def end(run: Run, journal: Journal, ending: Ending) -> None:
    """Write down how a run has ended. Raises OSError."""
    state = run.state
    best = state.best["epoch"] if state.best else None
    journal.write("status", {"status": ending[0], "reason": ending[1], "best_epoch": best})
    journal.sync()
    run.change(status=ending[0], reason=ending[1], ended=stamp(), process=None)


def explained(error: BaseException) -> Ending:
    """What a failure means for a run and what can be done."""
    if isinstance(error, MemoryError) or any(words in str(error) for words in MEMORY):
        return "failed", "the memory does not suffice: take a smaller batch_size, a subset or a smaller network"
    if isinstance(error, OSError):
        if error.errno in FULL:
            return "failed", f"no space is left to write to ({error.strerror}): free some, and continue the run"
        return "failed", f"the run's folder cannot be written: {error.strerror or error}"
    if isinstance(error, ValueError) or type(error).__name__ == "DatasetError":
        return "failed", str(error)
    return "failed", f"the trainer failed with {type(error).__name__}: {str(error)[:300]}; worker.log says where"


def killed(code: int) -> Ending:
    """What it means that the training process ended without a word, with this exit status."""
    how = f"was killed by signal {-code}" if code < 0 else f"ended with exit status {code}"
    why = ", as the system does where memory runs out" if code == -9 else ""
    return "interrupted", f"the training process {how}{why}; the run can be continued from its last epoch"
