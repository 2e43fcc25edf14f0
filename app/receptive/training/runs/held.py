"""A file that a living process holds: whoever finds it free knows that the process is gone, however it ended."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _take(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class HeldError(Exception):
    """Somebody else holds the file."""


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the file until the block or the process ends. Raises HeldError where another process does, and OSError."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            _take(file)
        except OSError as error:
            raise HeldError(f"{path} is held by another process") from error
        yield
    finally:
        os.close(file)


def is_held(path: Path) -> bool:
    """Whether a living process holds the file."""
    if not path.exists():
        return False
    try:
        with held(path):
            return False
    except HeldError:
        return True
