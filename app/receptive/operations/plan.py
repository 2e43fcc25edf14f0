"""What a convolution will cost and how large its output will be, known before anything is allocated."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Literal

from receptive.operations.limits import (
    CHANNELS,
    FILTERS,
    INPUT_VALUES,
    KERNEL_SIDE,
    MACS,
    OUTPUT_VALUES,
    OperationError,
    at_most,
    times,
)
from receptive.operations.sizes import Axis, TransposedAxis

PaddingMode = Literal["zeros", "reflect", "replicate", "circular"]
NamedPadding = Literal["same", "valid", "full"]
Pair = tuple[int, int]
Sides = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Settings:
    """How a kernel moves. Pairs are rows, then columns; padding is top, bottom, left, right, or a name."""

    stride: Pair = (1, 1)
    padding: Sides | NamedPadding = (0, 0, 0, 0)
    padding_mode: PaddingMode = "zeros"
    dilation: Pair = (1, 1)
    groups: int = 1
    transposed: bool = False
    output_padding: Pair = (0, 0)
    flip: bool = (
        False  # True: the kernel is turned by 180 degrees, a convolution; False: cross-correlation, as in torch
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """A convolution of known shapes: it fits, and this is its arithmetic."""

    padding: Sides
    rows: Axis | TransposedAxis
    columns: Axis | TransposedAxis
    output_shape: tuple[int, int, int]
    macs: int  # one for every product, those with the padding's zeros included; bias not counted


def sides(padding: Sides | NamedPadding, kernel: Pair, dilation: Pair) -> Sides:
    """Top, bottom, left, right. `same` puts the odd one at the end, as torch does; `full` lets every overlap count."""
    if not isinstance(padding, str):
        return padding
    tall, wide = (step * (side - 1) for step, side in zip(dilation, kernel, strict=True))
    if padding == "same":
        return tall // 2, tall - tall // 2, wide // 2, wide - wide // 2
    return (tall, tall, wide, wide) if padding == "full" else (0, 0, 0, 0)


def plan(input_shape: Sequence[int], kernel_shape: Sequence[int], settings: Settings) -> Plan:
    """From (C, H, W) and (O, C / groups, kh, kw), which is also the order for a transposed convolution.

    Raises OperationError for what does not fit together or passes a limit.
    """
    _check_shapes(input_shape, kernel_shape, settings)
    if settings.padding == "same" and settings.stride != (1, 1):
        raise OperationError("padding", f"same needs stride 1, as in PyTorch; the stride is {times(settings.stride)}")
    kernel = (kernel_shape[2], kernel_shape[3])
    around = sides(settings.padding, kernel, settings.dilation)
    laid = _transposed if settings.transposed else _forward
    rows, columns = laid(input_shape, kernel, around, settings, kernel_shape[0])
    shape = (kernel_shape[0], rows.output, columns.output)
    at_most(OUTPUT_VALUES, prod(shape), "kernel", f"values of the output {times(shape)}")
    # A transposed convolution multiplies every input value with every weight of its channel; a forward one computes
    # every output value from every weight of its map.
    places = prod(input_shape[1:]) if settings.transposed else rows.output * columns.output
    macs = prod(kernel_shape) * places
    at_most(MACS, macs, "kernel", "multiplications")
    return Plan(around, rows, columns, shape, macs)


def _check_shapes(input_shape: Sequence[int], kernel_shape: Sequence[int], settings: Settings) -> None:
    channels, groups = input_shape[0], settings.groups
    filters, into, tall, wide = kernel_shape
    at_most(CHANNELS, channels, "input", "channels")
    at_most(INPUT_VALUES, prod(input_shape), "input", "values")
    at_most(FILTERS, filters, "kernel", "filters")
    if max(tall, wide) > KERNEL_SIDE:
        raise OperationError("kernel", f"{tall}x{wide}; sides of 1 to {KERNEL_SIDE} are allowed")
    if channels % groups or filters % groups:
        both = f"the {channels} input channels and the {filters} filters"
        raise OperationError("groups", f"{groups}; it has to divide both {both}")
    if into != channels // groups:
        needed = f"{channels} / {groups} = {channels // groups}"
        raise OperationError("kernel", f"{into} channels in each filter; channels / groups = {needed} are needed")


def _forward(input_shape: Sequence[int], kernel: Pair, around: Sides, settings: Settings, _: int) -> tuple[Axis, Axis]:
    if settings.output_padding != (0, 0):
        seen = times(settings.output_padding)
        raise OperationError("output_padding", f"{seen}; only a transposed convolution has any, so that 0 is allowed")
    channels, height, width = input_shape
    top, bottom, left, right = around
    rows = Axis(height, kernel[0], settings.stride[0], top, bottom, settings.dilation[0])
    columns = Axis(width, kernel[1], settings.stride[1], left, right, settings.dilation[1])
    padded = (channels, rows.padded, columns.padded)
    at_most(OUTPUT_VALUES, prod(padded), "padding", f"values of the padded input {times(padded)}")
    for axis in rows, columns:
        _check_mode(axis, settings.padding_mode)
    if rows.output < 1 or columns.output < 1:
        spans, room = times((rows.span, columns.span)), times((rows.padded, columns.padded))
        raise OperationError("kernel", f"spans {spans} cells; at most the padded input's {room} are allowed")
    return rows, columns


def _check_mode(axis: Axis, mode: PaddingMode) -> None:
    """A mirror has no second copy of the edge, and a circle goes round once."""
    if mode in ("reflect", "circular"):
        most, seen = axis.size - (mode == "reflect"), max(axis.before, axis.after)
        if seen > most:
            raise OperationError("padding", f"{seen}; {mode} allows at most {most} beside {axis.size} cells")


def _transposed(
    input_shape: Sequence[int], kernel: Pair, around: Sides, settings: Settings, filters: int
) -> tuple[TransposedAxis, TransposedAxis]:
    if settings.padding_mode != "zeros":
        seen = settings.padding_mode
        raise OperationError("padding_mode", f"{seen}; a transposed convolution crops, so that only zeros is allowed")
    rows, columns = (
        TransposedAxis(
            size=input_shape[1 + axis],
            kernel=kernel[axis],
            stride=settings.stride[axis],
            before=around[2 * axis],
            after=around[2 * axis + 1],
            dilation=settings.dilation[axis],
            output_padding=settings.output_padding[axis],
        )
        for axis in (0, 1)
    )
    for line in rows, columns:
        most = max(line.stride, line.dilation) - 1
        if line.output_padding > most:
            why = "it has to be less than the larger of stride and dilation"
            raise OperationError("output_padding", f"{line.output_padding}; at most {most} is allowed: {why}")
    whole = (filters, rows.whole, columns.whole)
    at_most(OUTPUT_VALUES, prod(whole), "stride", f"values of the output before it is cropped {times(whole)}")
    if rows.output < 1 or columns.output < 1:
        raise OperationError("padding", f"{times(around)} crops everything that the {times(whole[1:])} output has")
    return rows, columns
