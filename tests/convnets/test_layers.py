"""The 1998 layers against plain loops and against torch.nn.functional."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional

from convnets.layers import EuclideanRBF, PartialConvolution, Squash, Subsampling, map_loss
from convnets.lenet import TABLE_I


def test_squash_maps_one_to_one_and_minus_one_to_minus_one() -> None:
    assert Squash()(torch.tensor([-1.0, 0.0, 1.0])).tolist() == pytest.approx([-1, 0, 1], abs=2e-5)


def test_squash_is_the_scaled_hyperbolic_tangent() -> None:
    for a in (-3.0, -0.2, 0.7, 5.0):
        assert float(Squash()(torch.tensor(a))) == pytest.approx(1.7159 * math.tanh(2 * a / 3), abs=1e-6)


def test_subsampling_adds_four_neighbours_times_the_coefficient_plus_the_bias() -> None:
    torch.manual_seed(0)
    layer = Subsampling(3)
    x = torch.randn(2, 3, 6, 4)
    y = layer(x).detach()
    assert y.shape == (2, 3, 3, 2)
    for n, c, i, j in ((0, 0, 0, 0), (1, 2, 2, 1), (1, 1, 1, 0)):
        four = x[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2].sum()
        assert float(y[n, c, i, j]) == pytest.approx(
            float(four * layer.coefficient[c].detach() + layer.bias[c].detach()), abs=1e-5
        )


def test_subsampling_is_four_times_the_average_pool_scaled() -> None:
    layer = Subsampling(2)
    x = torch.randn(1, 2, 8, 8)
    pooled = 4 * functional.avg_pool2d(x, 2) * layer.coefficient[:, None, None] + layer.bias[:, None, None]
    torch.testing.assert_close(layer(x), pooled)


def test_a_partial_convolution_reads_the_listed_maps_and_no_others() -> None:
    torch.manual_seed(1)
    layer = PartialConvolution(6, TABLE_I, 5)
    x = torch.randn(2, 6, 14, 14)
    y = layer(x).detach()
    kernel = 0
    for target, sources in enumerate(TABLE_I):
        expected = torch.full_like(y[:, target], float(layer.bias[target].detach()))
        for source in sources:
            expected = (
                expected + functional.conv2d(x[:, source : source + 1], layer.weight[kernel].detach()[None, None])[:, 0]
            )
            kernel += 1
        torch.testing.assert_close(y[:, target], expected, atol=1e-5, rtol=1e-4)


def test_a_partial_convolution_stores_only_the_kernels_that_exist() -> None:
    layer = PartialConvolution(6, TABLE_I, 5)
    assert layer.weight.shape == (60, 5, 5)
    assert sum(value.numel() for value in layer.parameters()) == 1516
    assert set(layer.state_dict()) == {"weight", "bias"}


def test_a_partial_convolution_with_every_connection_is_an_ordinary_one() -> None:
    layer = PartialConvolution(2, [(0, 1)] * 3, 3)
    x = torch.randn(1, 2, 7, 7)
    torch.testing.assert_close(layer(x), functional.conv2d(x, layer.weight.view(3, 2, 3, 3), layer.bias))


def test_rbf_units_give_squared_distances() -> None:
    targets = torch.tensor([[1.0, -1.0], [-1.0, -1.0], [0.0, 0.0]])
    layer = EuclideanRBF(targets)
    assert layer(torch.tensor([[1.0, 1.0]])).tolist() == [[4.0, 8.0, 2.0]]
    assert not list(layer.parameters())


@pytest.mark.parametrize("layer", [Subsampling(2), PartialConvolution(2, [(0,), (0, 1)], 2), Squash()])
def test_gradients_are_those_of_finite_differences(layer: nn.Module) -> None:
    torch.manual_seed(2)
    layer = layer.double()
    x = torch.randn(1, 2, 4, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(layer, (x,))


def test_equation_9_by_hand() -> None:
    penalties = torch.tensor([[0.5, 2.0, 3.0], [4.0, 1.0, 0.2]])
    j = 1.5
    first = 0.5 + math.log(math.exp(-1.5) + math.exp(-0.5) + math.exp(-2) + math.exp(-3))
    second = 1.0 + math.log(math.exp(-1.5) + math.exp(-4) + math.exp(-1) + math.exp(-0.2))
    assert float(map_loss(penalties, torch.tensor([0, 1]), j)) == pytest.approx((first + second) / 2, abs=1e-6)


def test_equation_9_never_falls_below_its_floor() -> None:
    perfect = torch.tensor([[0.0, 1e4, 1e4]])
    assert float(map_loss(perfect, torch.tensor([0]), 3.0)) == pytest.approx(math.log1p(math.exp(-3.0)), abs=1e-6)


def test_equation_9_has_the_gradient_of_finite_differences() -> None:
    penalties = torch.rand(3, 4, dtype=torch.float64, requires_grad=True)
    labels = torch.tensor([0, 3, 1])
    assert torch.autograd.gradcheck(lambda y: map_loss(y, labels, 2.0), (penalties,))
