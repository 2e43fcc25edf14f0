"""What one layer computes: its kind, its window, and how many multiplications and connections it takes."""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

import torch
from torch import fx, nn
from torch.nn import functional

from convnets.layers import EuclideanRBF, PartialConvolution, Squash, Subsampling

Shape = Sequence[int]

KINDS: dict[type[nn.Module], str] = {
    nn.Conv2d: "convolution",
    PartialConvolution: "convolution",
    nn.ConvTranspose2d: "transposed-convolution",
    nn.Linear: "linear",
    nn.MaxPool2d: "max-pooling",
    nn.AvgPool2d: "average-pooling",
    nn.AdaptiveAvgPool2d: "adaptive-average-pooling",
    nn.AdaptiveMaxPool2d: "adaptive-max-pooling",
    nn.BatchNorm2d: "batch-normalization",
    nn.BatchNorm1d: "batch-normalization",
    nn.LocalResponseNorm: "local-response-normalization",
    nn.ReLU: "relu",
    nn.ReLU6: "relu6",
    nn.LeakyReLU: "leaky-relu",
    nn.GELU: "gelu",
    nn.SiLU: "silu",
    Squash: "squash",
    Subsampling: "subsampling",
    EuclideanRBF: "rbf",
}
FUNCTIONS: dict[Any, str] = {
    functional.conv2d: "convolution",
    functional.linear: "linear",
    functional.max_pool2d: "max-pooling",
    functional.avg_pool2d: "average-pooling",
    functional.adaptive_avg_pool2d: "adaptive-average-pooling",
    operator.add: "add",
    operator.iadd: "add",
    operator.mul: "multiply",
    operator.sub: "subtract",
    torch.cat: "concatenate",
}
# Layers whose every unit reads one unit of each input, at its own place.
PLACEWISE = frozenset((
    "relu", "relu6", "leaky-relu", "gelu", "silu", "elu", "tanh", "sigmoid", "hardswish", "hardsigmoid", "hardtanh",
    "softplus", "squash", "identity", "dropout", "dropout2d", "batch-normalization", "local-response-normalization",
    "add", "multiply", "subtract", "concatenate", "mul", "sub", "div", "clamp", "softmax", "log-softmax",
))  # fmt: skip


@dataclass(frozen=True)
class Window:
    """A window that slides over a map, (height, width) each."""

    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int] = (1, 1)

    @property
    def square(self) -> bool:
        """Whether it is the same in both directions, so that one number says what a unit sees."""
        return all(a == b for a, b in (self.kernel, self.stride, self.dilation))


@dataclass(frozen=True)
class Cost:
    """Of one picture: multiply-accumulate operations and connections; which maps feed which; what a unit reads."""

    macs: int = 0
    connections: int = 0
    feeds: list[list[int]] | None = None
    reach: Literal["same", "all", "unknown"] = "unknown"


def leaves() -> tuple[type[nn.Module], ...]:
    """Modules of ours that are one layer, not to be looked into."""
    return (PartialConvolution, Subsampling, Squash, EuclideanRBF)


def kind_of(part: nn.Module | None, function: Any) -> str:
    """What a layer is called, for a module or else for a function or a method's name."""
    if part is not None:
        return KINDS.get(type(part)) or _spelled(type(part).__name__)
    return FUNCTIONS.get(function) or _spelled(function if isinstance(function, str) else function.__name__)


def _spelled(name: str) -> str:
    """LogSoftmax and log_softmax as log-softmax."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name.strip("_")).replace("_", "-").lower()


def window_of(part: nn.Module | None, node: fx.Node) -> Window | None:
    """The window of a convolution or a pooling, None for any other layer."""
    match part:
        case nn.Conv2d():
            return Window(_two(part.kernel_size), _two(part.stride), _conv_padding(part), _two(part.dilation))
        case nn.MaxPool2d():
            return Window(*map(_two, (part.kernel_size, part.stride, part.padding, part.dilation)))
        case nn.AvgPool2d():
            return Window(*map(_two, (part.kernel_size, part.stride, part.padding)))
        case PartialConvolution():
            return Window(_two(part.kernel_size), (1, 1), (0, 0))
        case Subsampling():
            return Window(_two(part.side), _two(part.side), (0, 0))
    if node.target in (functional.max_pool2d, functional.avg_pool2d):
        return _pooling_call(node)
    return None


def _pooling_call(node: fx.Node) -> Window:
    given = dict(zip(("input", "kernel_size", "stride", "padding"), node.args, strict=False)) | dict(node.kwargs)
    kernel = _two(given["kernel_size"])
    stride = given.get("stride")
    return Window(kernel, kernel if stride in (None, ()) else _two(stride), _two(given.get("padding", 0)))


def _two(value: Any) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (int(value[0]), int(value[1]))


def _conv_padding(part: nn.Conv2d) -> tuple[int, int]:
    if part.padding == "same":
        height, width = (d * (k - 1) // 2 for d, k in zip(part.dilation, part.kernel_size, strict=True))
        return height, width
    return (0, 0) if isinstance(part.padding, str) else _two(part.padding)


def cost_of(
    part: nn.Module | None, kind: str, weights: Sequence[Shape], reads: Shape, makes: Shape, window: Window | None
) -> Cost:
    """What a layer takes to make a picture's output of shape `makes` from one of shape `reads`."""
    units = prod(makes)
    match part:
        case nn.Conv2d():
            each = part.in_channels // part.groups * prod(part.kernel_size)
            return Cost(units * each, units * (each + _has_bias(part)), _grouped(part))
        case PartialConvolution():
            here = prod(makes[1:])
            macs = here * part.weight.numel()
            return Cost(macs, macs + units, [list(sources) for sources in part.feeds])
        case nn.ConvTranspose2d():
            macs = prod(reads) * part.out_channels // part.groups * prod(part.kernel_size)
            return Cost(macs, macs + units * _has_bias(part))
        case Subsampling():
            return Cost(units, units * (part.side**2 + 1))
        case nn.Linear():
            return Cost(units * part.in_features, units * (part.in_features + _has_bias(part)), None, "all")
        case EuclideanRBF():
            return Cost(part.targets.numel(), part.targets.numel(), None, "all")
    if part is None and kind in ("convolution", "linear") and weights:
        each = prod(weights[0][1:])
        return Cost(units * each, units * (each + (len(weights) > 1)), None, "all" if kind == "linear" else "unknown")
    if window is not None:
        return Cost(0, units * prod(window.kernel))
    if kind.startswith("adaptive") and set(makes[1:]) == {1}:
        return Cost(0, prod(reads), None, "all")
    return Cost(reach="same" if kind in PLACEWISE else "unknown")


def _has_bias(part: nn.Conv2d | nn.ConvTranspose2d | nn.Linear) -> int:
    return int(part.bias is not None)


def _grouped(part: nn.Conv2d) -> list[list[int]] | None:
    """The input maps that each map of a grouped convolution reads."""
    if part.groups == 1:
        return None
    reads, makes = part.in_channels // part.groups, part.out_channels // part.groups
    return [list(range(at // makes * reads, (at // makes + 1) * reads)) for at in range(part.out_channels)]
