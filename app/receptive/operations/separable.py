"""A kernel as a column times a row: k x 1, then 1 x k."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from receptive.operations.limits import check_arithmetic, check_output, span_error


class Separated(NamedTuple):
    """The nearest kernel of rank one, and what the two steps give beside the one."""

    rank: int
    singular_values: Tensor  # (min(kh, kw),), largest first
    kept: float  # the part of the squared values that the first pair keeps: 1 where the rank is one
    column: Tensor  # (kh,)
    row: Tensor  # (kw,)
    one_step: Tensor  # (H', W')
    two_steps: Tensor  # (H', W')
    difference: float  # the largest between the two
    macs_one_step: int
    macs_two_steps: int


def separate(plane: Tensor, kernel: Tensor) -> Separated:
    """(H, W) and (kh, kw), stride 1, no padding.

    The nearest in the least squares sense is the first pair of the singular value decomposition (C. Eckart and
    G. Young, 1936); it is scaled so that the row is one at the kernel's largest value, which keeps whole numbers whole.
    Raises OperationError for a kernel that does not fit.
    """
    tall, wide = kernel.shape
    height, width = plane.shape[0] - tall + 1, plane.shape[1] - wide + 1
    if height < 1 or width < 1:
        raise span_error("kernel", (tall, wide), plane.shape)
    check_output((height, width), "input")
    check_arithmetic(height * width * tall * wide, "kernel")
    left, values, right = torch.linalg.svd(kernel.double(), full_matrices=False)
    rank = int((values > values[0] * max(tall, wide) * torch.finfo(torch.float32).eps).sum())
    nearest = kernel.double() if rank <= 1 else values[0] * torch.outer(left[:, 0], right[0])
    column, row = (side.float() for side in _factors(nearest))
    one = F.conv2d(plane[None, None], kernel[None, None])[0, 0]
    lines = F.conv2d(plane[None, None], column.view(1, 1, tall, 1))
    two = F.conv2d(lines, row.view(1, 1, 1, wide))[0, 0]
    total = float(values.square().sum())
    return Separated(
        rank=rank,
        singular_values=values.float(),
        kept=float(values[0].square()) / total if total else 1.0,
        column=column,
        row=row,
        one_step=one,
        two_steps=two,
        difference=float((one - two).abs().max()),
        macs_one_step=height * width * tall * wide,
        macs_two_steps=height * plane.shape[1] * tall + height * width * wide,
    )


def _factors(kernel: Tensor) -> tuple[Tensor, Tensor]:
    """Column and row of a kernel of rank one, or zeros for one of rank none."""
    at = int(kernel.abs().argmax())
    top, left = divmod(at, kernel.shape[1])
    largest = kernel[top, left]
    return kernel[:, left], kernel[top] / (largest or 1.0)
