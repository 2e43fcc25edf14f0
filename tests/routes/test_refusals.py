"""Every refusal over REST and over the socket has a code with its values, whatever was sent."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx2
import numpy as np
import pytest
from websockets.sync.client import connect

from receptive import words
from receptive.queries.stroke import HEAD, MAGIC
from receptive.server import create
from receptive.settings import Settings
from tests.serving import Running

BODIES: dict[str, tuple[bytes, str]] = {
    "no body": (b"", "application/json"),
    "torn JSON": (b'{"input": [', "application/json"),
    "a list": (b"[]", "application/json"),
    "an unknown field": (b'{"no_such_field": 1}', "application/json"),
    "text in place of numbers": (
        b'{"input": "x", "kernel": "x", "pixels": "x", "epochs": "3", "points": "x", "logits": "x", "layer": 3}',
        "application/json",
    ),
    "true in place of numbers": (
        b'{"pixels": [[true]], "epochs": true, "units": true, "depth": true, "seed": true, "rows": true}',
        "application/json",
    ),
    "numbers out of range": (
        b'{"input": [[1e30]], "kernel": [[1]], "pixels": [[256]], "epochs": 0, "stride": 0, "seed": -1, "top_k": 0}',
        "application/json",
    ),
    "another format": (b"a,b\n1,2\n", "text/csv"),
    "no safetensors": (b"abc", "application/vnd.safetensors"),
    "a form without a file": (b"--x--\r\n", "multipart/form-data; boundary=x"),
}


def routes() -> Iterator[tuple[str, str]]:
    """Every method and path of the API, with values in the path that fit nothing."""
    for path, methods in create(Settings()).openapi()["paths"].items():
        for method in methods:
            yield method.upper(), re.sub(r"\{[^}]*\}", "nothing-of-that-name", path)


ROUTES = sorted(set(routes()))


def explained(problem: dict[str, Any]) -> None:
    """Check that a problem has a reason which both languages can give."""
    why = problem["why"]
    assert why is not None, problem
    for language in words.LANGUAGES:
        message = words.messages(language)[f"training.why.{why['code']}"]
        assert isinstance(message, str)
        assert "{" not in re.sub(r"\{(\w+)\}", lambda name: str(why["values"][name[1]]), message).replace("{…", "")


def test_the_routes_are_walked() -> None:
    assert ("POST", "/operations/convolution/counts") in ROUTES
    assert ("GET", "/models/nothing-of-that-name/weights/nothing-of-that-name") in ROUTES
    assert len(ROUTES) > 40


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if route[0] in ("POST", "PATCH", "PUT")])
def test_a_body_that_is_refused_is_refused_with_a_code(untrained: Running, method: str, path: str, body: str) -> None:
    content, media = BODIES[body]
    headers = {"Content-Type": media}
    with (
        httpx2.Client(base_url=untrained.url, timeout=60) as client,
        client.stream(method, path, content=content, headers=headers) as answer,
    ):
        assert answer.status_code < 500 or answer.status_code in (503, 507)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            explained(json.loads(answer.read()))


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_an_address_that_fits_nothing_is_refused_with_a_code(untrained: Running, method: str, path: str) -> None:
    headers = {"Accept": "image/x-nothing;q=0.5, application/problem+json"}
    query = {"model": "nobody", "top_k": "many", "layers": "c9", "points": "-1", "after": "x", "step": "x"}
    with (
        httpx2.Client(base_url=untrained.url, timeout=60) as client,
        client.stream(method, path, params=query, headers=headers) as answer,
    ):
        if answer.status_code >= 400:
            explained(json.loads(answer.read()))


def test_every_error_of_the_socket_has_a_code(untrained: Running) -> None:
    stroke = HEAD.pack(MAGIC, 1, 1, 1, 2, 2)
    look = {"type": "look", "model": "lenet5", "layers": ["c1"]}
    refused: list[str | bytes] = [
        b"R",
        HEAD.pack(b"XX", 1, 1, 1, 1, 1) + b"0",
        HEAD.pack(MAGIC, 9, 1, 1, 1, 1) + b"0",
        HEAD.pack(MAGIC, 1, 9, 1, 1, 1) + b"0",
        HEAD.pack(MAGIC, 1, 1, 1, 0, 1),
        stroke,
        "{",
        "[]",
        json.dumps({**look, "model": 3}),
        json.dumps({**look, "model": "nobody"}),
        json.dumps({**look, "model": "run:nobody"}),
        json.dumps({**look, "layers": ["c9"]}),
        json.dumps({**look, "closely": [{"layer": "c1", "map": 99}]}),
        json.dumps({**look, "closely": [{"layer": "c1", "map": -1}]}),
    ]
    with connect(untrained.live, compression=None) as live:
        for message in refused:
            live.send(message)
            answer = json.loads(live.recv(30))
            assert answer["type"] == "error", message
            explained(answer["problem"])
        live.send(json.dumps(look))
        live.send(HEAD.pack(MAGIC, 1, 1, 7, 8, 8) + np.zeros((8, 8), np.uint8).tobytes())
        assert isinstance(live.recv(30), bytes)
