"""From the command to the first page and the first prediction, beside a plain import of PyTorch."""

import subprocess
import sys
import time
from collections.abc import Iterator

import httpx2

from bench.rasters import picture_png
from bench.report import Row
from bench.servers import free_port, running

LAZY = ["-m", "receptive.cli"]
EAGER = ["-c", "import sys, torch; sys.argv[0] = 'receptive'; from receptive.cli import main; sys.exit(main())"]
ROUNDS = 3


def first_answers(command: list[str]) -> tuple[float, float]:
    """Seconds from the start of the process to the first page and to the first prediction."""
    port = free_port()
    with running([*command, "serve", "--port", str(port), "--no-browser", "--no-token"], port) as server:
        begun = time.perf_counter()
        httpx2.post(f"{server.url}/predict", files={"image": picture_png()}, timeout=60).raise_for_status()
        return server.started, server.started + time.perf_counter() - begun


def import_torch() -> float:
    """Seconds that a fresh process takes to import PyTorch."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import torch"], check=True)
    return time.perf_counter() - begun


def middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def measure() -> Iterator[Row]:
    """Rounds of all three in turn, after one that warms the disk's cache."""
    first_answers(LAZY)
    rounds = [(first_answers(LAZY), first_answers(EAGER), import_torch()) for _ in range(ROUNDS)]
    page = middle([lazy[0] for lazy, _, _ in rounds])
    torch_alone = middle([alone for _, _, alone in rounds])
    yield Row(
        "start",
        "first page answered",
        f"{page:.2f} s",
        f"import torch {torch_alone:.2f} s",
        page / torch_alone,
        "under 1",
        page < torch_alone,
    )
    lazy_first = middle([lazy[1] for lazy, _, _ in rounds])
    eager_first = middle([eager[1] for _, eager, _ in rounds])
    yield Row(
        "start",
        "first prediction",
        f"{lazy_first:.2f} s",
        f"torch imported first {eager_first:.2f} s",
        lazy_first / eager_first,
        "at most 1",
        lazy_first / eager_first <= 1,
    )
