"""Stroke to frame over the socket, beside an echo with a plain pass: one client, thirty, a class, a lecture hall."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.load import Tally
from bench.report import Row
from bench.servers import ROOT, Server, echo, receptive

ROUNDS = 3


def draw(server: Server, clients: int, seconds: float = 4, rate: float = 0) -> Tally:
    """Let `clients` draw on `server` from a process of their own."""
    with TemporaryDirectory() as folder:
        tally = Path(folder) / "tally.json"
        command = [sys.executable, "-m", "bench.load", server.socket, str(tally)]
        command += ["--clients", str(clients), "--seconds", str(seconds), "--rate", str(rate)]
        done = subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"the clients failed: {done.stderr.strip().splitlines()[-1:]}")
        return Tally(**json.loads(tally.read_text(encoding="utf-8")))


def compared(servers: Sequence[Server], clients: int, seconds: float, of: Callable[[Tally], float]) -> list[float]:
    """A figure `of` each server, of the middle one of rounds that alternate between them: the machine is shared."""
    rounds = [[of(draw(server, clients, seconds)) for server in servers] for _ in range(ROUNDS)]
    return sorted(rounds, key=lambda each: each[0] / each[1])[ROUNDS // 2]


def measure() -> Iterator[Row]:
    """The product beside an echo with the network's plain pass in it, and the bare echo, which has no verdict."""
    with receptive() as server:
        size = draw(server, 1, 0.5).frame_bytes
        with echo(size) as floor, echo(size, "--passes") as passing:
            servers = server, passing, floor
            ours, asking, bare = compared(servers, 1, 2, lambda tally: tally.percentile(0.5))
            what, beside = f"stroke to frame, 1 client, median ({size} bytes back)", f"echo with a pass {asking:.2f} ms"
            ratio = ours / asking
            yield Row("socket", what, f"{ours:.2f} ms", beside, ratio, "at most 1.4", ratio <= 1.4)
            yield Row("socket", "the bare echo, 1 client", f"{bare:.2f} ms", "", bare / asking)
            ours, asking, bare = compared(servers, 30, 4, lambda tally: tally.rate)
            what, beside = "30 clients flat out, frames a second", f"echo with a pass {asking:,.0f}/s"
            ratio = ours / asking
            yield Row("socket", what, f"{ours:,.0f}/s", beside, ratio, "at least 2.5", ratio >= 2.5)
            yield Row("socket", "the bare echo, 30 clients", f"{bare:,.0f}/s", "", bare / asking)
        costs = []
        for clients in (1, 30, 100):
            before = server.cpu_seconds()
            tally = draw(server, clients, 4)
            costs.append(1e6 * (server.cpu_seconds() - before) / tally.answered)
        yield Row(
            "socket",
            "processor time per frame, flat out, 1 / 30 / 100 clients",
            " / ".join(f"{cost:.0f}" for cost in costs) + " us",
            budget="falls as clients are added",
            met=costs[1] < costs[0] and costs[2] < costs[0],
        )
        for clients in (100, 300):
            tally = draw(server, clients, 6, 10)
            p95 = tally.percentile(0.95)
            yield Row(
                "socket",
                f"{clients} clients, 10 strokes a second each",
                f"p95 {p95:.0f} ms; of {tally.sent} strokes {tally.answered} answered, {tally.overtaken} overtaken, "
                f"{tally.lost} lost",
                budget="p95 under 100 ms, none lost" if clients == 100 else "served, none lost",
                met=(p95 < 100 or clients == 300) and tally.lost == 0,
            )
        with busy(os.cpu_count() or 1) as others:
            p95 = draw(server, 300, 6, 2).percentile(0.95)
            what = f"300 clients, 2 strokes a second each, beside {others} processes that take all they get"
            yield Row("socket", what, f"p95 {p95:.0f} ms")


@contextmanager
def busy(count: int) -> Iterator[int]:
    """So many processes that do nothing but keep the processor busy."""
    processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield count
    finally:
        for process in processes:
            process.kill()
            process.wait()
