"""Clients in a process of their own: they draw over sockets, count what comes back and how long it took."""

import argparse
import asyncio
import json
import re
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect

from bench.rasters import LOOK, stroke

SEQUENCE = re.compile(rb'sequence\\?": ?(\d+)')


@dataclass
class Tally:
    """The counts of one process of clients."""

    sent: int = 0
    answered: int = 0
    overtaken: int = 0
    lost: int = 0
    seconds: float = 0.0
    frame_bytes: int = 0
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.answered / self.seconds

    def percentile(self, share: float) -> float:
        """Latency in milliseconds below which `share` of the answers stayed."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def flat_out(socket: ClientConnection, until: float, tally: Tally, number: int) -> None:
    """Send the next stroke when the last one is answered."""
    sequence = number
    while time.perf_counter() < until:
        sequence += 1
        begun = time.perf_counter()
        await socket.send(stroke(sequence))
        frame = await socket.recv()
        while isinstance(frame, str):
            frame = await socket.recv()
        tally.latencies.append(time.perf_counter() - begun)
        tally.sent += 1
        tally.answered += 1
        tally.frame_bytes = len(frame)


async def paced(socket: ClientConnection, until: float, tally: Tally, rate: float) -> None:
    """Send `rate` strokes a second whether they are answered or not; match answers by their number."""
    sent: dict[int, float] = {}
    last = 0

    async def hear() -> None:
        nonlocal last
        async for frame in socket:
            if isinstance(frame, str):
                continue
            found = SEQUENCE.search(frame, 0, 4096)
            assert found, frame[:200]
            number = int(found[1])
            begun = sent.pop(number, None)
            if begun is not None:
                tally.latencies.append(time.perf_counter() - begun)
                tally.answered += 1
                last = number

    hearing = asyncio.create_task(hear())
    number = 0
    while time.perf_counter() < until:
        number += 1
        sent[number] = time.perf_counter()
        await socket.send(stroke(number))
        tally.sent += 1
        await asyncio.sleep(1 / rate)
    await asyncio.sleep(0.5)
    hearing.cancel()
    tally.overtaken += sum(1 for waiting in sent if waiting < last)
    tally.lost += sum(1 for waiting in sent if waiting > last)


async def run(url: str, clients: int, seconds: float, rate: float, model: str) -> Tally:
    """Open all sockets first, warm them up with one stroke each, then draw."""
    tally = Tally()
    sockets = []
    for _ in range(clients):
        socket = await connect(url, compression=None, max_size=None, ping_interval=None)
        await socket.send(json.dumps(LOOK if model == LOOK["model"] else {"type": "look", "model": model}))
        await socket.send(stroke(0))
        while isinstance(await socket.recv(), str):
            pass
        sockets.append(socket)
    begun = time.perf_counter()
    until = begun + seconds
    if rate:

        async def later(socket: ClientConnection, number: int) -> None:
            await asyncio.sleep(number / clients / rate)
            await paced(socket, until, tally, rate)

        await asyncio.gather(*(later(socket, number) for number, socket in enumerate(sockets)))
    else:
        await asyncio.gather(*(flat_out(socket, until, tally, number) for number, socket in enumerate(sockets)))
    tally.seconds = seconds
    await asyncio.gather(*(socket.close() for socket in sockets))
    return tally


def main() -> None:
    """Draw for so long and write the tally as JSON to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("tally", type=Path, help="the file that the tally is written to")
    parser.add_argument("--clients", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--model", default=LOOK["model"])
    options = parser.parse_args()
    import uvloop

    tally = uvloop.run(run(options.url, options.clients, options.seconds, options.rate, options.model))
    options.tally.write_text(json.dumps(asdict(tally)), encoding="utf-8")


if __name__ == "__main__":
    main()
