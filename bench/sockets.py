"""Stroke to frame over the socket, beside the echo of the same bytes: one client, thirty, a class, a lecture hall."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence

from bench.load import Tally
from bench.report import Row
from bench.servers import ROOT, Server, echo, receptive

ROUNDS = 3


def draw(server: Server, clients: int, seconds: float = 4, rate: float = 0) -> Tally:
    """Let `clients` draw on `server` from a process of their own."""
    command = [sys.executable, "-m", "bench.load", server.socket]
    command += ["--clients", str(clients), "--seconds", str(seconds), "--rate", str(rate)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return Tally(**json.loads(done.stdout))


def compared(servers: Sequence[Server], clients: int, seconds: float, of: Callable[[Tally], float]) -> list[float]:
    """A figure `of` each server, of the middle one of rounds that alternate between them: the machine is shared."""
    rounds = [[of(draw(server, clients, seconds)) for server in servers] for _ in range(ROUNDS)]
    return sorted(rounds, key=lambda each: each[0] / each[1])[ROUNDS // 2]


def measure() -> Iterator[Row]:
    """The product, its floor, and what the floor becomes with nothing but the network's plain pass in it."""
    with receptive() as server:
        size = draw(server, 1, 0.5).frame_bytes
        with echo(size) as floor, echo(size, "--passes") as passing:
            servers = server, floor, passing
            ours, theirs, asking = compared(servers, 1, 2, lambda tally: tally.percentile(0.5))
            what, beside = f"stroke to frame, 1 client, median ({size} bytes back)", f"echo {theirs:.2f} ms"
            yield Row("socket", what, f"{ours:.2f} ms", beside, ours / theirs, "at most 2", ours <= 2 * theirs)
            what = "the echo with a plain pass before each answer, 1 client"
            yield Row("socket", what, f"{asking:.2f} ms", beside, asking / theirs)
            ours, theirs, asking = compared(servers, 30, 4, lambda tally: tally.rate)
            what, beside = "30 clients flat out, frames a second", f"echo {theirs:,.0f}/s"
            yield Row("socket", what, f"{ours:,.0f}/s", beside, ours / theirs, "at least 0.25", ours >= theirs / 4)
            what = "the echo with a plain pass before each answer, 30 clients"
            yield Row("socket", what, f"{asking:,.0f}/s", beside, asking / theirs)
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
