"""The REST calls with one client and with thirty, and the memory of ten thousand of them."""

import asyncio
import time
from collections.abc import Iterator

import httpx2

from bench.rasters import picture_png
from bench.report import Row
from bench.servers import Server, receptive

CALLS = {
    "/predict": ("/predict", "application/json"),
    "/activations, JSON": ("/activations", "application/json"),
    "/activations, safetensors": ("/activations", "application/vnd.safetensors"),
}


async def calls(server: Server, path: str, accept: str, clients: int, count: int) -> tuple[float, float]:
    """Requests a second and the median latency in ms of `count` calls shared by `clients`."""
    picture = picture_png()
    latencies: list[float] = []
    remaining = iter(range(count))

    async def client() -> None:
        async with httpx2.AsyncClient(base_url=server.url, headers={"Accept": accept}, timeout=60) as http:
            for _ in remaining:
                begun = time.perf_counter()
                (await http.post(path, files={"image": ("seven.png", picture, "image/png")})).raise_for_status()
                latencies.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    seconds = time.perf_counter() - begun
    return count / seconds, 1000 * sorted(latencies)[len(latencies) // 2]


def measure() -> Iterator[Row]:
    """Each call alone and thirty at a time; then the memory before and after ten thousand."""
    with receptive() as server:
        for name, (path, accept) in CALLS.items():
            alone = asyncio.run(calls(server, path, accept, 1, 200))
            many = asyncio.run(calls(server, path, accept, 30, 600))
            yield Row(
                "REST",
                f"{name}, 1 / 30 clients",
                f"{alone[1]:.1f} / {many[1]:.1f} ms; {alone[0]:,.0f} / {many[0]:,.0f} a second",
            )
        asyncio.run(calls(server, "/predict", "application/json", 8, 1000))
        before = server.memory()
        asyncio.run(calls(server, "/predict", "application/json", 8, 10_000))
        grown = (server.memory() - before) / 2**20
        yield Row(
            "memory",
            "growth over 10,000 /predict requests, after the first 1,000",
            f"{grown:+.1f} MiB of {before / 2**20:.0f} MiB",
            budget="flat: under 8 MiB",
            met=grown < 8,
        )
