"""Counts against layers that torch builds, and against the counts that are known."""

import pytest
from torch import nn

from receptive.operations.counts import Layer, counts
from receptive.operations.limits import OperationError


def parameters(*modules: nn.Module) -> int:
    return sum(values.numel() for module in modules for values in module.parameters())


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("stride", [1, 2])
def test_parameters_are_those_of_torchs_layers(groups: int, stride: int) -> None:
    found = counts(Layer((4, 9, 8), 8, (3, 2), (stride, stride), (1, 1, 0, 0), groups=groups, bottleneck=2))
    height, width = (9 + 2 - 3) // stride + 1, (8 - 2) // stride + 1
    units = 8 * height * width
    assert found["convolution"].parameters == parameters(nn.Conv2d(4, 8, (3, 2), groups=groups))
    assert found["fully_connected"].parameters == parameters(nn.Linear(4 * 9 * 8, units))
    one_place = parameters(nn.Conv2d(4, 8, (3, 2), groups=groups))
    assert found["locally_connected"].parameters == height * width * one_place
    assert found["depthwise_separable"].parameters == parameters(nn.Conv2d(4, 4, (3, 2), groups=4), nn.Conv2d(4, 8, 1))
    assert found["pointwise"].parameters == parameters(nn.Conv2d(4, 8, 1))
    assert found["bottleneck"].parameters == parameters(nn.Conv2d(4, 2, 1), nn.Conv2d(2, 8, (3, 2)))


def test_c1_of_lenet5_has_the_papers_counts() -> None:
    """156 trainable parameters and 122,304 connections (LeCun et al. 1998, section II.B)."""
    found = counts(Layer((1, 32, 32), 6, (5, 5)))["convolution"]
    assert (found.parameters, found.connections) == (156, 122_304)


def test_a_bottleneck_saves_nine_tenths_of_the_multiplications() -> None:
    found = counts(Layer((192, 28, 28), 32, (5, 5), padding="same", bottleneck=16))
    assert found["convolution"].macs == 28 * 28 * 32 * 5 * 5 * 192 == 120_422_400
    assert found["bottleneck"].macs == 28 * 28 * 16 * 192 + 28 * 28 * 32 * 5 * 5 * 16 == 12_443_648


@pytest.mark.parametrize(
    ("layer", "field"),
    [
        (Layer((3, 8, 8), 4, (3, 3), groups=2), "groups"),
        (Layer((1, 4, 4), 1, (5, 5)), "kernel_size"),
        (Layer((1, 4, 4), 1, (3, 3), (2, 2), "same"), "padding"),
        (Layer((4096, 4096, 4096), 4096, (1, 1)), "input_shape"),
    ],
)
def test_what_does_not_fit_is_refused(layer: Layer, field: str) -> None:
    with pytest.raises(OperationError) as caught:
        counts(layer)
    assert caught.value.field == field
