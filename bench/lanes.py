"""Strokes beside heavy work: one visitor's latency alone, beside the heaviest operation, and beside a large network."""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

import httpx2

from bench.rasters import picture_png
from bench.report import Row
from bench.servers import Server, free_port, running
from bench.sockets import draw

ROUNDS: Final = 5
SECONDS: Final = 4.0
STROKES: Final = 60  # a second, as a hand draws them
HEAVY: Final[dict[str, Any]] = {  # close to the 200,000,000 multiplications that an operation may take
    "kind": "tanh", "initialization": "orthogonal", "depth": 50, "width": 256, "batch": 20,
}  # fmt: skip
# Ten million parameters at 224x224: a pattern network would be refused, so the run is put into the folder by hand.
LARGE: Final[dict[str, Any]] = {
    "channels": [16, 32, 64, 128, 256], "kernel": 3, "units": [743], "activation": "relu", "padding": "same",
}  # fmt: skip


@contextmanager
def lab(runs: Path) -> Iterator[Server]:
    """A server with its default network open."""
    port = free_port()
    arguments = ["-m", "receptive.cli", "serve", "--port", str(port), "--no-browser", "--no-token"]
    arguments += ["--runs", str(runs)]
    with running(arguments, port, "/models/lenet5") as server:
        yield server


def large_run(runs: Path) -> tuple[str, int]:
    """A run of a network of ten million parameters at 224x224, with fresh weights: its name, its parameters."""
    code = f"import bench.lanes; print(bench.lanes.write_large_run({str(runs)!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    name, parameters = done.stdout.split()
    return name, int(parameters)


def write_large_run(runs: str) -> str:
    """Write the run; in a process of its own, since torch would stay in this one."""
    import torch
    from safetensors.torch import save_file

    from convnets.pattern import Pattern
    from convnets.patterned import PatternNetwork

    pattern = Pattern.model_validate(LARGE)
    torch.manual_seed(1)
    module = PatternNetwork(pattern, (3, 224, 224), 10)
    parameters = sum(value.numel() for value in module.parameters())
    folder = Path(runs) / "20260101-000000-pattern-0000"
    folder.mkdir(parents=True)
    facts = {
        "model": "pattern", "input_shape": [3, 224, 224], "classes": list("0123456789"), "mean": [0.5] * 3,
        "std": [0.25] * 3, "parameters": parameters, "picture_shape": [3, 224, 224], "layers": [],
    }  # fmt: skip
    files = {
        "settings.json": {"model": pattern.model_dump(mode="json"), "dataset": "cifar10"},
        "network.json": facts,
        "state.json": {"status": "finished"},
        "about.json": {"name": "large", "note": "", "created": "2026-01-01T00:00:00.000Z"},
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    save_file(module.state_dict(), str(folder / "best.safetensors"))
    return f"run:{folder.name} {parameters}"


class Loop:
    """A visitor who asks for the same thing again and again."""

    def __init__(self, ask: Callable[[httpx2.Client], httpx2.Response], url: str) -> None:
        self.answered = 0
        self._ask, self._url = ask, url
        self._stop = threading.Event()
        self._failure: str | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(60)
        if self._failure is not None:
            raise RuntimeError(self._failure)

    def _run(self) -> None:
        with httpx2.Client(base_url=self._url, timeout=60) as client:
            while not self._stop.is_set():
                answer = self._ask(client)
                if answer.status_code != 200:
                    self._failure = f"{answer.status_code}: {answer.text[:200]}"
                    return
                self.answered += 1


def p95(server: Server) -> float:
    """Milliseconds within which 95 of 100 strokes of one visitor are answered."""
    return draw(server, 1, SECONDS, STROKES).percentile(0.95)


def beside(server: Server, ask: Callable[[httpx2.Client], httpx2.Response]) -> tuple[float, float, float]:
    """p95 alone and beside the loop, of the middle round, and what the loop was answered a second."""
    rounds = []
    with httpx2.Client(base_url=server.url, timeout=60) as client:
        ask(client).raise_for_status()
    for _ in range(ROUNDS):
        idle = p95(server)
        begun = time.perf_counter()
        with Loop(ask, server.url) as loop:
            busy = p95(server)
        rounds.append((idle, busy, loop.answered / (time.perf_counter() - begun)))
    return sorted(rounds, key=lambda each: each[1] / each[0])[ROUNDS // 2]


def measure() -> Iterator[Row]:
    """The idle visitor, then the same visitor beside each kind of heavy work."""
    with tempfile.TemporaryDirectory() as folder:
        runs = Path(folder)
        model, parameters = large_run(runs)
        with lab(runs) as server:
            picture = picture_png()

            def chain(client: httpx2.Client) -> httpx2.Response:
                return client.post("/operations/activation/chain", json=HEAVY)

            def large(client: httpx2.Client) -> httpx2.Response:
                return client.post("/predict", files={"image": picture}, data={"model": model})

            for what, ask in (
                ("a chain of 200 million multiplications", chain),
                (f"a network of {parameters / 1e6:.1f} million parameters at 224x224", large),
            ):
                idle, busy, rate = beside(server, ask)
                row = f"p95 of one visitor's strokes beside {what}, {rate:.1f} a second"
                beside_it = f"idle {idle:.2f} ms"
                yield Row("lanes", row, f"{busy:.2f} ms", beside_it, busy / idle, "under 2", busy < 2 * idle)
