"""A 3-D convolution: a kernel that slides through a volume, as torch.nn.functional computes it."""

from math import prod
from typing import NamedTuple

from torch import Tensor
from torch.nn import functional as F

from receptive.operations.limits import INPUT_VALUES, KERNEL_SIDE, MACS, OUTPUT_VALUES, OperationError, at_most, times
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
    at_most(INPUT_VALUES, volume.numel(), "input", "values")
    if max(kernel.shape) > KERNEL_SIDE:
        raise OperationError("kernel", f"{times(kernel.shape)}; sides of 1 to {KERNEL_SIDE} are allowed")
    depth, height, width = (
        Axis(size, side, step, around, around)
        for size, side, step, around in zip(volume.shape, kernel.shape, stride, padding, strict=True)
    )
    axes = (depth, height, width)
    padded, shape = tuple(axis.padded for axis in axes), tuple(axis.output for axis in axes)
    if min(shape) < 1:
        limit = f"at most the padded input's {times(padded)} are allowed"
        raise OperationError("kernel", f"spans {times(kernel.shape)} cells; {limit}")
    at_most(OUTPUT_VALUES, prod(padded), "padding", f"values of the padded input {times(padded)}")
    at_most(OUTPUT_VALUES, prod(shape), "padding", f"values of the output {times(shape)}")
    macs = prod(shape) * kernel.numel()
    at_most(MACS, macs, "kernel", "multiplications")
    output = F.conv3d(volume[None, None], kernel[None, None], volume.new_tensor([bias]), stride, padding)[0, 0]
    return Convolved(output, axes, macs)
