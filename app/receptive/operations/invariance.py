"""Invariance to movement: the change that a movement of the input makes after a convolution, and after pooling."""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from receptive.operations.choices import Motion
from receptive.operations.convolution import convolve
from receptive.operations.limits import INPUT_VALUES, OperationError, at_most, check_arithmetic
from receptive.operations.plan import Settings, length_error, plan
from receptive.operations.pooling import Pooling, arrange, pool

FARTHEST_TURN: Final = 360  # degrees
FARTHEST_SHIFT: Final = 512  # pixels
MOVING: Final = 16  # multiplications that a value costs which is moved between pixels and compared


class Layers(NamedTuple):
    """A convolution, and the pooling after it."""

    kernel: Tensor  # (O, C, kh, kw)
    bias: Tensor | None  # (O,)
    settings: Settings
    pooling: Pooling


class Stages(NamedTuple):
    """One picture and what the two layers make of it."""

    input: Tensor  # (C, H, W)
    convolution: Tensor  # (O, H', W')
    pooled: Tensor  # (O, H'', W'')


class Change(NamedTuple):
    """The change of each stage from its start, by `change`."""

    input: float
    convolution: float
    pooled: float


class Invariance(NamedTuple):
    """The stages at one position, and the changes at every position."""

    stages: Stages
    changes: list[Change]


def moved(picture: Tensor, motion: Motion, amount: float) -> Tensor:
    """A picture (C, H, W) shifted right or down by `amount` pixels, or turned counter-clockwise by as many degrees.

    What comes in from outside is zero. Between pixels, linear interpolation; whole shifts and whole turns are exact.
    """
    if motion == "rotate":
        return picture if amount % 360 == 0 else _turned(picture, math.radians(amount))
    along = 2 if motion == "shift-x" else 1
    whole = math.floor(amount)
    part = amount - whole
    near = _shifted(picture, along, whole)
    return near if part == 0 else torch.lerp(near, _shifted(picture, along, whole + 1), part)


def _shifted(picture: Tensor, along: int, amount: int) -> Tensor:
    result = torch.zeros_like(picture)
    left = picture.shape[along] - abs(amount)
    if left > 0:
        result.narrow(along, max(amount, 0), left).copy_(picture.narrow(along, max(-amount, 0), left))
    return result


def _turned(picture: Tensor, angle: float) -> Tensor:
    _, height, width = picture.shape
    cos, sin = math.cos(angle), math.sin(angle)
    # Where in the picture each new pixel comes from, in half sides from the middle, y downwards.
    back = torch.tensor([[[cos, -sin * height / width, 0.0], [sin * width / height, cos, 0.0]]])
    grid = F.affine_grid(back, [1, *picture.shape], align_corners=False)
    return F.grid_sample(picture[None], grid, "bilinear", "zeros", align_corners=False)[0]


def stages(picture: Tensor, layers: Layers) -> Stages:
    """The two layers on one picture, (C, H, W)."""
    convolved = convolve(picture, layers.kernel, layers.bias, layers.settings)
    return Stages(picture, convolved, pool(convolved, layers.pooling).output)


def change(now: Tensor, before: Tensor) -> float:
    """||now - before|| / ||before||; 0 where nothing changed, nan where it did and `before` is all zero."""
    distance = float(torch.linalg.vector_norm(now - before, dtype=torch.float64))
    if distance == 0:
        return 0.0
    length = float(torch.linalg.vector_norm(before, dtype=torch.float64))
    return distance / length if length > 0 else math.nan


def invariance(picture: Tensor, layers: Layers, motion: Motion, positions: Sequence[float], at: float) -> Invariance:
    """The stages with the picture (C, H, W) moved by `at`, and every stage's change at each of the positions.

    Raises OperationError where a kernel, a window or a movement does not fit, or where all positions together need
    more than is allowed. One position's maps are held at a time.
    """
    check(picture.shape, layers, motion, [at, *positions])
    still = stages(picture, layers)
    changes = []
    for position in positions:
        there = stages(moved(picture, motion, position), layers)
        changes.append(Change(*(change(now, before) for now, before in zip(there, still, strict=True))))
    return Invariance(stages(moved(picture, motion, at), layers), changes)


def check(shape: Sequence[int], layers: Layers, motion: Motion, amounts: Sequence[float]) -> None:
    """Check the shapes of the request. Raises OperationError."""
    arithmetic = plan(shape, layers.kernel.shape, layers.settings)
    filters = arithmetic.output_shape[0]
    if layers.bias is not None and layers.bias.shape != (filters,):
        raise length_error("bias", layers.bias.numel(), filters)
    work = MOVING * math.prod(shape) + arithmetic.macs + _reads(arithmetic.output_shape, layers.pooling)
    check_arithmetic(work * (len(amounts) + 1), "positions")
    for place, amount in enumerate(amounts):
        _check_amount(f"positions.{place - 1}" if place else "at", motion, amount)


def _check_amount(field: str, motion: Motion, amount: float) -> None:
    """Refuse a movement over the limit. Raises OperationError."""
    if motion == "rotate" and abs(amount) > FARTHEST_TURN:
        raise OperationError(
            field,
            "turned-too-far",
            "{amount} degrees; -{limit} to {limit} are allowed",
            amount=f"{amount:g}",
            limit=FARTHEST_TURN,
        )
    if motion != "rotate" and abs(amount) > FARTHEST_SHIFT:
        raise OperationError(
            field,
            "shifted-too-far",
            "{amount} pixels; -{limit} to {limit} are allowed",
            amount=f"{amount:g}",
            limit=FARTHEST_SHIFT,
        )


def _reads(shape: tuple[int, int, int], pooling: Pooling) -> int:
    """Values that all windows read together. Raises OperationError where the pooling does not fit."""
    at_most(
        INPUT_VALUES,
        math.prod(shape),
        "kernel",
        "maps-too-large",
        "the convolution would give {count} values; at most {limit} can be pooled",
    )
    try:
        rows, columns = arrange(shape, pooling)
    except OperationError as error:  # whose window is called kernel_size
        raise error.about("window" if error.field == "kernel_size" else error.field) from error
    return shape[0] * rows.output * columns.output * math.prod(pooling.window)
