"""What a step has freed is kept for the next one, in the process that trains."""

import ctypes
import sys
from typing import Final

# Parameters of mallopt(3), in glibc's malloc.h.
TRIM_THRESHOLD: Final = -1  # bytes that may lie free at the heap's end before the system gets them back
MMAP_THRESHOLD: Final = -3  # bytes from which a block is asked of the system, and given back, by itself

LARGEST: Final = 2**25  # the greatest threshold that glibc takes
KEPT: Final = 2**30


def keep_what_is_freed() -> bool:
    """Whether the allocator could be told; from then on this process keeps up to a gigabyte that it does not use.

    Else the activations and gradients of each step are given back to the system and taken again page by page, which
    takes a tenth of the time of a small network.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        tell = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library
        return False
    return bool(tell(MMAP_THRESHOLD, LARGEST)) and bool(tell(TRIM_THRESHOLD, KEPT))
