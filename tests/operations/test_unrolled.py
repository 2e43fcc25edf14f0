"""The matrix and the columns: both give the convolution, and hold each weight where it belongs."""

import pytest
import torch
from hypothesis import given, settings

from receptive.operations.convolution import convolve
from receptive.operations.limits import OperationError
from receptive.operations.plan import Settings
from receptive.operations.unrolled import im2col, matrix
from tests.operations.numbers import Problem, numbers, problems

thorough = settings(max_examples=150, deadline=None)


def test_the_matrix_of_the_guide() -> None:
    """3 x 3 over 4 x 4 as in Dumoulin and Visin 2016, section 4.1: each row has the nine weights, moved on."""
    weights = torch.arange(1.0, 10)
    found = matrix((1, 4, 4), weights.view(1, 1, 3, 3))
    first = [1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 0, 0, 0, 0]
    assert found.tolist() == [[0] * shift + first[: 16 - shift] for shift in (0, 1, 4, 5)]


@thorough
@given(problems())
def test_the_matrix_times_the_vector_is_the_convolution(problem: Problem) -> None:
    maps, kernel, _, asked = problem
    output = convolve(maps, kernel, None, asked)
    if output.numel() * maps.numel() > 65_536:
        with pytest.raises(OperationError, match="input: the matrix of"):
            matrix((maps.shape[0], maps.shape[1], maps.shape[2]), kernel, asked)
        return
    found = matrix((maps.shape[0], maps.shape[1], maps.shape[2]), kernel, asked)
    assert found.shape == (output.numel(), maps.numel())
    torch.testing.assert_close((found @ maps.flatten()).view_as(output), output, rtol=0, atol=0)


@thorough
@given(problems(transposed=False))
def test_the_filters_times_the_columns_are_the_convolution(problem: Problem) -> None:
    maps, kernel, _, asked = problem
    columns = im2col(maps, kernel, asked)
    assert columns is not None
    output = convolve(maps, kernel, None, asked)
    weight = torch.rot90(kernel, 2, (-2, -1)) if asked.flip else kernel
    filters = weight.reshape(asked.groups, len(kernel) // asked.groups, -1)
    windows = columns.view(asked.groups, -1, columns.shape[1])
    torch.testing.assert_close((filters @ windows).view_as(output), output, rtol=0, atol=0)


@given(problems(transposed=True))
@settings(max_examples=20, deadline=None)
def test_the_transposed_matrix_is_the_matrix_transposed(problem: Problem) -> None:
    """Without crop and without groups, it undoes the shape of the forward convolution whose kernel it has."""
    _, kernel, _, asked = problem
    plain = Settings(stride=asked.stride, dilation=asked.dilation, transposed=True)
    back = matrix((kernel.shape[1], 2, 3), kernel, plain)
    whole = convolve(torch.zeros(kernel.shape[1], 2, 3), kernel, None, plain).shape
    forward = Settings(stride=asked.stride, dilation=asked.dilation)
    there = matrix((whole[0], whole[1], whole[2]), kernel.transpose(0, 1), forward)
    assert torch.equal(back, there.T)


def test_a_transposed_convolution_has_no_columns() -> None:
    assert im2col(numbers(1, 3, 3), numbers(1, 1, 2, 2), Settings(transposed=True)) is None


def test_too_many_cells_are_refused() -> None:
    with pytest.raises(
        OperationError, match=r"input: the matrix of 676x784 would have 529,984 cells; at most 65,536 are"
    ):
        matrix((1, 28, 28), numbers(1, 1, 3, 3))
    with pytest.raises(
        OperationError, match=r"kernel: the columns of 121x10404 would have 1,258,884 cells; at most 65,536"
    ):
        im2col(numbers(1, 102, 102), numbers(1, 1, 11, 11), Settings(padding="same"))
