"""Refusals of the run store, each with a code and its values; routes decide which HTTP status they are."""

import errno
from typing import Final

from convnets.why import ExplainedError

FULL: Final = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
LONGEST_ERROR: Final = 200  # characters of a system's or a parser's own message that are repeated


class RunError(ExplainedError):
    """A request about runs that is refused."""


class NoSuchRunError(RunError):
    """The run does not exist, or has no such part."""


class RunDamagedError(RunError):
    """A file of the run is missing or cannot be read."""


class QueueFullError(RunError):
    """No more runs can wait."""


class FinishedError(RunError):
    """The run has completed its last epoch, so there is nothing to continue."""


class SpaceError(RunError):
    """The run needs more disk space than is left for runs."""


class RunsFolderError(RunError):
    """The folder of runs cannot be written."""


class ReadOnlyError(RunError):
    """Another server manages the folder of runs, so this one only reads it."""


def no_such_run(name: str) -> NoSuchRunError:
    """The refusal for a run that is not in the store."""
    return NoSuchRunError(
        "no-such-run",
        "run: {run} does not exist: it was deleted, or belongs to another server; the list of runs has the rest",
        run=repr(name),
    )


def damaged(run: str, file: str, error: object) -> RunDamagedError:
    """The refusal for a file of a run that is missing or cannot be read, for the reason `error`."""
    return RunDamagedError(
        "run-damaged",
        "run {run}: {file} is missing or damaged ({error}); everything that does not need this file still works; "
        "restore the file, or delete the run",
        run=run,
        file=file,
        error=message_of(error),
    )


def unwritable(error: OSError) -> RunsFolderError:
    """The refusal for a failed write into the folder of runs."""
    if error.errno in FULL:
        return RunsFolderError(
            "runs-disk-full",
            "runs: the disk of the runs folder is full ({error}); delete runs, or free space on the disk",
            error=message_of(error),
        )
    return RunsFolderError(
        "runs-unwritable",
        "runs: the runs folder cannot be written ({error}); whoever runs the server can make the folder writable, "
        "or start the server with another --runs folder",
        error=message_of(error),
    )


def message_of(error: object) -> str:
    """The error in one short line, without paths of this machine where the system says the same without."""
    text = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
    return " ".join(text.split())[:LONGEST_ERROR] or type(error).__name__
