"""The memory that a run takes, known before it begins."""

import os
from pathlib import Path

import torch
from torch import Tensor, nn

from convnets.why import ExplainedError, Value
from receptive.training.batches import CHUNK, EVALUATED

REAL = 4  # bytes of a float32
COPIES = 8  # of every weight at most: itself, its gradient, Adam's two, what was judged, kept and the best
SPARE = 0.9  # share of what is free that a run may take
GROUP = Path("/sys/fs/cgroup")
SYSTEM = Path("/proc/meminfo")


class TooLargeError(ExplainedError, ValueError):
    """A run that does not fit into the memory; says what takes so much and what would fit."""


def available() -> int | None:
    """Bytes that this process could still have; None where the system does not say."""
    known = [size for size in (_of_the_system(), _of_the_group()) if size is not None]
    return min(known, default=None)


def check(network: nn.Module, shape: tuple[int, int, int], batch: int, augmented: bool, free: int | None) -> None:
    """Check that a step and the evaluation fit into `free` bytes. Raises TooLargeError."""
    if free is None:
        return
    weights = sum(value.numel() for value in network.parameters()) * REAL * COPIES
    inputs = shape[0] * shape[1] * shape[2] * REAL
    # A chunk of batches is changed and normalized at once; elastic displacements have two values for each pixel.
    ahead = inputs * (6 if augmented else 2)
    values = answers_of(network, shape) * REAL
    answers = values * 3 // 2  # and their gradients, half of which are there at once at most, as measured
    budget = SPARE * free - weights
    needed = max(batch, CHUNK) * ahead + max(batch * answers, EVALUATED * values)
    if needed <= budget:
        return
    least = CHUNK * ahead + EVALUATED * values
    fits = int((budget - CHUNK * ahead) // (answers + ahead)) if least <= budget else 0
    sizes: dict[str, Value] = {"batch": batch, "needed": _size_text(needed + weights), "free": _size_text(free)}
    if fits >= 1:
        raise TooLargeError(
            "batch-too-large",
            "batch_size: steps of {batch} pictures need about {needed} of memory, and {free} are free; "
            "take {fits} or fewer",
            **sizes,
            fits=fits,
        )
    raise TooLargeError(
        "network-too-large",
        "batch_size: steps of {batch} pictures need about {needed} of memory, and {free} are free; "
        "take a smaller network or smaller pictures",
        **sizes,
    )


def answers_of(network: nn.Module, shape: tuple[int, int, int]) -> int:
    """The number of output values of all layers together for one picture."""
    total = 0

    def listen(_: nn.Module, __: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal total
        total += output.numel()

    handles = [layer.register_forward_hook(listen) for layer in network.modules() if not any(layer.children())]
    training = network.training
    try:
        with torch.no_grad():
            network.eval()(torch.zeros(1, *shape))
    finally:
        network.train(training)
        for handle in handles:
            handle.remove()
    return total


def _of_the_system() -> int | None:
    try:
        for line in SYSTEM.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _of_the_group() -> int | None:
    """The bytes that this process's control group (its container) has left; None without a limit."""
    try:
        most, taken = (int((GROUP / name).read_text(encoding="ascii")) for name in ("memory.max", "memory.current"))
        lines = (GROUP / "memory.stat").read_text(encoding="ascii").splitlines()
        # Files that were read stay in memory until it is needed for something else.
        files = sum(int(line.split()[1]) for line in lines if line.startswith(("active_file ", "inactive_file ")))
        return max(most - taken + files, 0)
    except (OSError, ValueError):
        return None


def _size_text(size: float) -> str:
    return f"{size / 2**30:.1f} GiB" if size >= 2**30 else f"{max(size, 0) / 2**20:.0f} MiB"
