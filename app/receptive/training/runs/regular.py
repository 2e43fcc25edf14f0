"""Files of a run opened for reading, if they are files: whoever opens a named pipe waits without end."""

import errno
from pathlib import Path
from typing import BinaryIO


def open_file(path: Path) -> BinaryIO:
    """Open a file for reading. Raises OSError, also for a folder, a pipe or a device in its place."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is not a file", path.name)
    return path.open("rb")
