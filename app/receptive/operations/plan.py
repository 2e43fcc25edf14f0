"""Cost and output size of a convolution, computed before anything is allocated."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Literal

from receptive.operations.limits import (
    FILTERS,
    OperationError,
    at_most,
    check_arithmetic,
    check_input,
    check_kernel_sides,
    check_output,
    check_padded,
    span_error,
    times,
)
from receptive.operations.sizes import Axis, TransposedAxis

PaddingMode = Literal["zeros", "reflect", "replicate", "circular"]
NamedPadding = Literal["same", "valid", "full"]
Pair = tuple[int, int]
Sides = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Settings:
    """Stride, padding and dilation. Pairs are rows, then columns; padding is top, bottom, left, right, or a name."""

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
    check_same(settings.padding, settings.stride)
    kernel = (kernel_shape[2], kernel_shape[3])
    around = sides(settings.padding, kernel, settings.dilation)
    laid = _transposed if settings.transposed else _forward
    rows, columns = laid(input_shape, kernel, around, settings, kernel_shape[0])
    shape = (kernel_shape[0], rows.output, columns.output)
    check_output(shape, "kernel")
    # A transposed convolution multiplies every input value with every weight of its channel; a forward one computes
    # every output value from every weight of its map.
    places = prod(input_shape[1:]) if settings.transposed else rows.output * columns.output
    macs = prod(kernel_shape) * places
    check_arithmetic(macs, "kernel")
    return Plan(around, rows, columns, shape, macs)


def _check_shapes(input_shape: Sequence[int], kernel_shape: Sequence[int], settings: Settings) -> None:
    channels, groups = input_shape[0], settings.groups
    filters, into, tall, wide = kernel_shape
    check_input(input_shape, channels)
    at_most(FILTERS, filters, "kernel", "too-many-filters", "{count} filters; at most {limit} are allowed")
    check_kernel_sides((tall, wide))
    check_groups(groups, channels, filters)
    if into != channels // groups:
        raise OperationError(
            "kernel",
            "kernel-channels",
            "{count} channels in each filter; channels / groups = {channels} / {groups} = {needed} are needed",
            count=into,
            channels=channels,
            groups=groups,
            needed=channels // groups,
        )


def check_same(padding: Sides | NamedPadding, stride: Pair) -> None:
    """Refuse padding "same" with a stride over 1. Raises OperationError."""
    if padding == "same" and stride != (1, 1):
        raise OperationError(
            "padding",
            "same-with-stride",
            "same needs stride 1, as in PyTorch; the stride is {stride}",
            stride=times(stride),
        )


def check_groups(groups: int, channels: int, filters: int) -> None:
    """Refuse groups that do not divide channels and filters. Raises OperationError."""
    if channels % groups or filters % groups:
        raise OperationError(
            "groups",
            "groups-do-not-divide",
            "{groups} does not divide both the {channels} input channels and the {filters} filters",
            groups=groups,
            channels=channels,
            filters=filters,
        )


def length_error(field: str, count: int, filters: int) -> OperationError:
    """The error of a bias that has not one value for each filter."""
    return OperationError(
        field,
        "one-per-filter",
        "{count} values; {needed} are needed, one for each filter",
        count=count,
        needed=filters,
    )


def _forward(input_shape: Sequence[int], kernel: Pair, around: Sides, settings: Settings, _: int) -> tuple[Axis, Axis]:
    if settings.output_padding != (0, 0):
        raise OperationError(
            "output_padding",
            "output-padding-forward",
            "{sent}; only a transposed convolution has output padding: leave it at 0",
            sent=times(settings.output_padding),
        )
    channels, height, width = input_shape
    top, bottom, left, right = around
    rows = Axis(height, kernel[0], settings.stride[0], top, bottom, settings.dilation[0])
    columns = Axis(width, kernel[1], settings.stride[1], left, right, settings.dilation[1])
    padded = (channels, rows.padded, columns.padded)
    check_padded(padded, "padding")
    for axis in rows, columns:
        _check_mode(axis, settings.padding_mode)
    if rows.output < 1 or columns.output < 1:
        raise span_error("kernel", (rows.span, columns.span), (rows.padded, columns.padded))
    return rows, columns


def _check_mode(axis: Axis, mode: PaddingMode) -> None:
    """A mirror has no second copy of the edge, and a circle goes round once."""
    if mode in ("reflect", "circular"):
        most, seen = axis.size - (mode == "reflect"), max(axis.before, axis.after)
        if seen > most:
            raise OperationError(
                "padding",
                "padding-exceeds-mode",
                "{sent}; {mode} padding allows at most {limit} beside {size} cells",
                sent=seen,
                mode=mode,
                limit=most,
                size=axis.size,
            )


def _transposed(
    input_shape: Sequence[int], kernel: Pair, around: Sides, settings: Settings, filters: int
) -> tuple[TransposedAxis, TransposedAxis]:
    if settings.padding_mode != "zeros":
        raise OperationError(
            "padding_mode",
            "padding-mode-transposed",
            "{mode}; a transposed convolution crops its output, so only zeros is allowed",
            mode=settings.padding_mode,
        )
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
            raise OperationError(
                "output_padding",
                "output-padding-too-large",
                "{sent}; at most {limit} is allowed: it has to be less than the larger of stride and dilation",
                sent=line.output_padding,
                limit=most,
            )
    whole = (filters, rows.whole, columns.whole)
    check_output(whole, "stride")
    if rows.output < 1 or columns.output < 1:
        raise OperationError(
            "padding",
            "cropped-away",
            "{sent} crops everything that the output of {shape} has; use less",
            sent=times(around),
            shape=times(whole[1:]),
        )
    return rows, columns
