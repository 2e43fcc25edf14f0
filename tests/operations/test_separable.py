"""Kernels as a column times a row."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from receptive.operations.limits import OperationError
from receptive.operations.separable import separate
from tests.operations.numbers import numbers

SOBEL = torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])


def test_sobel_is_a_column_times_a_row_of_whole_numbers() -> None:
    found = separate(numbers(6, 6), SOBEL)
    assert (found.rank, found.kept, found.difference) == (1, 1.0, 0.0)
    assert (found.column.tolist(), found.row.tolist()) == ([1, 2, 1], [1, 0, -1])
    assert torch.equal(found.two_steps, found.one_step)
    assert (found.macs_one_step, found.macs_two_steps) == (4 * 4 * 9, 4 * 6 * 3 + 4 * 4 * 3)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 99))
def test_a_product_of_a_column_and_a_row_has_rank_one_and_both_ways_agree(tall: int, wide: int, seed: int) -> None:
    kernel = torch.outer(numbers(tall, seed=seed), numbers(wide, seed=seed + 1))
    found = separate(numbers(9, 9, seed=seed + 2), kernel)
    assert found.rank == int(kernel.any())
    torch.testing.assert_close(torch.outer(found.column, found.row), kernel)
    torch.testing.assert_close(found.two_steps, found.one_step, rtol=1e-5, atol=1e-2)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 99))
def test_rank_and_singular_values_are_numpys_and_nothing_of_rank_one_is_nearer(tall: int, wide: int, seed: int) -> None:
    kernel, plane = numbers(tall, wide, seed=seed), numbers(8, 7, seed=seed + 1)
    found = separate(plane, kernel)
    assert found.rank == int(torch.linalg.matrix_rank(kernel))
    values = torch.linalg.svdvals(kernel)
    torch.testing.assert_close(found.singular_values, values, rtol=1e-4, atol=1e-4)
    missed = (kernel - torch.outer(found.column, found.row)).square().sum()
    torch.testing.assert_close(missed, values[1:].square().sum(), rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(found.one_step, F.conv2d(plane[None, None], kernel[None, None])[0, 0])
    assert found.difference == float((found.one_step - found.two_steps).abs().max())


def test_a_kernel_larger_than_the_input_is_refused() -> None:
    with pytest.raises(
        OperationError, match=r"kernel: the window spans 3x3 cells and the input with its padding has 2x4"
    ):
        separate(numbers(2, 4), SOBEL)
