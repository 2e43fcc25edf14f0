"""Networks that cannot be asked: each a refusal with a code, over REST and on the socket, and the server goes on."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from websockets.sync.client import ClientConnection, connect

from convnets.weights import WeightsError
from receptive import words
from receptive.engine.local import LocalEngine
from receptive.networks.library import NetworkTooLargeError
from receptive.queries.query import Query
from receptive.queries.stroke import HEAD, MAGIC
from tests.engine.queries import BEGUN, HoldLong, gate
from tests.preprocessing.digits import seven
from tests.serving import Running, running

PIXELS = [[255, 0, 0, 0, 255], [255, 255, 255, 0, 255], [255, 255, 0, 255, 255], [255, 255, 0, 255, 255]]
ASK = {"pixels": np.kron(PIXELS, np.ones((4, 4))).tolist()}


def stroke(sequence: int) -> bytes:
    picture = seven()
    return HEAD.pack(MAGIC, 1, 1, sequence, picture.shape[1], picture.shape[0]) + picture.tobytes()


def look(model: str = "lenet5", **fields: object) -> str:
    return json.dumps({"type": "look", "model": model, "layers": ["c1"], **fields})


def refused(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    """The problem, which says in both languages what the code stands for."""
    assert answer.status_code == status, answer.text
    problem: dict[str, Any] = answer.json()
    assert problem["why"]["code"] == code
    for language in ("en", "zh"):
        sentence = words.messages(language)[f"training.why.{code}"]
        assert isinstance(sentence, str)
        assert sentence.format_map(problem["why"]["values"])
    return problem


def said(live: ClientConnection) -> dict[str, Any]:
    """The next problem on a socket."""
    message = live.recv(30)
    while "waking" in str(message):
        message = live.recv(30)
    assert isinstance(message, str), message[:80]
    problem: dict[str, Any] = json.loads(message)["problem"]
    return problem


def goes_on(server: Running) -> None:
    """The other network is answered as ever."""
    answer = httpx2.post(f"{server.url}/predict", json={**ASK, "model": "lenet5-1998"}, timeout=60)
    assert answer.status_code == 200, answer.text
    with connect(server.live, compression=None) as live:
        live.send(json.dumps({"type": "look", "model": "lenet5-1998", "layers": ["c1"]}))
        live.send(stroke(5))
        assert isinstance(live.recv(30), bytes)


def test_a_network_over_the_memory_budget(weights: Path) -> None:
    with running(weights) as server:
        engine: LocalEngine = server.app.state.engine
        assert httpx2.get(f"{server.url}/models/lenet5", timeout=60).status_code == 200
        budget, engine.library.budget = engine.library.budget, 1000
        engine.library._let_go("lenet5")
        problem = refused(httpx2.post(f"{server.url}/predict", json=ASK, timeout=60), 503, "network-over-budget")
        assert problem["why"]["values"]["budget"] == "1000 B"
        with connect(server.live, compression=None) as live:
            live.send(look())
            live.send(stroke(1))
            assert said(live)["why"]["code"] == "network-over-budget"
        engine.library.budget = budget
        goes_on(server)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "card-missing"),
        (b"", "card-unreadable"),
        (b"\xff\x00", "card-unreadable"),
        (b"[" * 100_000, "card-unreadable"),
        (b"[]", "card-without-checksum"),
        (b"{}", "card-without-checksum"),
        (b'{"sha256": "0"}', "weights-changed"),
        ({"mean": "no number"}, "card-scale"),
        ({"mean": [1, 2, 3]}, "card-scale"),
        ({"std": 0}, "card-scale"),
        ({"reading": "by heart"}, "card-scale"),
    ],
)
def test_a_damaged_card(weights: Path, tmp_path: Path, content: bytes | dict[str, Any] | None, code: str) -> None:
    for path in weights.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    card = tmp_path / "lenet5.json"
    if content is None:
        card.unlink()
    elif isinstance(content, bytes):
        card.write_bytes(content)
    else:
        card.write_text(json.dumps({**json.loads(card.read_text()), **content}))
    with running(tmp_path) as server:
        problem = refused(httpx2.post(f"{server.url}/predict", json=ASK, timeout=60), 503, code)
        assert "lenet5" in problem["detail"]
        refused(httpx2.get(f"{server.url}/models/lenet5", timeout=60), 503, code)
        with connect(server.live, compression=None) as live:
            live.send(look())
            live.send(stroke(1))
            assert said(live)["why"]["code"] == code
        goes_on(server)


def test_a_card_gives_scale_and_reading(weights: Path, tmp_path: Path) -> None:
    for path in weights.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    card = tmp_path / "lenet5.json"
    card.write_text(json.dumps({**json.loads(card.read_text()), "mean": 0.25, "std": [0.5], "reading": "photo"}))
    with running(tmp_path) as server:
        about = httpx2.get(f"{server.url}/models/lenet5", timeout=60).json()
        assert (about["means"], about["stds"], about["reading"]) == ([0.25], [0.5], "photo")


def test_layers_and_maps_that_are_not_there(untrained: Running) -> None:
    url = untrained.url
    problem = refused(httpx2.post(f"{url}/activations", json={**ASK, "layers": ["c9"]}), 422, "no-such-layer")
    assert "c1_relu" in problem["why"]["values"]["known"]
    refused(httpx2.get(f"{url}/models/lenet5/weights/c9.weight"), 404, "no-such-parameter")
    drop = {**ASK, "layer": "c9"}
    refused(httpx2.post(f"{url}/operations/dropout/network", json=drop), 422, "no-such-layer")
    with connect(untrained.live, compression=None) as live:
        live.send(look(closely=[{"layer": "c1", "map": 6}]))
        assert said(live)["why"] == {"code": "no-such-map", "values": {"map": 6, "layer": "c1", "last": 5}}
    goes_on(untrained)


def test_a_view_that_is_larger_than_a_frame_may_be(untrained: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("receptive.routes.live.MOST_VALUES", 100)
    with connect(untrained.live, compression=None) as live:
        live.send(look())
        assert said(live)["why"]["code"] == "view-too-large"
        live.send(look(layers=["output"]))
        live.send(stroke(4))
        assert isinstance(live.recv(30), bytes)


def test_more_values_than_are_sent_as_json(untrained: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("receptive.routes.predict.MOST_VALUES", 100)
    refused(httpx2.post(f"{untrained.url}/activations", json=ASK), 422, "too-many-values")
    assert httpx2.post(f"{untrained.url}/activations", json={**ASK, "layers": ["output"]}).status_code == 200
    safetensors = {"Accept": "application/vnd.safetensors"}
    assert httpx2.post(f"{untrained.url}/activations", json=ASK, headers=safetensors).status_code == 200


@contextmanager
def slow_lane_held(server: Running) -> Iterator[None]:
    """The slow lane, occupied within the block."""
    engine: LocalEngine = server.app.state.engine
    assert engine._loop is not None
    held = gate("routes")
    holding = asyncio.run_coroutine_threadsafe(engine.ask(HoldLong("lenet5", "routes")), engine._loop)
    assert BEGUN["routes"].wait(60)
    try:
        yield
    finally:
        held.set()
        holding.result(60)


def test_a_lane_that_is_full(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(weights) as server:
        assert httpx2.get(f"{server.url}/models/lenet5", timeout=60).status_code == 200
        monkeypatch.setattr(server.app.state.engine._slow, "_limit", 1)
        with slow_lane_held(server):
            answer = httpx2.post(f"{server.url}/operations/dropout/network", json={**ASK, "layer": "c1"}, timeout=60)
            refused(answer, 503, "lane-full")
            assert int(answer.headers["retry-after"]) > 0
            goes_on(server)
        again = httpx2.post(f"{server.url}/operations/dropout/network", json={**ASK, "layer": "c1"}, timeout=60)
        assert again.status_code == 200


def test_a_visitor_who_leaves_while_being_answered_is_not_answered(weights: Path) -> None:
    with running(weights) as server:
        assert httpx2.get(f"{server.url}/models/lenet5", timeout=60).status_code == 200
        engine: LocalEngine = server.app.state.engine
        asked, left = threading.Event(), threading.Event()
        ask = engine.ask

        async def watched(query: Query[Any]) -> Any:
            if not query.is_long:
                return await ask(query)
            asked.set()
            try:
                return await ask(query)
            except asyncio.CancelledError:
                left.set()
                raise

        engine.ask = watched  # type: ignore[method-assign]
        with slow_lane_held(server):
            body = json.dumps({**ASK, "layer": "c1"}).encode()
            head = f"POST /operations/dropout/network HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            with socket.create_connection(("127.0.0.1", server.port)) as visitor:
                visitor.sendall(head.encode() + body)
                assert asked.wait(60)
            assert left.wait(60)
            goes_on(server)


def test_errors_of_networks_are_explained() -> None:
    for error in (WeightsError, NetworkTooLargeError):
        assert error("a-code", "{one} sentence", one="a").why.values == {"one": "a"}
