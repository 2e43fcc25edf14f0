"""The training lab's page in a real Chromium: a million points opened, and its frames while five runs stream."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import httpx2
from playwright.sync_api import Page, sync_playwright

from bench.logs import of_a_million, waiting
from bench.page import WATCH, idle_interval
from bench.report import Row
from bench.servers import ROOT, Server, free_port, running
from receptive.training.runs.store import Run, RunStore
from tests.browser.chromium import LAUNCH, find_chromium

FIVE = 5
WATCHED = 10.0  # seconds
RUN = {"epochs": 120, "snapshots": 60}  # on the digits, long enough to be watched
ROUNDS = 3


@contextmanager
def lab(runs: Path) -> Iterator[Server]:
    """A server for five runs at once."""
    port = free_port()
    arguments = ["-m", "receptive.cli", "serve", "--port", str(port), "--no-browser", "--no-token", "--runs", str(runs)]
    with running([*arguments, "--runs-at-once", str(FIVE)], port, "/models/lenet5") as server:
        yield server


@contextmanager
def visit() -> Iterator[Page]:
    """A page of a browser that has seen nothing yet."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=LAUNCH)
        yield browser.new_page(viewport={"width": 1280, "height": 800})
        browser.close()


def opened(server: Server, run: str) -> float:
    """Seconds from the navigation to the frame in which the curve is drawn."""
    with visit() as page:
        page.goto(f"{server.url}/train?run={run}", wait_until="commit")
        read = page.get_by_test_id(f"legend-{run}").get_by_test_id("read-loss")
        page.wait_for_function("read => read.textContent !== '\u2013'", arg=read.element_handle(), polling="raf")
        drawn = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        page.evaluate(drawn)
        return float(page.evaluate("performance.now()")) / 1000


def frames_met(server: Server, runs: list[str]) -> tuple[float, float]:
    """Shares of the display's frames that are met while all runs stream, and on an empty page beside them."""
    with visit() as page:
        interval = idle_interval(page)
        page.evaluate(WATCH)
        page.wait_for_timeout(3000)
        idle = met(page, interval)
        page.goto(f"{server.url}/train?run={runs[0]}&compare={','.join(runs[1:])}")
        for run in runs:
            page.get_by_test_id(f"legend-{run}").wait_for()
        page.wait_for_timeout(1000)
        page.evaluate(WATCH)
        page.wait_for_timeout(1000 * WATCHED)
        streaming = met(page, interval)
        if any(each["status"] != "running" for each in (state(server, run) for run in runs)):
            raise RuntimeError("a run was over before it had been watched")
        return streaming, idle


def met(page: Page, interval: float) -> float:
    """The share of frames that came in time."""
    gaps = [after - before for before, after in pairwise(page.evaluate("() => seen.frames"))]
    page.evaluate("() => cancelAnimationFrame(seen.frame)")
    return float(sum(gap < 1.5 * interval for gap in gaps) * interval / sum(gaps))


def state(server: Server, run: str) -> dict[str, str]:
    run_state: dict[str, str] = httpx2.get(f"{server.url}/runs/{run}", timeout=60).json()
    return run_state


def begun(server: Server) -> str:
    """A run that trains."""
    return str(httpx2.post(f"{server.url}/runs", json=RUN, timeout=60).json()["id"])


def until(server: Server, run: str, status: str) -> None:
    while state(server, run)["status"] != status:
        time.sleep(0.1)


def trained(server: Server) -> str:
    """A run that has been trained alone; its id."""
    run = begun(server)
    until(server, run, "finished")
    return run


def replayed(server: Server, runs: Path, recorded: Run) -> tuple[float, float]:
    """Frames met while a light process writes what a trainer wrote, five times."""
    others = [waiting(runs, recorded) for _ in range(FIVE)]
    arguments = ["-m", "bench.logs", str(recorded.folder), *(str(run.folder) for run in others)]
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT)
    try:
        until(server, others[0].id, "running")
        return frames_met(server, [run.id for run in others])
    finally:
        process.kill()
        process.wait()


def five_trainers(server: Server) -> tuple[float, float]:
    """Frames met while five real runs share the processor with the browser."""
    runs = [begun(server) for _ in range(FIVE)]
    for run in runs:
        until(server, run, "running")
    try:
        return frames_met(server, runs)
    finally:
        for run in runs:
            httpx2.post(f"{server.url}/runs/{run}/stop", timeout=60)


def measure() -> Iterator[Row]:
    """The times that a visitor waits for, and the rates that a visitor sees."""
    with tempfile.TemporaryDirectory() as folder:
        runs = Path(folder)
        million = of_a_million(runs)
        with lab(runs) as server:
            begun = time.perf_counter()
            httpx2.get(f"{server.url}/runs/{million}/curve?points=1000", timeout=60).raise_for_status()
            spent = time.perf_counter() - begun
            yield Row("lab", "a million points over REST", f"{spent:.2f} s", budget="under 1 s", met=spent < 1)
            spent = sorted(opened(server, million) for _ in range(ROUNDS))[ROUNDS // 2]
            what = "a million points, from the address to the drawn curve"
            yield Row("lab", what, f"{spent:.2f} s", budget="under 1 s", met=spent < 1)
            recorded = RunStore(runs).get(trained(server))
            streaming, idle = replayed(server, runs, recorded)
            yield row("frames met, five recorded runs written at their own pace", streaming, idle, 0.95)
            streaming, idle = five_trainers(server)
            yield row("frames met, five trainers on the browser's own cores", streaming, idle)


def row(what: str, streaming: float, idle: float, budget: float | None = None) -> Row:
    limit, kept = (f"at least {budget}", streaming / idle >= budget) if budget else ("", None)
    return Row("lab", what, f"{100 * streaming:.0f} %", f"empty page {100 * idle:.0f} %", streaming / idle, limit, kept)
