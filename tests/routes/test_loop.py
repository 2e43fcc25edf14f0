"""Nothing long on the event loop: what any request costs it is little, and other visitors' strokes are answered."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from websockets.sync.client import connect

from tests.routes.test_live import header, look, stroke
from tests.serving import Running

JSON = {"Content-Type": "application/json"}
LONGEST_TURN = 0.1  # seconds of processor time: what else the machine does is not counted


class Watch:
    """The processor time of the event loop's thread between its turns."""

    def __init__(self) -> None:
        self.longest = 0.0
        self.turns = 0
        self._last = 0.0
        self._going = True

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._last = time.thread_time()
        self._turn(loop)

    def end(self) -> None:
        self._going = False

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        now = time.thread_time()
        self.longest = max(self.longest, now - self._last)
        self.turns += 1
        self._last = now
        if self._going:
            loop.call_later(0.0005, self._turn, loop)


def loop_of(server: Running) -> asyncio.AbstractEventLoop:
    """The loop that answers."""
    found: list[asyncio.AbstractEventLoop] = []
    seen = threading.Event()

    async def tell() -> dict[str, str]:
        found.append(asyncio.get_running_loop())
        seen.set()
        return {}

    server.app.add_api_route("/loop-of-this-test", tell, include_in_schema=False)
    httpx2.get(f"{server.url}/loop-of-this-test")
    assert seen.wait(60)
    server.app.router.routes.pop()
    return found[0]


@pytest.fixture
def watch(untrained: Running) -> Iterator[Watch]:
    """A watch over the server's loop while the test lasts."""
    watch = Watch()
    loop = loop_of(untrained)
    loop.call_soon_threadsafe(watch.begin, loop)
    yield watch
    watch.end()


def heavy() -> dict[str, tuple[str, bytes, dict[str, str]]]:
    """Requests that cost a parser as much as they can, refused or not."""
    names = b"{" + b",".join(b'"a%d":1' % number for number in range(900_000)) + b"}"
    few = b"{" + b",".join(b'"a%d":1' % number for number in range(4900)) + b"}"
    lists = b'{"input":[' + b"[1]," * 250_000 + b'[1]],"kernel":[[1]]}'
    fewer = b'{"input":[' + b"[1]," * 65_000 + b'[1]],"kernel":[[1]]}'
    wrong = json.dumps({"pixels": [["a"] * 512] * 512}).encode()
    large = json.dumps({"pixels": [[200.5] * 512] * 512}).encode()
    tensor = json.dumps({"input": [[[1.25] * 512] * 512], "kernel": [[1]]}).encode()
    part = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n'
    end = b"\r\n--x--\r\n"
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    paths = ("/runs", "/runs/plan", "/runs/augmentation", "/drawings", "/predict", "/operations/convolution")
    asked: dict[str, tuple[str, bytes, dict[str, str]]] = {}
    for path in paths:
        asked[f"names {path}"] = (path, names, JSON)
        asked[f"few names {path}"] = (path, few, JSON)
        asked[f"lists {path}"] = (path, lists, JSON)
        asked[f"quotes {path}"] = (path, b'"' * 11_000_000, JSON)
    for path in ("/drawings", "/predict", "/activations"):
        asked[f"wrong {path}"] = (path, wrong, JSON)
        asked[f"large {path}"] = (path, large, JSON)
    asked["tensor"] = ("/operations/convolution", tensor, JSON)
    asked["fewer lists"] = ("/operations/convolution", fewer, JSON)
    asked["a file"] = ("/predict", part + b"\r\n" + b"\r" * 11_000_000 + end, form)
    asked["headers of a part"] = ("/predict", part + b"A: b\r\n" * 1_500_000 + b"\r\nx" + end, form)
    asked["cookie"] = ("/models", b"", {"Cookie": "a=" + "\\" * 8000})
    return asked


def test_no_request_holds_the_loop_and_a_stroke_is_answered_meanwhile(untrained: Running, watch: Watch) -> None:
    answers: dict[str, Any] = {}

    def ask() -> None:
        with httpx2.Client(base_url=untrained.url, timeout=120) as client:
            for name, (path, body, headers) in heavy().items():
                before, watch.longest = watch.longest, 0.0
                status = client.post(path, content=body, headers=headers).status_code
                answers[name] = (status, round(watch.longest, 3))
                watch.longest = max(before, watch.longest)

    asking = threading.Thread(target=ask)
    with connect(untrained.live, compression=None) as live:
        live.send(look())
        asking.start()
        drawn = 0
        while asking.is_alive():
            drawn += 1
            live.send(stroke(drawn))
            assert header(live.recv(60)).sequence == drawn
        asking.join()
    assert all(status < 500 for status, _ in answers.values()), answers
    slow = {name: longest for name, (_, longest) in answers.items() if longest > LONGEST_TURN}
    assert not slow, slow
    assert drawn > len(answers)  # strokes are answered between and during all of them
    assert watch.turns > len(answers)
