"""Output sizes: the cases of Dumoulin and Visin's guide, and torch's pooling layers."""

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch.nn import functional as F

from receptive.operations.sizes import Axis, PoolingAxis, TransposedAxis


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "dilation", "output", "dropped"),
    [
        (4, 3, 1, 0, 1, 2, 0),
        (5, 4, 1, 2, 1, 6, 0),
        (5, 3, 1, 1, 1, 5, 0),
        (5, 3, 1, 2, 1, 7, 0),
        (5, 3, 2, 0, 1, 2, 0),
        (5, 3, 2, 1, 1, 3, 0),
        (6, 3, 2, 1, 1, 3, 1),
        (7, 3, 1, 0, 2, 3, 0),
    ],
)
def test_the_figures_of_the_guide(
    size: int, kernel: int, stride: int, padding: int, dilation: int, output: int, dropped: int
) -> None:
    axis = Axis(size, kernel, stride, padding, padding, dilation)
    assert (axis.output, axis.dropped) == (output, dropped)
    line = F.conv1d(torch.zeros(1, 1, size), torch.zeros(1, 1, kernel), None, stride, padding, dilation)
    assert line.shape == (1, 1, output)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "extra", "output"),
    [
        (2, 3, 1, 0, 0, 4),
        (6, 4, 1, 2, 0, 5),
        (5, 3, 1, 1, 0, 5),
        (2, 3, 2, 0, 0, 5),
        (3, 3, 2, 1, 0, 5),
        (3, 3, 2, 1, 1, 6),
    ],
)
def test_the_transposed_figures_of_the_guide(
    size: int, kernel: int, stride: int, padding: int, extra: int, output: int
) -> None:
    axis = TransposedAxis(size, kernel, stride, padding, padding, 1, extra)
    assert axis.output == output
    line = F.conv_transpose1d(torch.zeros(1, 1, size), torch.zeros(1, 1, kernel), None, stride, padding, extra)
    assert line.shape == (1, 1, output)


def test_formulas_are_written_with_their_numbers() -> None:
    assert Axis(5, 3, 2, 1, 1).formula == "⌊(5 + 2·1 − 1·(3 − 1) − 1) / 2⌋ + 1 = 3"
    assert Axis(5, 3, 1, 0, 2).formula == "⌊(5 + 0 + 2 − 1·(3 − 1) − 1) / 1⌋ + 1 = 5"
    assert TransposedAxis(3, 3, 2, 1, 1, 1, 1).formula == "(3 − 1)·2 − 2·1 + 1·(3 − 1) + 1 + 1 = 6"
    assert TransposedAxis(3, 3, 2, 0, 1).formula == "(3 − 1)·2 − (0 + 1) + 1·(3 − 1) + 0 + 1 = 6"
    assert PoolingAxis(28, 2, 2).formula == "⌊(28 + 2·0 − 2) / 2⌋ + 1 = 14"
    assert PoolingAxis(5, 2, 2, 0, ceil=True).formula == "⌈(5 + 2·0 − 2) / 2⌉ + 1 = 3"
    assert PoolingAxis(3, 2, 3, 1, ceil=True).formula == "⌈(3 + 2·1 − 2) / 3⌉ + 1 = 2"
    assert PoolingAxis(2, 2, 3, 1, ceil=True).formula == "⌈(2 + 2·1 − 2) / 3⌉ + 1 − 1 = 1"


@given(st.integers(1, 30), st.integers(1, 6), st.integers(1, 7), st.integers(0, 3), st.booleans())
def test_pooling_sizes_are_torchs(size: int, window: int, stride: int, padding: int, ceil: bool) -> None:
    assume(2 * padding <= window <= size + 2 * padding)
    axis = PoolingAxis(size, window, stride, padding, ceil)
    line = F.max_pool1d(torch.zeros(1, 1, size), window, stride, padding, ceil_mode=ceil)
    assert line.shape[2] == axis.output
    reached = min((axis.output - 1) * stride + window, size + 2 * padding)
    assert axis.dropped == size + 2 * padding - reached
