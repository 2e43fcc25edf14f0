"""The training lab: a run that is watched beside a bare script, and the first point of a curve."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx2

from bench.report import Row
from bench.servers import ROOT, Server, free_port, running

BATCH = 128
HELD_OUT = 0.2
PICTURES = 48_000  # all that are not held out
EPOCHS = 2  # of which the last is measured
ROUNDS = 5
WATCHERS = 30
JUST_OPENED, LONG_OPEN = 3.0, 20.0  # seconds from the page to pressing Train
AUGMENTATION = {"shift": 0.3, "rotate": 0.3, "scale": 0.3}


def data_folder() -> Path | None:
    """The folder of MNIST; None has it fetched."""
    named = os.environ.get("RECEPTIVE_DATA_DIR")
    return Path(named) if named else None


def bare(*words: str) -> float:
    """Images per second of the bare script."""
    command = [sys.executable, "-m", "bench.bare", str(PICTURES), str(EPOCHS), *words]
    return float(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


@contextmanager
def lab(runs: Path, answers: str = "/models/lenet5") -> Iterator[Server]:
    """A server, its networks loaded, or as soon as it answers another path."""
    port = free_port()
    arguments = ["-m", "receptive.cli", "serve", "--port", str(port), "--no-browser", "--no-token", "--runs", str(runs)]
    folder = data_folder()
    if folder is not None:
        arguments += ["--data-dir", str(folder)]
    with running(arguments, port, answers) as server:
        yield server


@contextmanager
def watching(server: Server, run: str) -> Iterator[None]:
    """Somebody who reads every event."""

    def read() -> None:
        with httpx2.stream("GET", f"{server.url}/runs/{run}/events", timeout=None) as answer:
            for _ in answer.iter_bytes():
                pass

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    yield
    thread.join(timeout=5)


def settings(**changes: Any) -> dict[str, Any]:
    """The run that is measured."""
    usual = {"dataset": "mnist", "batch_size": BATCH, "subset": PICTURES, "epochs": EPOCHS, "held_out": HELD_OUT}
    return {**usual, **changes}


def events(server: Server, run: str) -> Iterator[dict[str, Any]]:
    """The events of a run, as they come."""
    with httpx2.stream("GET", f"{server.url}/runs/{run}/events", timeout=None) as answer:
        for line in answer.iter_lines():
            if line.startswith("data: "):
                yield json.loads(line[6:])


def watched(server: Server, watchers: int, **changes: Any) -> float:
    """Images per second of the last epoch's steps, by the trainer's own clock, while so many watch."""
    run = httpx2.post(f"{server.url}/runs", json=settings(**changes), timeout=60).json()["id"]
    begun = last = 0.0
    with ExitStack() as stack:
        for _ in range(watchers - 1):
            stack.enter_context(watching(server, run))
        for event in events(server, run):
            if event["kind"] == "epoch" and event["epoch"] == EPOCHS - 1:
                begun = event["seconds"]
            elif event["kind"] == "steps":
                last = event["seconds"]
            elif event["kind"] == "status" and event["status"] != "finished":
                raise RuntimeError(event["reason"])
    return PICTURES / (last - begun)


def first_point(server: Server, open_for: float) -> float:
    """Seconds from pressing Train, on a page that has been open for so many, to the first point of the curve."""
    with ThreadPoolExecutor(1) as page:
        asked = page.submit(httpx2.post, f"{server.url}/runs/plan", json={}, timeout=60)
        time.sleep(open_for)
        begun = time.perf_counter()
        run = httpx2.post(f"{server.url}/runs", json={"epochs": 1}, timeout=60).json()["id"]
        spent = next(time.perf_counter() - begun for event in events(server, run) if event["kind"] == "steps")
        httpx2.post(f"{server.url}/runs/{run}/stop", timeout=60).raise_for_status()
        asked.result().raise_for_status()
    return spent


def first_point_of_a_new_server(open_for: float) -> float:
    """The same where the page is the first thing that the server has answered."""
    with tempfile.TemporaryDirectory() as folder, lab(Path(folder), "/train") as server:
        return first_point(server, open_for)


def middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def measure() -> Iterator[Row]:
    """The first points, then rounds of the bare script and the lab in turn."""
    for open_for in (JUST_OPENED, 0.0):
        spent = middle([first_point_of_a_new_server(open_for) for _ in range(ROUNDS)])
        what = f"first point, on a page opened {open_for:.0f} s ago on a new server"
        limit, met = ("under 2 s", spent < 2) if open_for else ("", None)
        yield Row("training", what, f"{spent:.2f} s", "", None, limit, met)
    with tempfile.TemporaryDirectory() as folder, lab(Path(folder)) as server:
        spent = first_point(server, LONG_OPEN)
        yield Row("training", "first point of a curve", f"{spent:.2f} s", "", None, "under 2 s", spent < 2)
        bare()
        rounds = [
            {
                "bare script": bare(),
                "bare script, laid out as the lab's": bare("beside"),
                "one watches": watched(server, 1),
                f"{WATCHERS} watch": watched(server, WATCHERS),
                "shift, rotation and scale": watched(server, 1, augmentation=AUGMENTATION),
            }
            for _ in range(ROUNDS)
        ]
        for what, beside, budget in (
            ("one watches", "bare script", 0.97),
            (f"{WATCHERS} watch", "bare script", 0.97),
            ("one watches", "bare script, laid out as the lab's", None),
            ("shift, rotation and scale", "one watches", None),
        ):
            ratio = middle([each[what] / each[beside] for each in rounds])
            speed, floor = (f"{middle([each[name] for each in rounds]):,.0f} images/s" for name in (what, beside))
            limit, met = (f"at least {budget}", ratio >= budget) if budget else ("", None)
            yield Row("training", f"MNIST, batch {BATCH}, {what}", speed, f"{beside} {floor}", ratio, limit, met)
