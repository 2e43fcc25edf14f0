"""Stroke to frame over the socket, beside the echo of the same bytes: one client, thirty, a class, a lecture hall."""

import json
import subprocess
import sys
from collections.abc import Iterator

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


def measure() -> Iterator[Row]:
    """Rounds alternate between the product and its floor, and the middle round counts: the machine is shared."""
    with receptive() as server:
        size = draw(server, 1, 0.5).frame_bytes
        with echo(size) as floor:
            one = sorted(
                ((draw(server, 1, 2), draw(floor, 1, 2)) for _ in range(ROUNDS)),
                key=lambda pair: pair[0].percentile(0.5) / pair[1].percentile(0.5),
            )[ROUNDS // 2]
            ratio = one[0].percentile(0.5) / one[1].percentile(0.5)
            yield Row(
                "socket",
                f"stroke to frame, 1 client, median ({size} bytes back)",
                f"{one[0].percentile(0.5):.2f} ms",
                f"echo {one[1].percentile(0.5):.2f} ms",
                ratio,
                "at most 2",
                ratio <= 2,
            )
            thirty = sorted(
                ((draw(server, 30), draw(floor, 30)) for _ in range(ROUNDS)),
                key=lambda pair: pair[0].rate / pair[1].rate,
            )[ROUNDS // 2]
            ratio = thirty[0].rate / thirty[1].rate
            yield Row(
                "socket",
                "30 clients flat out, frames a second",
                f"{thirty[0].rate:,.0f}/s",
                f"echo {thirty[1].rate:,.0f}/s",
                ratio,
                "at least 0.25",
                ratio >= 0.25,
            )
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
