"""`/operations/activation` and its chain, over HTTP: the numbers of the pure functions, and refusals that say why."""

from typing import Any

import httpx2
import numpy as np
import pytest
import torch
from safetensors.numpy import load, save
from torch.nn import functional as F

from receptive.operations.chain import chain
from tests.serving import Running

SAFETENSORS = "application/vnd.safetensors"


def test_values_derivatives_and_zeros_come_back_in_the_shape_they_were_sent_in(untrained: Running) -> None:
    asked = {"input": [[-2, -0.5], [0, 3]], "kind": "leaky-relu", "slope": 0.25}
    said = httpx2.post(f"{untrained.url}/operations/activation", json=asked).json()
    assert said == {
        "output": [[-0.5, -0.125], [0, 3]],
        "derivative": [[0.25, 0.25], [0.25, 1]],
        "zeros": 0.25,
        "output_shape": [2, 2],
    }


def test_a_map_travels_as_safetensors_both_ways(untrained: Running) -> None:
    x = np.random.default_rng(0).standard_normal((6, 28, 28)).astype(np.float32)
    body = save({"input": x}, {"request": '{"kind": "gelu"}'})
    headers = {"Content-Type": SAFETENSORS, "Accept": SAFETENSORS}
    answer = httpx2.post(f"{untrained.url}/operations/activation", content=body, headers=headers)
    tensors = load(answer.content)
    assert np.array_equal(tensors["output"], F.gelu(torch.from_numpy(x)).numpy())
    assert tensors["derivative"].shape == x.shape


def test_the_chain_is_the_pure_functions_chain(untrained: Running) -> None:
    asked = {"kind": "tanh", "depth": 12, "width": 16, "initialization": "orthogonal", "seed": 4, "batch": 8}
    said = httpx2.post(f"{untrained.url}/operations/activation/chain", json=asked).json()
    found = chain("tanh", 12, 16, "orthogonal", seed=4, batch=8)
    assert said == {name: values.tolist() for name, values in found._asdict().items()}
    assert len(said["gradients"]) == 12


@pytest.mark.parametrize(
    ("path", "asked", "detail"),
    [
        ("activation", {"input": [1], "kind": "swish"}, "kind: one of relu, leaky-relu"),
        ("activation", {"input": [1]}, "kind: this field is required"),
        ("activation", {"input": [[1, 2], [3]], "kind": "relu"}, "input: row 1 has 1 values, the first row has 2"),
        ("activation", {"input": [[1, "2"]], "kind": "relu"}, 'input: the value at [0, 1] is "2"; a number is needed'),
        ("activation", {"input": [[[[[1]]]]], "kind": "relu"}, "input: 5+ dimensions"),
        ("activation", {"input": [], "kind": "relu"}, "input: 0 values; 1 to 262,144 are allowed"),
        (
            "activation",
            {"input": [1], "kind": "relu", "slope": -0.1},
            "slope: at least 0 is needed",
        ),
        (
            "activation",
            {"input": [1], "kind": "relu", "colour": 1},
            "colour: there is no such field",
        ),
        ("activation/chain", {"kind": "relu", "depth": 51}, "depth: at most 50 is allowed; 51"),
        ("activation/chain", {"kind": "relu", "depth": 0}, "depth: at least 1 is needed; 0"),
        ("activation/chain", {"kind": "relu", "initialization": "zero"}, "initialization: one of xavier, he"),
        ("activation/chain", {"kind": "relu", "seed": -1}, "seed: at least 0 is needed; -1"),
        (
            "activation/chain",
            {"kind": "relu", "depth": 50, "width": 256, "batch": 256},
            "width: 2,516,582,400 multiplications would be needed; at most 200,000,000 are allowed",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_field_limit_and_value(
    untrained: Running, path: str, asked: dict[str, Any], detail: str
) -> None:
    answer = httpx2.post(f"{untrained.url}/operations/{path}", json=asked)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert detail in answer.json()["detail"]
