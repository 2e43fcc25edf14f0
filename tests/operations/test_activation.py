"""Activation functions against PyTorch's own, against their derivatives by hand, and LeCun's against its paper."""

import math
from typing import get_args

import pytest
import torch
from torch import Tensor, nn

from receptive.operations.activation import activate, function, lecun_tanh
from receptive.operations.choices import ActivationKind as Kind

KINDS: tuple[Kind, ...] = get_args(Kind)
X = torch.linspace(-6, 6, 241)

MODULES: dict[str, nn.Module] = {
    "relu": nn.ReLU(),
    "leaky-relu": nn.LeakyReLU(0.2),
    "sigmoid": nn.Sigmoid(),
    "tanh": nn.Tanh(),
    "softplus": nn.Softplus(),
    "gelu": nn.GELU(),
}


def by_hand(kind: str, x: float) -> tuple[float, float]:
    """Value and derivative in double precision, from the definitions; leaky ReLU with slope 0.2."""
    sigmoid = 1 / (1 + math.exp(-x))
    below = (1 + math.erf(x / math.sqrt(2))) / 2  # the share of a normal distribution below x
    bell = math.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    return {
        "relu": (max(x, 0.0), float(x > 0)),
        "leaky-relu": (x if x > 0 else 0.2 * x, 1.0 if x > 0 else 0.2),
        "sigmoid": (sigmoid, sigmoid * (1 - sigmoid)),
        "tanh": (math.tanh(x), 1 - math.tanh(x) ** 2),
        "lecun-tanh": (1.7159 * math.tanh(2 * x / 3), 1.7159 * 2 / 3 * (1 - math.tanh(2 * x / 3) ** 2)),
        "softplus": (math.log1p(math.exp(x)), sigmoid),
        "gelu": (x * below, below + x * bell),
    }[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_values_and_derivatives_are_those_of_the_definitions(kind: Kind) -> None:
    found = activate(X, kind, slope=0.2)
    values, slopes = zip(*(by_hand(kind, float(x)) for x in X), strict=True)
    torch.testing.assert_close(found.output, torch.tensor(values), atol=2e-6, rtol=1e-5)
    torch.testing.assert_close(found.derivative, torch.tensor(slopes), atol=2e-6, rtol=1e-5)


@pytest.mark.parametrize("kind", MODULES)
def test_values_are_those_of_torch_to_the_bit(kind: Kind) -> None:
    assert torch.equal(activate(X, kind, slope=0.2).output, MODULES[kind](X))


def test_lecuns_function_takes_one_to_one_and_bends_most_there() -> None:
    one = lecun_tanh(torch.tensor([1.0, -1.0]))
    torch.testing.assert_close(one, torch.tensor([1.0, -1.0]), atol=1e-4, rtol=0)
    x = torch.linspace(0, 3, 3001, dtype=torch.float64).requires_grad_()
    (first,) = torch.autograd.grad(lecun_tanh(x).sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x)
    assert (
        abs(float(x.detach()[second.abs().argmax()]) - 1) < 0.02
    )  # Efficient BackProp: the second derivative's maximum


@pytest.mark.parametrize("shape", [(), (5,), (2, 3), (2, 3, 4), (2, 3, 4, 5)])
def test_any_shape_is_kept(shape: tuple[int, ...]) -> None:
    found = activate(torch.ones(shape), "tanh")
    assert found.output.shape == found.derivative.shape == shape


def test_zeros_are_counted() -> None:
    assert activate(torch.tensor([-2.0, -1.0, 0.0, 5.0]), "relu").zeros == 0.75
    assert activate(torch.tensor([-2.0, -1.0, 0.0, 5.0]), "leaky-relu").zeros == 0.25
    assert activate(torch.tensor([-2.0, 1.0]), "sigmoid").zeros == 0


def test_the_input_is_left_as_it_was() -> None:
    x = torch.tensor([-1.0, 2.0])
    activate(x, "relu")
    assert x.tolist() == [-1.0, 2.0]
    assert not x.requires_grad


@pytest.mark.parametrize("kind", KINDS)
def test_a_function_can_be_differentiated_twice_in_a_chain(kind: Kind) -> None:
    x = torch.tensor([0.3, -0.4], dtype=torch.float64, requires_grad=True)

    def twice(values: Tensor) -> Tensor:
        return function(kind)(function(kind)(values))

    assert torch.autograd.gradcheck(twice, x)
