"""Networks that the tests train in a server's lab, small and of every kind that the lab can put together."""

import json
import time
import urllib.request
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image

PATIENCE: Final = 120.0  # seconds for a run of a few epochs on a busy machine
SHORT: Final = {"dataset": "digits", "subset": 200, "epochs": 1, "batch_size": 50}
OWN: Final = {
    "channels": [4, 6],
    "kernel": 3,
    "units": [12],
    "activation": "tanh",
    "batch_norm": True,
    "dropout": 0.2,
}
KINDS: Final[dict[str, dict[str, Any]]] = {
    "lenet5": {**SHORT, "model": "lenet5"},
    "lenet5-1998": {**SHORT, "model": "lenet5-1998"},
    "own": {**SHORT, "model": OWN, "name": "Tanh and norm"},
    "colour": {
        "epochs": 1,
        "batch_size": 6,
        "model": {"channels": [4], "kernel": 5, "pooling": "average", "units": []},
    },
}
CLASSES: Final = ("a warm evening sky", "deep sea", "meadow")  # of the pictures in colour


def call(server: str, path: str, asked: object = None) -> Any:
    """The server's response to a GET, or to a POST of this."""
    body = None if asked is None else json.dumps(asked).encode()
    request = urllib.request.Request(f"{server}/{path}", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as response:
        return json.load(response)


def over(server: str, name: str) -> dict[str, Any]:
    """The run, when it is over."""
    end = time.monotonic() + PATIENCE
    while True:
        run: dict[str, Any] = call(server, f"runs/{name}")
        if run["status"] not in ("queued", "running"):
            return run
        assert time.monotonic() < end, run
        time.sleep(0.2)


def train(server: str, kind: str, folder: Path) -> str:
    """The id of a finished run of one of the kinds. folder: where pictures in colour may be put."""
    settings = KINDS[kind]
    if kind == "colour":
        settings = {**settings, "dataset": f"folder:{_pictures(folder)}"}
    run = over(server, call(server, "runs", settings)["id"])
    assert run["status"] == "finished", run
    return str(run["id"])


def _pictures(folder: Path) -> Path:
    """Six of each class: noise around its colour, 24 x 20 pixels."""
    random = np.random.default_rng(5)
    for channel, name in enumerate(CLASSES):
        (folder / name).mkdir(parents=True)
        for number in range(6):
            pixels = random.integers(0, 120, (20, 24, 3))
            pixels[..., channel] += 120
            Image.fromarray(pixels.astype(np.uint8)).save(folder / name / f"{number}.png")
    return folder
