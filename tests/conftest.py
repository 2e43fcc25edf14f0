"""Fixtures of all tests: a server with untrained networks, and one as a visitor starts it."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import Running, make_weights, running

PATIENCE = 120.0  # seconds for a server to wake up on a busy machine


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with untrained weights and their cards."""
    return make_weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="session")
def untrained(weights: Path) -> Iterator[Running]:
    """A server in this process, awake, whose networks have untrained weights."""
    import torch

    torch.set_num_threads(1)
    with running(weights) as server:
        urllib.request.urlopen(f"{server.url}/models/lenet5", timeout=PATIENCE).read()
        yield server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server as `receptive serve` starts it, awake, with the weights that are shipped."""
    command = [
        sys.executable,
        "-m",
        "receptive.cli",
        "serve",
        "--port",
        "0",
        "--no-browser",
        "--no-token",
    ]
    command += ["--device", "cpu", "--runs", str(tmp_path_factory.mktemp("runs"))]
    root = Path(__file__).parent.parent
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = next(word for word in process.stdout.readline().split() if word.startswith("http"))
            _await(f"{address.rstrip('/')}/models/lenet5")
            yield address.rstrip("/")
        finally:
            process.terminate()
            process.wait(timeout=30)


def _await(url: str) -> None:
    """Return when the server answers, which it does when torch is loaded."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(url, timeout=PATIENCE).read()
        except urllib.error.HTTPError:
            raise
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return
