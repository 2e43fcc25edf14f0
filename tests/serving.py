"""Servers for tests: the real application on a real port, with networks whose weights the test made itself."""

import hashlib
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn
from fastapi import FastAPI

from receptive.protocol import configured
from receptive.server import create
from receptive.settings import Settings

TOKEN = "a-token-for-tests"


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    app: FastAPI
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def live(self) -> str:
        return f"ws://127.0.0.1:{self.port}/live"


@contextmanager
def running(weights: Path, port: int = 0, **settings: object) -> Iterator[Running]:
    """The application under uvicorn, in a thread, until the block ends; on `port` where one is given.

    Its runs are kept in a folder that goes with it, unless `settings` names another.
    """
    with socket.create_server(("127.0.0.1", port)) as listener, TemporaryDirectory() as runs:
        port = listener.getsockname()[1]
        app = create(Settings.model_validate({"device": "cpu", "port": port, "runs": runs, **settings}), weights)
        server = uvicorn.Server(configured(app, farewell=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield Running(app, port)
        finally:
            server.should_exit = True
            thread.join()


def make_weights(folder: Path) -> Path:
    """Untrained weights with cards, the same every time, for every network of the catalogue."""
    import torch
    from safetensors.torch import save

    from convnets import catalogue, weights

    for place, name in enumerate(sorted(catalogue.CATALOGUE)):
        torch.manual_seed(place)
        raw = save({key: value.contiguous() for key, value in catalogue.build(name).state_dict().items()})
        path = weights.weights_path(name, folder)
        path.write_bytes(raw)
        card = {"sha256": hashlib.sha256(raw).hexdigest(), "data": "none: these weights are untrained"}
        path.with_suffix(".json").write_text(json.dumps(card), encoding="utf-8")
    return folder
