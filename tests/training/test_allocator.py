"""Memory that a step has freed is kept for the next one."""

import subprocess
import sys

import pytest

STEPS = """
import ctypes, resource, sys
import torch
from receptive.training.allocator import MMAP_THRESHOLD, keep_freed_memory
torch.set_num_threads(1)
told = keep_freed_memory() if sys.argv[1] == "keep" else ctypes.CDLL(None).mallopt(MMAP_THRESHOLD, 2**17)
def step():
    return [torch.ones(1_000_000) for _ in range(24)]  # 96 MB, all of it freed at once
for _ in range(5):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    step()
print(int(told), (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / 10)
"""


def faults(how: str) -> tuple[bool, float]:
    """True if the allocator can be set to keep or to give back; and how often a step took a page from the system."""
    done = subprocess.run([sys.executable, "-c", STEPS, how], capture_output=True, text=True, check=True)
    told, each = done.stdout.split()
    return told == "1", float(each)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have other allocators")
def test_a_step_takes_no_memory_from_the_system_that_the_one_before_had() -> None:
    told, kept = faults("keep")
    if not told:
        pytest.skip("this C library cannot be told")
    _, taken_again = faults("give back")
    assert kept < 100 < 1000 < taken_again
