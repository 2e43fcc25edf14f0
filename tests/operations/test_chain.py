"""A chain's gradients against a network of torch modules, and against what mathematics says of them."""

import math
from typing import get_args

import pytest
import torch
from torch import nn

from convnets.layers import Squash
from receptive.operations.chain import chain, initialized
from receptive.operations.choices import ActivationKind, ChainLoss, Initialization
from receptive.operations.limits import OperationError

INITIALIZATIONS: tuple[Initialization, ...] = get_args(Initialization)


@pytest.mark.parametrize("loss", get_args(ChainLoss))
@pytest.mark.parametrize("kind", get_args(ActivationKind))
def test_gradients_are_those_of_a_network_of_torch_modules(kind: ActivationKind, loss: ChainLoss) -> None:
    modules = {
        "relu": nn.ReLU(), "leaky-relu": nn.LeakyReLU(0.01), "sigmoid": nn.Sigmoid(), "tanh": nn.Tanh(),
        "softplus": nn.Softplus(), "gelu": nn.GELU(), "lecun-tanh": Squash(),
    }  # fmt: skip
    found = chain(kind, 4, 8, "xavier", seed=3, batch=5, loss=loss)
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(5, 8, dtype=torch.float64, generator=generator)
    weights, heard, output = [], [], x
    for _ in range(4):
        layer = nn.Linear(8, 8, bias=False, dtype=torch.float64)
        nn.init.xavier_normal_(layer.weight, generator=generator)
        weights.append(layer.weight)
        heard.append(layer(output))
        output = modules[kind](heard[-1])
    expected = torch.autograd.grad(output.sum() if loss == "sum" else output.square().mean(), [*heard, *weights])
    norms = torch.stack([gradient.norm() for gradient in expected])
    torch.testing.assert_close(found.gradients, norms[:4])
    torch.testing.assert_close(found.weight_gradients, norms[4:])
    torch.testing.assert_close(found.activations[-1], output.detach().std(correction=0))


def test_through_orthogonal_layers_without_a_function_gradients_keep_their_length() -> None:
    found = chain("leaky-relu", 50, 32, "orthogonal", slope=1.0)  # slope 1: the identity
    torch.testing.assert_close(found.gradients, torch.full((50,), math.sqrt(64 * 32), dtype=torch.float64))
    lengths = found.activations.square()  # with it the lengths of the values, whose mean hardly differs from zero
    assert float(lengths.max() / lengths.min()) < 1.01


def test_he_keeps_relus_gradient_alive_through_fifty_layers_where_small_weights_lose_it() -> None:
    he = chain("relu", 50, 64, "he")
    small = chain("relu", 50, 64, "small")
    large = chain("relu", 50, 64, "large")
    assert 1e-3 < he.gradients[0] / he.gradients[-1] < 1e3
    assert 0 < small.gradients[0] / small.gradients[-1] < 1e-50
    assert large.gradients[0] / large.gradients[-1] > 1e30


def test_large_weights_outdo_the_small_slopes_of_a_tanh_that_is_stuck_at_its_ends() -> None:
    found = chain("tanh", 30, 64, "large", seed=1)
    assert found.gradients[0] > 1e6 * found.gradients[-1]
    assert 0.8 < min(found.activations) <= max(found.activations) <= 1  # standard deviations: most are near 1 or -1


def test_sigmoids_lose_at_least_three_quarters_of_the_gradient_in_every_orthogonal_layer() -> None:
    found = chain("sigmoid", 30, 32, "orthogonal").gradients  # the derivative is at most 1/4, the weights keep lengths
    assert bool((found[:-1] <= found[1:] / 4 + 1e-300).all())
    assert found[0] > 0


def test_the_last_gradient_of_the_sum_is_the_derivative_there() -> None:
    found = chain("relu", 1, 16, "he", seed=5, batch=40)
    generator = torch.Generator().manual_seed(5)
    x = torch.randn(40, 16, dtype=torch.float64, generator=generator)
    sums = x @ initialized(16, "he", generator).T
    assert float(found.gradients[0]) == pytest.approx(math.sqrt(int((sums > 0).sum())))


@pytest.mark.parametrize(
    ("initialization", "deviation"),
    [("xavier", 1 / 16), ("he", math.sqrt(2) / 16), ("small", 0.01), ("large", 1.0), ("orthogonal", 1 / 16)],
)
def test_initial_weights_have_the_variance_that_their_paper_says(
    initialization: Initialization, deviation: float
) -> None:
    weight = initialized(256, initialization, torch.Generator().manual_seed(0))
    assert float(weight.std()) == pytest.approx(deviation, rel=0.02)
    assert abs(float(weight.mean())) < deviation / 30


def test_orthogonal_weights_are_orthogonal() -> None:
    weight = initialized(20, "orthogonal", torch.Generator().manual_seed(1))
    torch.testing.assert_close(weight @ weight.T, torch.eye(20, dtype=torch.float64))


@pytest.mark.parametrize("initialization", INITIALIZATIONS)
def test_the_same_seed_gives_the_same_chain_and_another_one_another(initialization: Initialization) -> None:
    first, again, other = (chain("tanh", 3, 8, initialization, seed=seed, batch=4) for seed in (7, 7, 8))
    assert torch.equal(first.gradients, again.gradients)
    assert not torch.equal(first.gradients, other.gradients)


def test_a_chain_of_too_many_multiplications_is_refused_with_their_number() -> None:
    with pytest.raises(
        OperationError, match=r"width: 2,516,582,400 multiplications would be needed; at most 200,000,000"
    ) as raised:
        chain("relu", 50, 256, "he", batch=256)
    assert raised.value.field == "width"


def test_gradients_whose_squares_no_float_can_hold_are_measured_all_the_same() -> None:
    found = chain("leaky-relu", 50, 1, "small", batch=1, slope=1.0, loss="mean-square")
    assert 0 < float(found.gradients[0]) < 1e-162  # the square would round to zero
    for seed in range(5):
        assert bool((chain("sigmoid", 50, 2, "small", seed).gradients > 0).all())
