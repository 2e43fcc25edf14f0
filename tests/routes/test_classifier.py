"""`/operations/linear` and `/operations/softmax` over HTTP."""

from typing import Any

import httpx2
import numpy as np
import pytest
import torch
from torch.nn import functional as F

from tests.serving import Running

RANDOM = np.random.default_rng(1)


def ask(server: Running, path: str, **asked: Any) -> dict[str, Any]:
    answer = httpx2.post(f"{server.url}/operations/{path}", json=asked)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


@pytest.mark.parametrize(
    ("shape", "kernel"), [((16, 5, 5), [6, 16, 5, 5]), ((12,), [6, 12, 1, 1]), ((3, 4), [6, 1, 3, 4])]
)
def test_both_ways_through_a_fully_connected_layer_agree_with_torch(
    untrained: Running, shape: tuple[int, ...], kernel: list[int]
) -> None:
    x, weight, bias = (RANDOM.standard_normal(size).astype(np.float32) for size in (shape, (6, int(np.prod(shape))), 6))
    asked = {"input": x.tolist(), "weight": weight.tolist(), "bias": bias.tolist(), "unit": 4}
    said = ask(untrained, "linear", **asked)
    expected = F.linear(*(torch.from_numpy(each) for each in (x.flatten(), weight, bias)))
    np.testing.assert_allclose(said["output"], expected, rtol=1e-6)
    np.testing.assert_allclose(said["convolution"], expected, rtol=1e-4, atol=1e-4)
    assert said["kernel_shape"] == kernel
    assert np.shape(said["products"]) == shape
    assert np.sum(said["products"]) + bias[4] == pytest.approx(said["output"][4], abs=1e-4)
    gap = np.abs(np.float32(said["output"]) - np.float32(said["convolution"])).max()
    assert said["difference"] == pytest.approx(float(gap))


def test_softmax_and_its_price_are_those_of_torch(untrained: Running) -> None:
    logits = [2.0, -1.0, 0.5]
    said = ask(untrained, "softmax", logits=logits, temperature=2, target=1, label_smoothing=0.3)
    z = torch.tensor(logits, requires_grad=True)
    loss = F.cross_entropy(z / 2, torch.tensor(1), label_smoothing=0.3)
    loss.backward()
    np.testing.assert_allclose(said["probabilities"], F.softmax(z.detach() / 2, 0), rtol=1e-6)
    np.testing.assert_allclose(said["log_probabilities"], F.log_softmax(z.detach() / 2, 0), rtol=1e-6)
    np.testing.assert_allclose(said["targets"], [0.1, 0.8, 0.1], rtol=1e-5)
    assert said["loss"] == pytest.approx(loss.item())
    assert z.grad is not None
    np.testing.assert_allclose(said["gradient"], z.grad, rtol=1e-5)
    assert said["penalty"] is None


@pytest.mark.parametrize(("penalty", "cost"), [("l2", 0.5 * 1.25), ("l1", 0.5 * 1.5)])
def test_loss_and_penalty_are_the_negative_log_posterior_but_for_the_constant(
    untrained: Running, penalty: str, cost: float
) -> None:
    asked = {"logits": [1, 2], "target": 0, "weights": [[0.5], [-1]], "penalty": penalty, "strength": 0.5}
    said = ask(untrained, "softmax", **asked)
    assert said["penalty"] == pytest.approx(cost)
    assert said["penalized"] == pytest.approx(said["loss"] + cost)
    assert said["posterior"] == pytest.approx(said["loss"] - said["log_prior"])
    assert said["posterior"] == pytest.approx(said["penalized"] + said["constant"])
    other = ask(untrained, "softmax", **{**asked, "weights": [[3.0], [0.25]]})
    assert other["constant"] == said["constant"]
    assert np.shape(said["penalty_gradient"]) == (2, 1)


def test_what_was_not_asked_for_is_null(untrained: Running) -> None:
    said = ask(untrained, "softmax", logits=[1, 2], weights=[1, 2])
    assert said["penalty"] == 0
    absent = ("targets", "loss", "gradient", "penalized", "scale", "constant", "log_prior", "posterior")
    assert [said[name] for name in absent] == [None] * 8


@pytest.mark.parametrize(
    ("path", "asked", "detail"),
    [
        ("linear", {"input": [1, 2], "weight": [[1, 2, 3]]}, "weight: 3 columns; the input of 2 needs 2"),
        ("linear", {"input": [1, 2], "weight": [[1, 2]], "bias": [1, 2]}, "bias: 2 values; 1 are needed"),
        ("linear", {"input": [1, 2], "weight": [[1, 2]], "unit": 1}, "unit: 1; the units are numbered from 0 to 0"),
        ("linear", {"input": [1, 2], "weight": [1, 2]}, "weight: 1 dimensions; [rows][columns] is needed"),
        ("softmax", {"logits": [1, 2], "target": 2}, "target: 2; the 2 logits are numbered from 0 to 1"),
        (
            "softmax",
            {"logits": [1, 2], "temperature": 0},
            "temperature: at least 0.01 is needed; 0",
        ),
        (
            "softmax",
            {"logits": [1, 2], "label_smoothing": 1.1},
            "label_smoothing: at most 1 is allowed",
        ),
        ("softmax", {"logits": [0.0] * 1001}, "logits: 1,001 values; 1 to 1,000 are allowed"),
        (
            "softmax",
            {"logits": [1], "weights": [1], "strength": -1},
            "strength: at least 0 is needed",
        ),
        ("softmax", {"logits": [1], "penalty": "l3"}, 'penalty: one of l1, l2 is needed; "l3" was sent'),
    ],
)
def test_what_cannot_be_is_refused_with_field_limit_and_value(
    untrained: Running, path: str, asked: dict[str, Any], detail: str
) -> None:
    answer = httpx2.post(f"{untrained.url}/operations/{path}", json=asked)
    assert answer.status_code == 422
    assert detail in answer.json()["detail"]
