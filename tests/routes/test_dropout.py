"""`/operations/dropout` over HTTP, and the network carried on with masks that the server drew."""

import json
from typing import Any

import httpx2
import numpy as np
import pytest
import torch
from safetensors.numpy import load

from convnets.network import DIGITS
from tests.serving import Running

PIXELS = [[0 if 8 < x < 12 or 4 < y < 7 else 255 for x in range(20)] for y in range(20)]


def test_the_same_seed_gives_the_same_mask_and_the_output_is_input_times_mask_times_scale(untrained: Running) -> None:
    x = np.arange(1, 25, dtype=np.float32).reshape(2, 3, 4)
    asked = {"input": x.tolist(), "rate": 0.25, "seed": 9}
    first, again = (httpx2.post(f"{untrained.url}/operations/dropout", json=asked).json() for _ in range(2))
    assert first == again
    assert first["scale"] == pytest.approx(4 / 3)
    np.testing.assert_allclose(first["output"], x * np.array(first["mask"]) * first["scale"], rtol=1e-6)
    other = httpx2.post(f"{untrained.url}/operations/dropout", json={**asked, "seed": 10}).json()
    assert other["mask"] != first["mask"]
    whole = httpx2.post(f"{untrained.url}/operations/dropout", json={**asked, "whole_channels": True}).json()
    assert {sum(map(sum, each)) for each in whole["mask"]} <= {0, 12}
    kept = httpx2.post(f"{untrained.url}/operations/dropout", json={**asked, "training": False}).json()
    assert kept["output"] == x.tolist()
    assert httpx2.post(f"{untrained.url}/operations/dropout", json={**asked, "rate": 1}).json()["scale"] is None


# --- in a network


def ask(server: Running, **asked: Any) -> dict[str, Any]:
    answer = httpx2.post(f"{server.url}/operations/dropout/network", json={"pixels": PIXELS, **asked})
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


@pytest.mark.parametrize("model", ["lenet5", "lenet5-1998"])
def test_what_is_shown_of_the_network_is_its_own_layer_masked_and_carried_on(untrained: Running, model: str) -> None:
    said = ask(untrained, model=model, layer="s4", rate=0.4, seed=3, draws=5)
    assert said["shape"] == [16, 5, 5]
    heard = httpx2.post(
        f"{untrained.url}/activations", json={"pixels": PIXELS, "model": model, "layers": ["s4"]}
    ).json()
    np.testing.assert_allclose(said["before"], heard["layers"][0]["values"], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(said["after"], np.array(said["before"]) * said["mask"] / 0.6, rtol=1e-5, atol=1e-6)
    network = untrained.app.state.engine.library.get(model).module
    rest = dict(network.named_children())
    x = torch.tensor(said["after"])[None]
    with torch.no_grad():  # the layers behind S4, one by one
        x = rest["c5_relu" if model == "lenet5" else "c5_squash"](rest["c5"](x)).flatten(1)
        x = rest["output"](rest["f6_relu" if model == "lenet5" else "f6_squash"](rest["f6"](x)))
        logits = network.logits(x)[0]
    np.testing.assert_allclose(said["logits"][0], logits.tolist(), rtol=1e-4, atol=1e-4)


def test_draws_are_summed_up_and_stand_beside_the_answer_without_dropout(untrained: Running) -> None:
    said = ask(untrained, layer="c1_relu", rate=0.5, seed=1, draws=40)
    probabilities = np.array(said["probabilities"])
    assert probabilities.shape == (40, 10)
    assert np.unique(probabilities, axis=0).shape == (40, 10)
    np.testing.assert_allclose(probabilities.sum(1), 1, rtol=1e-5)
    np.testing.assert_allclose(said["mean"], probabilities.mean(0), atol=1e-6)
    np.testing.assert_allclose(said["standard_deviation"], probabilities.std(0), atol=1e-6)
    np.testing.assert_allclose(torch.tensor(said["logits"]).softmax(1), probabilities, atol=1e-6)
    plain = httpx2.post(f"{untrained.url}/predict", json={"pixels": PIXELS, "top_k": 10}).json()
    assert plain["label"] == said["classes"][int(np.argmax(said["evaluated"]))]
    expected = {each["index"]: each["probability"] for each in plain["top"]}
    np.testing.assert_allclose(said["evaluated"], [expected[index] for index in range(10)], atol=1e-6)


def test_the_first_draw_is_the_same_however_many_follow_and_whole_channels_go_together(untrained: Running) -> None:
    one, some, many = (ask(untrained, layer="c3", seed=8, draws=draws) for draws in (1, 30, 150))
    assert one["mask"] == some["mask"] == many["mask"]
    np.testing.assert_allclose(one["probabilities"], many["probabilities"][:1], atol=1e-5)
    np.testing.assert_allclose(some["probabilities"], many["probabilities"][:30], atol=1e-5)
    assert np.shape(many["probabilities"]) == (150, 10)
    whole = ask(untrained, layer="c3", seed=8, draws=1, whole_channels=True)
    assert {float(np.sum(each)) for each in whole["mask"]} == {0, 100}


def test_in_evaluation_every_draw_is_the_network_itself(untrained: Running) -> None:
    said = ask(untrained, layer="f6_relu", rate=0.5, draws=3, training=False)
    np.testing.assert_allclose(said["probabilities"], [said["evaluated"]] * 3, atol=1e-5)
    assert said["scale"] == 1
    assert said["after"] == said["before"]


def test_a_picture_file_is_read_too_and_the_answer_comes_as_safetensors(untrained: Running) -> None:
    import io

    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(np.array(PIXELS, np.uint8)).save(file, "PNG")
    answer = httpx2.post(
        f"{untrained.url}/operations/dropout/network",
        files={"image": file.getvalue()},
        data={"layer": "c1", "rate": "0.3", "seed": "5", "draws": "4", "whole_channels": "true"},
        headers={"Accept": "application/vnd.safetensors"},
    )
    tensors = load(answer.content)
    said = ask(untrained, layer="c1", rate=0.3, seed=5, draws=4, whole_channels=True)
    assert tensors["mask"].shape == (6, 28, 28)
    np.testing.assert_allclose(tensors["probabilities"], said["probabilities"], atol=1e-6)
    length = int.from_bytes(answer.content[:8], "little")
    words = json.loads(json.loads(answer.content[8 : 8 + length])["__metadata__"]["answer"])
    assert (words["layer"], words["classes"]) == ("c1", list(DIGITS))


@pytest.mark.parametrize(
    ("asked", "detail"),
    [
        ({"layer": "c9"}, "layer: 'c9' is no layer of lenet5; c1, c1_relu"),
        ({}, "layer: Field required"),
        ({"layer": "c1", "rate": 1.1}, "rate: Input should be less than or equal to 1; 1.1 was sent"),
        ({"layer": "c1", "draws": 201}, "draws: Input should be less than or equal to 200; 201 was sent"),
        ({"layer": "c1", "draws": 0}, "draws: Input should be greater than or equal to 1; 0 was sent"),
        ({"layer": "c1", "seed": 2**32}, "seed: Input should be less than or equal to 4294967295"),
        ({"layer": "c1", "model": "alexnet"}, "model: 'alexnet' is not in the catalogue"),
    ],
)
def test_what_cannot_be_is_refused_with_field_limit_and_value(
    untrained: Running, asked: dict[str, Any], detail: str
) -> None:
    answer = httpx2.post(f"{untrained.url}/operations/dropout/network", json={"pixels": PIXELS, **asked})
    assert answer.status_code == 422
    assert detail in answer.json()["detail"]


def test_a_blank_picture_has_no_draws(untrained: Running) -> None:
    blank = {"pixels": [[255] * 5] * 5, "layer": "c1"}
    answer = httpx2.post(f"{untrained.url}/operations/dropout/network", json=blank)
    assert answer.status_code == 422
    assert "no ink" in answer.json()["detail"]


def test_what_is_computed_once_for_all_draws_is_not_counted(
    untrained: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("receptive.queries.dropout.MACS", 20 * 84 * 10)
    answer = httpx2.post(f"{untrained.url}/operations/dropout/network", json={"pixels": PIXELS, "layer": "f6_relu"})
    assert answer.status_code == 200


def test_more_multiplications_than_are_allowed_are_refused(untrained: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("receptive.queries.dropout.MACS", 1_000_000)
    answer = httpx2.post(f"{untrained.url}/operations/dropout/network", json={"pixels": PIXELS, "layer": "c1"})
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("draws: multiplications of 20 passes behind c1: 5,978,400")
