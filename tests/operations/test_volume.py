"""The 3-D convolution by hand, and its limits."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from receptive.operations.limits import OperationError
from receptive.operations.volume import convolve_volume
from tests.operations.numbers import numbers

triples = st.tuples(*[st.integers(1, 3)] * 3)


@settings(max_examples=60, deadline=None)
@given(triples, triples, st.tuples(*[st.integers(0, 2)] * 3), st.integers(0, 99))
def test_every_value_is_the_sum_of_its_window(
    kernel: tuple[int, int, int], stride: tuple[int, int, int], padding: tuple[int, int, int], seed: int
) -> None:
    volume, weights = numbers(4, 3, 5, seed=seed), numbers(*kernel, seed=seed + 1)
    found = convolve_volume(volume, weights, 2.0, stride, padding)
    padded = torch.zeros(*(size + 2 * around for size, around in zip(volume.shape, padding, strict=True)))
    inside = tuple(slice(around, around + size) for size, around in zip(volume.shape, padding, strict=True))
    padded[inside] = volume
    windows = padded
    for axis in range(3):
        windows = windows.unfold(axis, kernel[axis], stride[axis])
    assert torch.equal(found.output, (windows * weights).sum((3, 4, 5)) + 2)
    assert found.macs == found.output.numel() * weights.numel()
    for line, size in zip(found.axes, found.output.shape, strict=True):
        assert line.formula.endswith(f" = {size}")


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(
        OperationError, match=r"kernel: the window spans 3x3x3 cells and the input with its padding has 2x4x4"
    ):
        convolve_volume(numbers(2, 4, 4), numbers(3, 3, 3))
    with pytest.raises(OperationError, match=r"kernel: 12x1x1; sides of 1 to 11"):
        convolve_volume(numbers(20, 4, 4), numbers(12, 1, 1))
    with pytest.raises(OperationError, match="padding: the padded input of"):
        convolve_volume(numbers(64, 64, 64), numbers(1, 1, 1), padding=(256, 256, 256))
