"""Convolution, cross-correlation and transposed convolution of one picture, as torch.nn.functional computes them."""

from dataclasses import replace

from torch import Tensor
from torch.nn import functional as F

from receptive.operations.limits import OUTPUT_VALUES, at_most
from receptive.operations.plan import Plan, Settings, plan

MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}


def convolve(maps: Tensor, kernel: Tensor, bias: Tensor | None = None, settings: Settings | None = None) -> Tensor:
    """(C, H, W) and (O, C / groups, kh, kw), with a bias of (O,) -> (O, H', W').

    The kernel's order is the same for a transposed convolution, where torch's own is (C, O / groups, kh, kw).
    Raises OperationError for shapes and settings that do not fit.
    """
    settings = settings or Settings()
    arithmetic = plan(maps.shape, kernel.shape, settings)
    return _slide(maps, _laid(kernel, settings), bias, settings, arithmetic)


def partial_maps(maps: Tensor, kernel: Tensor, settings: Settings | None = None) -> Tensor:
    """The share of each input channel in each map, (O, C / groups, H', W'); with the bias they sum to the output."""
    settings = settings or Settings()
    arithmetic = plan(maps.shape, kernel.shape, settings)
    channels, groups = len(maps), settings.groups
    filters, into = kernel.shape[:2]
    _, height, width = arithmetic.output_shape
    at_most(
        OUTPUT_VALUES,
        filters * into * height * width,
        "partials",
        "partials-too-large",
        "the partial maps would have {count} values; at most {limit} are allowed",
    )
    # Every channel by itself: its kernels become the filters of a group of its own.
    own = _laid(kernel, settings).view(groups, filters // groups, into, *kernel.shape[2:]).transpose(1, 2)
    apart = own.reshape(-1, 1, *kernel.shape[2:])
    alone = replace(settings, groups=channels)
    shares = _slide(maps, apart, None, alone, arithmetic)
    grouped = shares.view(groups, into, filters // groups, height, width)
    return grouped.transpose(1, 2).reshape(filters, into, height, width)


def pad(maps: Tensor, padding: tuple[int, int, int, int], mode: str) -> Tensor:
    """(C, H, W) with its padding around it: top, bottom, left, right."""
    top, bottom, left, right = padding
    if not any(padding):
        return maps
    return F.pad(maps[None], (left, right, top, bottom), MODES[mode])[0]


def turned(kernel: Tensor) -> Tensor:
    """By 180 degrees, which makes a convolution of a cross-correlation."""
    return kernel.flip(-2, -1)


def _laid(kernel: Tensor, settings: Settings) -> Tensor:
    return turned(kernel) if settings.flip else kernel


def _slide(maps: Tensor, kernel: Tensor, bias: Tensor | None, settings: Settings, arithmetic: Plan) -> Tensor:
    stride, dilation, groups = settings.stride, settings.dilation, settings.groups
    if not settings.transposed:
        around = pad(maps, arithmetic.padding, settings.padding_mode)
        return F.conv2d(around[None], kernel, bias, stride, 0, dilation, groups)[0]
    filters, into, tall, wide = kernel.shape
    inputs_first = kernel.view(groups, filters // groups, into, tall, wide).transpose(1, 2)
    weight = inputs_first.reshape(groups * into, filters // groups, tall, wide)
    whole = F.conv_transpose2d(maps[None], weight, bias, stride, 0, settings.output_padding, groups, dilation)[0]
    top, _, left, _ = arithmetic.padding
    _, height, width = arithmetic.output_shape
    return whole[:, top : top + height, left : left + width].contiguous()
