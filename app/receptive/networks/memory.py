"""Memory in bytes: this machine's, and amounts as people write them."""

import os
import re
import sys
from pathlib import Path
from typing import Final

UNITS: Final = {
    "": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12,
    "KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40,
}  # fmt: skip
AMOUNT: Final = re.compile(r"(\d{1,15}(?:\.\d{1,6})?) ?([KMGT]?I?B)?", re.ASCII | re.IGNORECASE)
LEAST: Final = 2**20
SHARE: Final = 4  # networks take at most a quarter of the machine's memory by default
UNKNOWN: Final = 4 * 2**30  # assumed where the machine's memory cannot be determined
GROUP: Final = Path("/sys/fs/cgroup/memory.max")


def parse(text: str | int) -> int:
    """Bytes of an amount such as 2GiB, 500 MB or 1048576. Raises ValueError."""
    parts = AMOUNT.fullmatch(str(text).strip())
    unit = (parts[2] or "").upper() if parts else ""
    if parts is None or unit not in UNITS:
        raise ValueError("an amount of memory is a number of bytes, or a number with a unit, as in 2GiB or 500MB")
    amount = int(float(parts[1]) * UNITS[unit])
    if amount < LEAST:
        raise ValueError("at least 1MiB is needed")
    return amount


def written(amount: float) -> str:
    """The amount as people write it: 1.2 GiB."""
    for unit in ("GiB", "MiB", "KiB"):
        size = UNITS[unit.upper()]
        if amount >= size:
            return f"{amount / size:.{1 if unit == 'GiB' else 0}f} {unit}"
    return f"{amount:.0f} B"


def default_budget() -> int:
    """Bytes that networks may take together: a quarter of the machine's memory, or of its container's."""
    return max(min(filter(None, (_of_the_machine(), _of_the_group())), default=UNKNOWN) // SHARE, LEAST)


def _of_the_machine() -> int | None:
    if sys.platform == "win32":
        return _of_windows()
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None


def _of_windows() -> int | None:
    import ctypes

    kilobytes = ctypes.c_ulonglong(0)
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009  only Windows has it, and mypy knows
    succeeded = kernel.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes))
    return kilobytes.value * 1024 if succeeded else None


def _of_the_group() -> int | None:
    """The memory limit of this process's control group, such as a container's; None without one."""
    try:
        return int(GROUP.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
