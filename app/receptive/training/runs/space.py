"""The limit on the disk space of all runs."""

import os
import shutil
from pathlib import Path
from typing import Final

from receptive.training.runs.errors import SpaceError

GIB: Final = 2**30
LIMIT: Final = 10 * GIB  # bytes


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder; files that are gone meanwhile count nothing."""
    total = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    total += size_of(Path(entry.path))
                else:
                    total += entry.stat(follow_symlinks=False).st_size
    except OSError:
        return total
    return total


def check_space(folder: Path, taken: int, needed: int, limit: int) -> None:
    """Check that `needed` bytes fit, where runs take `taken` of `limit` bytes. Raises SpaceError and OSError."""
    if taken + needed > limit:
        raise SpaceError(
            "runs-space",
            "runs: they take {taken} of the {limit} that they may, and this one needs up to {needed}; delete runs, "
            "or take fewer epochs, snapshots or parameters; whoever runs the server sets the limit with --runs-space",
            taken=size_text(taken),
            limit=size_text(limit),
            needed=size_text(needed),
        )
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise SpaceError(
            "disk-space",
            "runs: this one needs up to {needed}, and the disk of the runs folder has {free} left; delete runs, or "
            "take fewer epochs, snapshots or parameters",
            needed=size_text(needed),
            free=size_text(free),
        )


def size_text(size: int) -> str:
    """A number of bytes for people."""
    for unit, name in ((GIB, "GiB"), (2**20, "MiB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size / 1024:.0f} KiB"
