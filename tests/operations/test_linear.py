"""The fully connected layer against torch's, against the convolution that it is, and against its own products."""

import pytest
import torch
from torch import nn

from receptive.operations.limits import OperationError
from receptive.operations.linear import linear, products


def numbers(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("shape", [(7,), (3, 4), (16, 5, 5), (1, 1, 1)])
@pytest.mark.parametrize("biased", [True, False])
def test_both_ways_give_what_torchs_layer_gives(shape: tuple[int, ...], biased: bool) -> None:
    x = numbers(*shape)
    layer = nn.Linear(x.numel(), 6, bias=biased)
    with torch.no_grad():
        found = linear(x, layer.weight, layer.bias)
        torch.testing.assert_close(found.output, layer(x.flatten()))
        torch.testing.assert_close(found.convolution, found.output, atol=1e-5, rtol=1e-5)
        assert found.difference == float((found.output - found.convolution).abs().max())


def test_the_kernel_of_the_convolution_is_the_weight_in_the_shape_of_the_input() -> None:
    x, weight, bias = numbers(16, 5, 5), numbers(120, 400, seed=1), numbers(120, seed=2)
    found = linear(x, weight, bias)
    layer = nn.Conv2d(16, 120, 5, bias=False)
    assert found.kernel.shape == layer.weight.shape
    with torch.no_grad():
        layer.weight.copy_(found.kernel)
        torch.testing.assert_close(layer(x[None]).flatten() + bias, found.convolution)
    assert torch.equal(found.kernel[3, 2, 1, 4], weight[3, 2 * 25 + 1 * 5 + 4])


def test_a_small_case_by_hand() -> None:
    found = linear(
        torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[1.0, 0, 0, 1], [0, 1, -1, 0]]), torch.tensor([10.0, 0])
    )
    assert found.output.tolist() == found.convolution.tolist() == [15.0, -1.0]
    assert found.kernel.shape == (2, 1, 2, 2)


def test_the_products_of_a_unit_add_up_to_its_output() -> None:
    x, weight, bias = numbers(4, 3, 3), numbers(5, 36, seed=1), numbers(5, seed=2)
    for unit in range(5):
        shares = products(x, weight, unit)
        assert shares.shape == x.shape
        torch.testing.assert_close(shares.sum() + bias[unit], linear(x, weight, bias).output[unit])


def test_what_does_not_fit_is_refused_with_field_limit_and_value() -> None:
    x = numbers(2, 3, 3)
    with pytest.raises(OperationError, match=r"^weight: 17 columns; the input of 2x3x3 needs 18"):
        linear(x, numbers(4, 17))
    with pytest.raises(OperationError, match=r"^weight: 17 columns; the input of 18 needs 18"):
        linear(x.flatten(), numbers(4, 17))
    with pytest.raises(OperationError, match=r"^bias: 5 values; 4 are needed"):
        linear(x, numbers(4, 18), numbers(5))
    for unit in (-1, 4):
        with pytest.raises(OperationError, match=rf"^unit: {unit}; the units are numbered from 0 to 3"):
            products(x, numbers(4, 18), unit)
