"""One digit with every activation, no network in between, beside a plain torch module with cloning hooks."""

import time
from collections.abc import Callable, Iterator

import torch

from bench.report import Row
from convnets.catalogue import CATALOGUE
from convnets.weights import load
from receptive.networks.forward import Unrolled, record
from receptive.networks.kernels import PLAIN

ROUNDS = 7
PASSES = 200


def pass_time(once: Callable[[], object], threads: int) -> float:
    """Milliseconds of one call with so many threads, the mean over `PASSES`."""
    torch.set_num_threads(threads)
    begun = time.perf_counter()
    for _ in range(PASSES):
        once()
    return 1000 * (time.perf_counter() - begun) / PASSES


def engine_time(once: Callable[[], object]) -> float:
    """The same with the engine's kernels and its one thread."""
    PLAIN.hold()
    try:
        return pass_time(once, 1)
    finally:
        PLAIN.release()


def measure() -> Iterator[Row]:
    """Both ways in turn, and the round in the middle; ours has the engine's one thread, plain what torch takes."""
    threads = torch.get_num_threads()
    for name, network in CATALOGUE.items():
        module = load(name)
        picture = torch.randn(1, *network.input_shape)
        unrolled = Unrolled(module)

        def ours(unrolled: Unrolled = unrolled, picture: torch.Tensor = picture) -> object:
            with torch.inference_mode():
                return unrolled(picture)

        def plain(module: torch.nn.Module = module, picture: torch.Tensor = picture) -> object:
            return record(module, picture)

        for _ in range(50):
            ours(), plain()
        rounds = sorted(
            ((engine_time(ours), pass_time(plain, threads)) for _ in range(ROUNDS)), key=lambda pair: pair[0] / pair[1]
        )
        mine, floor = rounds[ROUNDS // 2]
        yield Row(
            "forward",
            f"{name}: one digit, every activation",
            f"{mine:.3f} ms",
            f"plain with hooks {floor:.3f} ms",
            mine / floor,
            "at most 0.25",
            mine / floor <= 0.25,
        )
