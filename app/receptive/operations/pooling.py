"""Pooling: maximum, average, L2, global average, and the trainable subsampling of LeNet-5."""

from dataclasses import dataclass, field
from math import prod
from typing import Literal, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from convnets.layers import Squash
from receptive.operations.limits import (
    WINDOW_SIDE,
    OperationError,
    check_arithmetic,
    check_input,
    check_output,
    span_error,
    times,
)
from receptive.operations.plan import Pair
from receptive.operations.sizes import PoolingAxis

Kind = Literal["max", "average", "l2", "global-average", "subsampling"]


@dataclass(frozen=True, slots=True)
class Pooling:
    """The settings of a pooling. Pairs are rows, then columns."""

    kind: Kind = "max"
    window: Pair = (2, 2)  # not heeded by global-average, nor are the next three
    stride: Pair | None = None  # None: as large as the window
    padding: Pair = (0, 0)  # on both ends; zeros, or for max less than any value
    ceil: bool = False
    coefficient: Tensor = field(default_factory=lambda: torch.ones(1))  # of subsampling; one, or one for each channel
    bias: Tensor = field(default_factory=lambda: torch.zeros(1))  # of subsampling, likewise


class Pooled(NamedTuple):
    """The result of pooling."""

    output: Tensor  # (C, H', W')
    indices: Tensor | None  # (C, H', W'), int64: of max, where in its flattened channel each window's winner is
    before: Tensor | None  # (C, H', W'): of subsampling, coefficient x sum + bias, which the output squashes


def arrange(shape: tuple[int, int, int], pooling: Pooling) -> tuple[PoolingAxis, PoolingAxis]:
    """The window's way down and across an input of (C, H, W). Raises OperationError for what does not fit."""
    channels, *size = shape
    check_input(shape, channels)
    for name in ("coefficient", "bias"):
        count = getattr(pooling, name).numel()
        if count not in (1, channels):
            raise OperationError(
                name,
                "one-or-per-channel",
                "{count} values; 1 is needed, or {needed}, one for each channel",
                count=count,
                needed=channels,
            )
    if pooling.kind == "global-average":
        return PoolingAxis(size[0], size[0], size[0]), PoolingAxis(size[1], size[1], size[1])
    window, padding = pooling.window, pooling.padding
    _check_window(window, padding)
    rows, columns = (
        PoolingAxis(size[axis], window[axis], (pooling.stride or window)[axis], padding[axis], pooling.ceil)
        for axis in (0, 1)
    )
    padded = [axis.size + 2 * axis.padding for axis in (rows, columns)]
    if window[0] > padded[0] or window[1] > padded[1]:
        raise span_error("kernel_size", window, padded)
    output = (channels, rows.output, columns.output)
    check_output(output, "stride")
    check_arithmetic(prod(output) * prod(window), "kernel_size")
    return rows, columns


def _check_window(window: Pair, padding: Pair) -> None:
    """Refuse a window over the limit, and padding over half of it. Raises OperationError."""
    if max(window) > WINDOW_SIDE:
        raise OperationError(
            "kernel_size",
            "kernel-side",
            "{shape}; sides of 1 to {limit} are allowed",
            shape=times(window),
            limit=WINDOW_SIDE,
        )
    if any(2 * around > side for around, side in zip(padding, window, strict=True)):
        raise OperationError(
            "padding",
            "padding-exceeds-window",
            "{sent}; at most half the window, {limit}, is allowed, as in PyTorch",
            sent=times(padding),
            limit=times([side // 2 for side in window]),
        )


def pool(maps: Tensor, pooling: Pooling) -> Pooled:
    """(C, H, W) -> (C, H', W'). Raises OperationError for what does not fit.

    Average divides by the window's cells, those of the padding among them and those beyond it not, as torch does. L2 is
    the root of the sum of squares; its gradient where all are zero is zero. Subsampling is
    1.7159 tanh(2/3 (coefficient x sum + bias)), LeCun et al. 1998, section II.B and appendix A.
    """
    arrange((maps.shape[0], maps.shape[1], maps.shape[2]), pooling)
    batch = maps[None]
    if pooling.kind == "global-average":
        return Pooled(F.adaptive_avg_pool2d(batch, 1)[0], None, None)
    stride = pooling.stride or pooling.window
    if pooling.kind == "max":
        output, indices = F.max_pool2d(
            batch, pooling.window, stride, pooling.padding, ceil_mode=pooling.ceil, return_indices=True
        )
        return Pooled(output[0], indices[0], None)
    if pooling.kind == "average":
        return Pooled(F.avg_pool2d(batch, pooling.window, stride, pooling.padding, pooling.ceil)[0], None, None)
    values = batch.square() if pooling.kind == "l2" else batch
    total = F.avg_pool2d(values, pooling.window, stride, pooling.padding, pooling.ceil, divisor_override=1)[0]
    if pooling.kind == "l2":
        some = total > 0
        return Pooled(torch.where(some, torch.where(some, total, 1.0).sqrt(), 0.0), None, None)
    before = torch.addcmul(pooling.bias.view(-1, 1, 1), total, pooling.coefficient.view(-1, 1, 1))
    return Pooled(Squash()(before), None, before)


def gradient(maps: Tensor, pooling: Pooling, upstream: Tensor | None = None) -> Tensor:
    """(C, H, W): how the sum of all outputs, each times its `upstream` if there is one, changes with each input value.

    Raises OperationError for an upstream gradient of another shape than the output's.
    """
    inputs = maps.detach().clone().requires_grad_()
    with torch.enable_grad():
        output = pool(inputs, pooling).output
        if upstream is not None and upstream.shape != output.shape:
            raise OperationError(
                "upstream",
                "upstream-shape",
                "{sent}; the shape of the output, {needed}, is needed",
                sent=times(upstream.shape),
                needed=times(output.shape),
            )
        (gradient,) = torch.autograd.grad(output, inputs, torch.ones_like(output) if upstream is None else upstream)
    return gradient
