"""The fully connected layer, and the convolution as large as its input that it is."""

from math import prod
from typing import NamedTuple

from torch import Tensor
from torch.nn import functional as F

from receptive.operations.limits import OperationError, check_arithmetic, times


class Connected(NamedTuple):
    """The output of a fully connected layer, and of the same layer run as a convolution."""

    output: Tensor  # (O,), by F.linear
    convolution: Tensor  # (O,), by F.conv2d with kernels (O, C, H, W), whose output is (O, 1, 1)
    kernel: Tensor  # (O, C, H, W): the weights in the shape of the input; a vector counts as (n, 1, 1)
    difference: float  # the largest between the two


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Connected:  # noqa: A002  as in torch
    """weight @ input + bias, for an input (n,), (H, W) or (C, H, W) that is flattened channel by channel, row by row.

    weight: (O, n); bias: (O,). Raises OperationError where the lengths do not fit.
    """
    outputs, length = weight.shape
    shape = {1: (len(input), 1, 1), 2: (1, *input.shape)}.get(input.dim(), tuple(input.shape))
    if length != prod(shape):
        raise OperationError(
            "weight",
            "columns-mismatched",
            "{count} columns; the input of {shape} needs {needed}, one for each value",
            count=length,
            shape=times(input.shape),
            needed=prod(shape),
        )
    check_arithmetic(outputs * length, "weight")
    if bias is not None and bias.shape != (outputs,):
        raise OperationError(
            "bias",
            "one-per-output",
            "{count} values; {needed} are needed, one for each output",
            count=bias.numel(),
            needed=outputs,
        )
    output = F.linear(input.flatten(), weight, bias)
    kernel = weight.view(outputs, *shape)
    convolution = F.conv2d(input.reshape(1, *shape), kernel, bias).flatten()
    return Connected(output, convolution, kernel, float((output - convolution).abs().max()))


def products(input: Tensor, weight: Tensor, unit: int) -> Tensor:  # noqa: A002  as in torch
    """The products that one unit sums, in the input's shape: each value times its weight.

    Raises OperationError where there is no such unit.
    """
    if not 0 <= unit < len(weight):
        raise OperationError(
            "unit", "no-such-unit", "{unit}; the units are numbered from 0 to {last}", unit=unit, last=len(weight) - 1
        )
    return input * weight[unit].view_as(input)
