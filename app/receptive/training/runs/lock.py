"""A file that a living process locks: once it is free, that process is gone, however it ended."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class LockedError(Exception):
    """Another process has locked the file."""


class Lock:
    """A locked file; the lock ends with `release`, or with the process."""

    def __init__(self, path: Path) -> None:
        """Raises LockedError where another process has locked the file, and OSError."""
        self.path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._file)
        except OSError as error:
            os.close(self._file)
            raise LockedError(f"{path} is locked by another process") from error

    @property
    def is_in_place(self) -> bool:
        """True while the locked file is at its path: the folder may have been deleted or replaced."""
        try:
            return os.path.samestat(os.fstat(self._file), self.path.stat())
        except OSError:
            return False

    def release(self) -> None:
        """Let others lock the file."""
        os.close(self._file)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Lock the file until the block or the process ends. Raises LockedError and OSError."""
    lock = Lock(path)
    try:
        yield
    finally:
        lock.release()


def is_locked(path: Path) -> bool:
    """True if a living process has locked the file; a file that cannot be opened counts as free."""
    if not path.is_file():
        return False
    try:
        with locked(path):
            return False
    except LockedError:
        return True
    except OSError:
        return False
