"""REST: the same answer however a picture is sent, and a problem for everything that is none."""

import base64
import io
from collections.abc import Iterator
from pathlib import Path

import httpx2
import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load

from convnets.catalogue import CATALOGUE
from tests.preprocessing.digits import seven
from tests.serving import Running, running

SAFETENSORS = {"Accept": "application/vnd.safetensors"}


def png(picture: Image.Image | None = None, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    (picture or Image.fromarray(seven())).save(buffer, kind)
    return buffer.getvalue()


@pytest.fixture
def client(untrained: Running) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=untrained.url, timeout=30) as client:
        yield client


def refused(response: httpx2.Response, status: int, *said: str) -> None:
    """The response is a problem of this status whose detail says all of this."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert problem["title"]
    assert len(problem["detail"]) < 1500
    for text in said:
        assert text in problem["detail"], problem


# --- what is answered


def test_a_picture_gives_the_same_prediction_however_it_is_sent(client: httpx2.Client) -> None:
    text = base64.b64encode(png()).decode()
    answers = [
        client.post("/predict", files={"image": png()}),
        client.post("/predict", json={"image": text}),
        client.post("/predict", json={"image": f"data:image/png;base64,{text}"}),
        client.post("/predict", json={"pixels": seven().tolist()}),
    ]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert all(answer.json() == answers[0].json() for answer in answers)


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_a_prediction_is_the_softmax_of_its_logits(client: httpx2.Client, name: str) -> None:
    answer = client.post("/predict", files={"image": png()}, data={"model": name, "top_k": 10}).json()
    logits = np.array(answer["logits"])
    expected = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    assert answer["model"] == name
    assert [row["probability"] for row in answer["top"]] == pytest.approx(sorted(expected, reverse=True), abs=1e-6)
    assert answer["index"] == int(expected.argmax())
    assert answer["label"] == answer["top"][0]["label"]


def test_options_may_stand_in_the_query_in_the_form_or_in_the_json(client: httpx2.Client) -> None:
    in_query = client.post("/predict?model=lenet5-1998&top_k=2", files={"image": png()})
    in_form = client.post("/predict", files={"image": png()}, data={"model": "lenet5-1998", "top_k": "2"})
    in_json = client.post("/predict", json={"pixels": seven().tolist(), "model": "lenet5-1998", "top_k": 2})
    assert in_query.json() == in_form.json() == in_json.json()
    assert len(in_query.json()["top"]) == 2


def test_the_facts_of_the_preparation_come_along(client: httpx2.Client) -> None:
    facts = client.post("/predict", files={"image": png()}).json()["input"]
    assert (facts["width"], facts["height"], facts["paper"]) == (112, 112, "light")
    assert [step["name"] for step in facts["steps"]] == ["grey", "ink", "crop", "fit", "centre", "pad"]


def test_activations_in_json_are_those_in_safetensors(client: httpx2.Client) -> None:
    told = client.post("/activations", files={"image": png()}).json()
    tensors = load(client.post("/activations", files={"image": png()}, headers=SAFETENSORS).content)
    assert [layer["name"] for layer in told["layers"]][:3] == ["c1", "c1_relu", "s2"]
    for layer in told["layers"]:
        values = tensors[layer["name"]]
        assert list(values.shape) == layer["shape"]
        np.testing.assert_allclose(np.array(layer["values"], np.float32), values, rtol=1e-6)
        assert layer["maximum"] == pytest.approx(float(values.max()))
    np.testing.assert_allclose(tensors["logits"], tensors["output"])


def test_only_the_layers_asked_for_are_sent(client: httpx2.Client) -> None:
    for given in ({"params": {"layers": "s2,c1"}}, {"data": {"layers": "s2,c1"}}, {"params": {"layers": ["s2", "c1"]}}):
        answer = client.post("/activations", files={"image": png()}, **given)
        assert [layer["name"] for layer in answer.json()["layers"]] == ["c1", "s2"]


def test_a_convolution_can_be_worked_out_from_what_is_sent(client: httpx2.Client) -> None:
    tensors = load(client.post("/activations", files={"image": png()}, headers=SAFETENSORS).content)
    weight = load(client.get("/models/lenet5/weights/c1.weight", headers=SAFETENSORS).content)["c1.weight"]
    bias = client.get("/models/lenet5/weights/c1.bias").json()["values"]
    window = tensors["input"][0, 10:15, 12:17].astype(np.float64)
    assert tensors["c1"][3, 10, 12] == pytest.approx((window * weight[3, 0]).sum() + bias[3], abs=1e-5)


def test_the_catalogue_names_the_default(client: httpx2.Client) -> None:
    rows = client.get("/models").json()
    assert {row["name"] for row in rows} == set(CATALOGUE)
    assert [row["name"] for row in rows if row["default"]] == ["lenet5"]


def test_a_network_is_told_layer_by_layer(client: httpx2.Client) -> None:
    network = client.get("/models/lenet5").json()
    rows = {layer["name"]: layer for layer in network["layers"]}
    assert network["parameters"] == sum(layer["parameters"] for layer in network["layers"]) == 61_706
    assert network["macs"] == 416_520
    assert [rows[name]["receptive_field"] for name in ("c1", "s2", "c3", "s4", "c5")] == [5, 6, 14, 16, 32]
    assert network["targets"] is None
    for name in rows["c3"]["weights"]:
        assert client.get(f"/models/lenet5/weights/{name}").status_code == 200


def test_the_1998_network_comes_with_its_bitmaps_and_its_table(client: httpx2.Client) -> None:
    network = client.get("/models/lenet5-1998").json()
    assert np.array(network["targets"]).shape == (10, 84)
    assert {abs(value) for row in network["targets"] for value in row} == {1}
    assert sum(layer["parameters"] for layer in network["layers"]) == 60_000
    assert next(layer for layer in network["layers"] if layer["name"] == "c3")["feeds"][0] == [0, 1, 2]


def test_every_sample_of_the_tray_is_a_picture(client: httpx2.Client) -> None:
    rows = client.get("/samples").json()
    assert {row["label"] for row in rows} == set("0123456789")
    for row in rows:
        answer = client.get(f"/samples/{row['id']}.png")
        assert answer.headers["content-type"] == "image/png"
        assert Image.open(io.BytesIO(answer.content)).size == (112, 112)


# --- what is refused


@pytest.mark.parametrize("path", ["/predict", "/activations"])
@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 415),
        (b"this is no image", 415),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415),
        (png(Image.new("L", (9, 9)), "GIF"), 415),
        (png()[:200], 422),
        (png(Image.new("L", (1, 1), 255)), 422),
        (png(Image.new("L", (64, 64), 255)), 422),
        (png(Image.new("L", (64, 64), 0)), 422),
    ],
)
def test_a_file_that_is_no_picture_of_a_digit_is_refused(
    client: httpx2.Client, path: str, data: bytes, status: int
) -> None:
    refused(client.post(path, files={"image": data}), status, "image:")


@pytest.mark.parametrize("kind", ["CMYK", "I;16", "P", "1", "RGBA"])
def test_an_unusual_picture_is_answered(client: httpx2.Client, kind: str) -> None:
    if kind == "I;16":
        data = png(Image.fromarray(seven().astype(np.uint16) * 257))
    else:
        data = png(Image.fromarray(seven()).convert(kind), "JPEG" if kind == "CMYK" else "PNG")
    assert client.post("/predict", files={"image": data}).status_code == 200


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{", "JSON"),
        ("[]", "object"),
        ("{}", "exactly one of"),
        ('{"image":"x","pixels":[[1]]}', "exactly one of"),
        ('{"pixels":[[1,2],[3]]}', "row 1 has 1 values"),
        ('{"pixels":[]}', "0 rows"),
        ('{"pixels":[[]]}', "of 0 values"),
        ('{"pixels":[[NaN]]}', "finite"),
        ('{"pixels":[[Infinity]]}', "finite"),
        ('{"pixels":[["1"]]}', "number"),
        ('{"pixels":[[256]]}', "at most 255 is allowed"),
        ('{"pixels":[[-1]]}', "at least 0 is needed"),
        ('{"pixels":[[null]]}', "null was sent"),
        ('{"pixels":[[0,0.5],[0.25,1]]}', "the largest is 1; they count from 0 to 255"),
        ('{"pixels":"abc"}', "a list is needed"),
        ('{"image":7}', "text is needed"),
        ('{"image":"%%%"}', "base64"),
        ('{"image":"data:image/png,raw"}', "base64"),
        ('{"pixels":[[1]],"top_k":0}', "top_k"),
        ('{"pixels":[[1]],"top_k":11}', "top_k"),
        ('{"pixels":[[1]],"model":"resnet"}', "lenet5"),
        ('{"pixels":[[1]],"modle":"lenet5"}', "modle"),
        ('{"pixels":[' + ",".join(["[0]"] * 513) + "]}", "512"),
    ],
)
def test_json_that_is_wrong_is_refused_by_field(client: httpx2.Client, body: str, said: str) -> None:
    refused(client.post("/predict", content=body, headers={"Content-Type": "application/json"}), 422, said)


def test_a_refusal_does_not_repeat_what_was_sent_at_length(client: httpx2.Client) -> None:
    answer = client.post("/predict", json={"pixels": "x" * 1_000_000})
    refused(answer, 422, "a list is needed", "xxx…")
    assert len(answer.json()["detail"]) < 120


def test_forms_that_are_wrong_are_refused(client: httpx2.Client) -> None:
    refused(client.post("/predict", files={"picture": png()}), 422, "a file is needed", '["picture"]')
    refused(client.post("/predict", files={"image": (None, "seven")}), 422, "a file is needed", '["image"]')
    refused(client.post("/predict", files={"image": png()}, data={"top_k": "many"}), 422, "top_k")
    refused(client.post("/predict", files={"image": png()}, data={"model": "nobody"}), 422, "model", "lenet5")
    broken = {"Content-Type": "multipart/form-data"}
    refused(client.post("/predict", content=b"x", headers=broken), 422, "form")
    refused(client.post("/predict", content=b"x", headers={"Content-Type": "text/plain"}), 415, "text/plain")
    refused(client.post("/predict"), 415, "Content-Type")
    refused(client.post("/activations", files={"image": png()}, data={"layers": "c1,c9"}), 422, "c9", "c1_relu")


def test_what_is_not_there_is_a_problem(client: httpx2.Client) -> None:
    refused(client.get("/models/resnet"), 404, "resnet", "lenet5")
    refused(client.get("/models/lenet5/weights/c9.weight"), 404, "c9.weight", "c1.weight")
    refused(client.get("/samples/999.png"), 404, "999")
    refused(client.get("/nowhere-at-all.json"), 404)
    refused(client.delete("/models"), 405, "DELETE", "GET")
    refused(client.get("/live"), 426, "WebSocket", "ws://")
    assert client.get("/live").headers["upgrade"] == "websocket"


@pytest.mark.parametrize("accept", ["text/html", "image/*", "application/json;q=0"])
def test_what_cannot_be_had_is_not_acceptable(client: httpx2.Client, accept: str) -> None:
    headers = {"Accept": accept}
    refused(client.post("/activations", files={"image": png()}, headers=headers), 406, "safetensors")
    refused(client.get("/models/lenet5/weights/c1.weight", headers=headers), 406, "safetensors")


def test_missing_and_damaged_weights_are_a_503_and_other_networks_answer(weights: Path, tmp_path: Path) -> None:
    for path in weights.iterdir():
        raw = path.read_bytes()
        (tmp_path / path.name).write_bytes(raw[:-9] + b"x" * 9 if path.name == "lenet5.safetensors" else raw)
    with running(tmp_path) as server, httpx2.Client(base_url=server.url, timeout=60) as client:
        refused(client.post("/predict", files={"image": png()}), 503, "lenet5.safetensors", "sha256")
        refused(client.get("/models/lenet5"), 503, "lenet5.safetensors")
        assert client.post("/predict?model=lenet5-1998", files={"image": png()}).status_code == 200
