"""Servers to measure, each started as a user would start it and stopped when the `with` block ends."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psutil

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Server:
    """A running server, its address and its process with everything that it started."""

    port: int
    process: subprocess.Popen[bytes]
    started: float

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket(self) -> str:
        return f"ws://127.0.0.1:{self.port}/live"

    def family(self) -> list[psutil.Process]:
        leader = psutil.Process(self.process.pid)
        return [leader, *leader.children(recursive=True)]

    def cpu_seconds(self) -> float:
        """Processor time that the server has used so far, user and system."""
        return sum(times.user + times.system for times in (member.cpu_times() for member in self.family()))

    def memory(self) -> int:
        """Resident memory in bytes."""
        return sum(member.memory_info().rss for member in self.family())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_answered(url: str, process: subprocess.Popen[bytes], patience: float = 60) -> float:
    """Seconds until `url` answered with anything but a refused connection."""
    begun = time.perf_counter()
    while time.perf_counter() - begun < patience:
        if process.poll() is not None:
            raise RuntimeError(f"the server stopped with exit status {process.returncode} before it answered {url}")
        try:
            httpx2.get(url, timeout=patience)
            return time.perf_counter() - begun
        except httpx2.TransportError:
            time.sleep(0.005)
    raise TimeoutError(f"no answer from {url} in {patience} s")


@contextmanager
def running(
    arguments: list[str], port: int, answers: str = "/", python: str | Path = sys.executable
) -> Iterator[Server]:
    """Start `python` with `arguments` in the project's root, wait for its first answer, stop it afterwards."""
    begun = time.perf_counter()
    process = subprocess.Popen([python, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        wait_until_answered(f"http://127.0.0.1:{port}{answers}", process)
        yield Server(port, process, time.perf_counter() - begun)
    finally:
        alive = process.poll() is None
        started = psutil.Process(process.pid).children(recursive=True) if alive else []  # LitServe's outlive it
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        _, left = psutil.wait_procs(started, timeout=5)
        for one in left:
            one.kill()


@contextmanager
def receptive() -> Iterator[Server]:
    """`receptive serve` with its model loaded and warm."""
    port = free_port()
    with running(["-m", "receptive.cli", "serve", "--port", str(port), "--no-browser", "--no-token"], port) as server:
        from bench.rasters import picture_png

        httpx2.post(f"{server.url}/predict", files={"image": picture_png()}, timeout=60).raise_for_status()
        yield server


@contextmanager
def echo(size: int, *options: str) -> Iterator[Server]:
    """The floor of the socket, answering `size` bytes."""
    port = free_port()
    with running(["-m", "bench.echo", "--port", str(port), "--size", str(size), *options], port) as server:
        yield server
