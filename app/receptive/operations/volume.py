"""A 3-D convolution: a kernel that slides through a volume, as torch.nn.functional computes it."""

from math import prod
from typing import NamedTuple

from torch import Tensor
from torch.nn import functional as F

from receptive.operations.limits import (
    check_arithmetic,
    check_input,
    check_kernel_sides,
    check_output,
    check_padded,
    span_error,
)
from receptive.operations.sizes import Axis

Triple = tuple[int, int, int]


class Convolved(NamedTuple):
    """The output, and its arithmetic along depth, height and width."""

    output: Tensor  # (D', H', W')
    axes: tuple[Axis, Axis, Axis]
    macs: int


def convolve_volume(
    volume: Tensor, kernel: Tensor, bias: float = 0.0, stride: Triple = (1, 1, 1), padding: Triple = (0, 0, 0)
) -> Convolved:
    """(D, H, W) and (kd, kh, kw), as many zeros on both ends. Raises OperationError for what does not fit."""
    check_input(volume.shape)
    check_kernel_sides(kernel.shape)
    depth, height, width = (
        Axis(size, side, step, around, around)
        for size, side, step, around in zip(volume.shape, kernel.shape, stride, padding, strict=True)
    )
    axes = (depth, height, width)
    padded, shape = tuple(axis.padded for axis in axes), tuple(axis.output for axis in axes)
    if min(shape) < 1:
        raise span_error("kernel", kernel.shape, padded)
    check_padded(padded, "padding")
    check_output(shape, "padding")
    macs = prod(shape) * kernel.numel()
    check_arithmetic(macs, "kernel")
    output = F.conv3d(volume[None, None], kernel[None, None], volume.new_tensor([bias]), stride, padding)[0, 0]
    return Convolved(output, axes, macs)
