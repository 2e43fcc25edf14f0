"""`/explain`: the terms of one value over REST, in both formats, and what is refused."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load

from tests.preprocessing.digits import seven
from tests.routes.test_rest import SAFETENSORS, png
from tests.serving import Running

PLACE = {"layer": "c3", "map": 2, "row": 4, "column": 5}


@pytest.fixture
def client(untrained: Running) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=untrained.url, timeout=60) as client:
        yield client


def explained(client: httpx2.Client, **fields: object) -> dict[str, Any]:
    answer = client.post("/explain", json={"pixels": seven().tolist(), **fields})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("model", ["lenet5", "lenet5-1998"])
def test_the_terms_add_up_to_the_value_of_the_activations(client: httpx2.Client, model: str) -> None:
    rows = client.post("/activations", json={"pixels": seven().tolist(), "model": model}).json()["layers"]
    for row in rows:
        values = np.array(row["values"])
        place = tuple(size // 2 for size in values.shape)
        named = dict(zip(("map", "row", "column"), place, strict=False))
        answer = explained(client, model=model, layer=row["name"], **named)
        scale = np.abs(values).max()
        assert answer["value"] == pytest.approx(values[place], rel=1e-4, abs=1e-5 * scale), row["name"]
        products = np.array(answer["inputs"], np.float64) * np.array(answer["weights"], np.float64)
        np.testing.assert_allclose(answer["products"], products, rtol=1e-5, atol=1e-6)
        assert list(products.shape) == answer["shape"]
        assert np.sum(answer["products"]) + answer["bias"] == pytest.approx(answer["sum"])
        assert (answer["model"], answer["layer"], answer["kind"]) == (model, row["name"], row["kind"])


def test_a_picture_is_explained_alike_however_it_is_sent(client: httpx2.Client) -> None:
    in_form = client.post("/explain", files={"image": png()}, data={name: str(value) for name, value in PLACE.items()})
    assert in_form.json() == explained(client, **PLACE)


def test_safetensors_hold_the_tensors_and_the_rest_of_the_answer(client: httpx2.Client, tmp_path: Any) -> None:
    whole = explained(client, **PLACE)
    answer = client.post("/explain", json={"pixels": seven().tolist(), **PLACE}, headers=SAFETENSORS)
    tensors = load(answer.content)
    assert set(tensors) == {"inputs", "weights", "products"}
    for name, values in tensors.items():
        np.testing.assert_allclose(values, whole.pop(name), rtol=1e-6)
    path = tmp_path / "answer.safetensors"
    path.write_bytes(answer.content)
    with safe_open(path, "numpy") as file:
        assert json.loads(file.metadata()["answer"]) == whole


def test_the_window_is_where_the_value_reads(client: httpx2.Client) -> None:
    answer = explained(client, **PLACE)
    assert (answer["reads"], answer["maps"]) == (["s2"], [0, 1, 2, 3, 4, 5])
    assert answer["window"] == {"first": [4, 5], "size": [5, 5], "step": [1, 1]}
    assert explained(client, layer="f6", map=3)["window"] is None


@pytest.mark.parametrize(
    ("changed", "code", "values"),
    [
        ({"layer": "c9"}, "no-such-layer", {"field": "layer"}),
        ({"map": 16}, "value-outside", {"field": "map", "sent": 16, "last": 15}),
        ({"row": 10}, "value-outside", {"field": "row", "sent": 10, "last": 9}),
        ({"column": 10}, "value-outside", {"field": "column", "sent": 10, "last": 9}),
        ({"layer": "f6", "row": 0}, "value-outside", {"field": "column", "sent": 5, "last": 0}),
        ({"map": -1}, "too-small", {"field": "map"}),
        ({"map": True}, "no-whole-number", {"field": "map"}),
        ({"row": 70_000}, "too-large", {"field": "row"}),
    ],
)
def test_a_value_that_is_not_there_is_refused(
    client: httpx2.Client, changed: dict[str, object], code: str, values: dict[str, object]
) -> None:
    answer = client.post("/explain", json={"pixels": seven().tolist(), **PLACE, **changed})
    assert answer.status_code == 422
    why = answer.json()["why"]
    assert why["code"] == code
    assert values.items() <= why["values"].items()


def test_a_blank_picture_has_no_terms(client: httpx2.Client) -> None:
    answer = client.post("/explain", json={"pixels": [[255] * 64] * 64, **PLACE})
    assert (answer.status_code, answer.json()["why"]["code"]) == (422, "blank")
