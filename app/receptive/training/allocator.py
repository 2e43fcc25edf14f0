"""The memory allocator of the process that trains: memory that a step frees is kept for the next one."""

import ctypes
import sys
from typing import Final

# Parameters of mallopt(3), in glibc's malloc.h.
TRIM_THRESHOLD: Final = -1  # bytes that may lie free at the heap's end before the system gets them back
MMAP_THRESHOLD: Final = -3  # bytes from which a block is asked of the system, and given back, by itself

LARGEST: Final = 2**25  # the greatest threshold that glibc takes
KEPT: Final = 2**30


def keep_freed_memory() -> bool:
    """Let this process keep up to a gigabyte that it does not use; False where the allocator has no such setting.

    Otherwise the activations and gradients of each step go back to the system and are taken again page by page, which
    takes a tenth of the time of a small network.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library
        return False
    return bool(mallopt(MMAP_THRESHOLD, LARGEST)) and bool(mallopt(TRIM_THRESHOLD, KEPT))
