"""Pooling: the maximum, the average or another mean of a window, of a share of the map, or of all of it."""

from collections.abc import Callable, Mapping
from math import prod
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from convnets.kinds.convolution import gather
from convnets.kinds.kind import Call, Extent, Functions, Kind, Modules, Shortcut, Terms, Unit, Window, sizes
from convnets.kinds.reach import Axis, Reach, Slide, Table, whole

SMALL_LAYER = 3000  # values; up to here torch's own pooling is the fastest
FULL = "input kernel_size stride padding dilation ceil_mode return_indices"
AVERAGE = "input kernel_size stride padding ceil_mode count_include_pad divisor_override"


class Pooling(Kind):
    """A window over one map at a time."""

    def settings(self, part: nn.Module) -> dict[str, Any]:
        """The settings that the function of this name takes."""
        names = (*FULL.split()[1:-1], *AVERAGE.split()[-2:], "norm_type")
        return {name: getattr(part, name) for name in names if hasattr(part, name)}

    def window(self, call: Call) -> Window:
        """The window; its stride is its size where none is given."""
        axes = call.output.ndim - 2
        kernel = sizes(call["kernel_size"], axes)
        stride = call.get("stride")
        return Window(
            kernel,
            kernel if stride in (None, (), []) else sizes(stride, axes),
            sizes(call.get("padding", 0), axes),
            sizes(call.get("dilation", 1), axes),
            ceil_mode=bool(call.get("ceil_mode", False)),
        )

    def connections(self, call: Call) -> int:
        """One for each value of a window."""
        return call.units * prod(self.window(call).kernel)

    def reach(self, call: Call, place: int, extent: Extent) -> Reach | None:
        """The window's."""
        window = self.window(call)
        axes = zip(window.kernel, window.stride, window.padding, window.dilation, strict=True)
        slides: list[Axis] = [Slide(*axis) for axis in axes]
        if len(slides) > 2:
            return None
        return (slides[0], slides[1]) if len(slides) == 2 else (Slide(), slides[0])

    def terms(self, call: Call, unit: Unit) -> Terms:
        """The window's values, each with its share in the result."""
        window = self.window(call)
        map_, *place = unit
        first = [at * s - p for at, s, p in zip(place, window.stride, window.padding, strict=True)]
        values = gather(call["input"][0, map_ : map_ + 1], first, window, outside=self.outside)[0]
        return self.shared(call, values, first, window, map_)

    outside: ClassVar[float] = 0.0  # the value that stands for padding

    def shared(self, call: Call, values: Tensor, first: list[int], window: Window, map_: int) -> Terms:
        """The terms of one window's values."""
        raise NotImplementedError


class MaxPooling(Pooling):
    """The largest value of each window."""

    name = "max-pooling"
    modules: ClassVar[Modules] = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d)
    functions: ClassVar[Functions] = {
        f"max_pool{axes}d{ending}": FULL for axes in (1, 2, 3) for ending in ("", "_with_indices")
    }
    outside = float("-inf")

    def shared(self, call: Call, values: Tensor, first: list[int], window: Window, map_: int) -> Terms:
        """Weight 1 for the largest, the first of several, and 0 for all others."""
        weights = torch.zeros_like(values)
        weights.view(-1)[values.argmax()] = 1
        inputs = values.masked_fill(values == self.outside, 0)
        return Terms(inputs, weights, first=tuple(first), step=window.dilation, maps=(map_,))

    def shortcut(self, part: nn.Module) -> Shortcut | None:
        """Slices compared, for windows of two by two side by side."""
        return halves if type(part) is nn.MaxPool2d and _is_halving(part) else None


class AveragePooling(Pooling):
    """The average of each window."""

    name = "average-pooling"
    modules: ClassVar[Modules] = (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)
    functions: ClassVar[Functions] = dict.fromkeys(("avg_pool1d", "avg_pool2d", "avg_pool3d"), AVERAGE)

    def shared(self, call: Call, values: Tensor, first: list[int], window: Window, map_: int) -> Terms:
        """One weight for all: 1 / the values that count."""
        bounds = zip(first, window.kernel, window.padding, call["input"].shape[2:], strict=True)
        padded = call.get("count_include_pad", True)
        sides = [
            min(start + kernel, size + padding) - start if padded else min(start + kernel, size) - max(start, 0)
            for start, kernel, padding, size in bounds
        ]
        divisor = call.get("divisor_override") or prod(sides)
        weights = torch.full_like(values, 1 / divisor, dtype=torch.float64)
        return Terms(values, weights, first=tuple(first), step=window.dilation, maps=(map_,))


class PowerPooling(Pooling):
    """The p-norm of each window: the root of the sum of powers; L2 pooling for p = 2."""

    name = "l2-pooling"
    modules: ClassVar[Modules] = (nn.LPPool1d, nn.LPPool2d)
    functions: ClassVar[Functions] = dict.fromkeys(
        ("lp_pool1d", "lp_pool2d"), "input norm_type kernel_size stride ceil_mode"
    )

    def shared(self, call: Call, values: Tensor, first: list[int], window: Window, map_: int) -> Terms:
        """The powers, of which the root is taken."""
        power = float(call["norm_type"])
        # torch takes the average of the values that are there, times the size of a whole window
        axes = zip(first, window.kernel, call["input"].shape[2:], strict=True)
        share = prod(kernel / (min(start + kernel, size) - start) for start, kernel, size in axes)
        weights = share * values.double() ** (power - 1)
        facts = {"power": torch.tensor(power)}
        value = float((values.double() * weights).sum() ** (1 / power))
        return Terms(
            values, weights, function="root", result=value, first=tuple(first), step=window.dilation, maps=(map_,),
            facts=facts,
        )  # fmt: skip


class AdaptivePooling(Pooling):
    """The map cut into as many shares as there are outputs, which overlap where the sizes do not divide."""

    def settings(self, part: nn.Module) -> dict[str, Any]:
        """None: the output's shape determines them."""
        return {}

    def window(self, call: Call) -> None:  # type: ignore[override]
        """None: shares differ in size."""

    def connections(self, call: Call) -> int:
        """One for each value of a share."""
        return int(call.output.shape[1]) * prod(
            sum(map(len, _shares(size, units)))
            for size, units in zip(call["input"].shape[2:], call.output.shape[2:], strict=True)
        )

    def reach(self, call: Call, place: int, extent: Extent) -> Reach | None:
        """The shares; a window that slides where they are all of one size."""
        pairs = list(zip(call["input"].shape[2:], call.output.shape[2:], strict=True))
        if len(pairs) > 2:
            return None
        axes = [_share_axis(size, units) for size, units in pairs]
        return (axes[0], axes[1]) if len(axes) == 2 else (Slide(), axes[0])

    def terms(self, call: Call, unit: Unit) -> Terms:
        """The values of the share."""
        map_, *place = unit
        values, first = call["input"].detach()[0, map_], []
        for axis, (at, units) in enumerate(zip(place, call.output.shape[2:], strict=True)):
            share = _shares(values.shape[axis], units)[at]
            values = values.narrow(axis, share.start, len(share))
            first.append(share.start)
        window = Window(tuple(values.shape), (1,) * values.ndim, (0,) * values.ndim, (1,) * values.ndim)
        return self.shared(call, values, first, window, map_)


class AdaptiveAveragePooling(AdaptivePooling):
    """The average of each share."""

    name = "adaptive-average-pooling"
    modules: ClassVar[Modules] = (nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d)
    functions: ClassVar[Functions] = {f"adaptive_avg_pool{axes}d": "input output_size" for axes in (1, 2, 3)}

    def shared(self, call: Call, values: Tensor, first: list[int], window: Window, map_: int) -> Terms:
        """One weight for all."""
        weights = torch.full_like(values, 1 / values.numel(), dtype=torch.float64)
        return Terms(values, weights, first=tuple(first), step=window.dilation, maps=(map_,))


class AdaptiveMaxPooling(AdaptivePooling):
    """The largest value of each share."""

    name = "adaptive-max-pooling"
    modules: ClassVar[Modules] = (nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d)
    functions: ClassVar[Functions] = {
        f"adaptive_max_pool{axes}d{ending}": "input output_size return_indices"
        for axes in (1, 2, 3)
        for ending in ("", "_with_indices")
    }
    outside = float("-inf")

    def shared(self, call: Call, values: Tensor, first: list[int], window: Window, map_: int) -> Terms:
        """As in a window."""
        return MaxPooling().shared(call, values, first, window, map_)


class GlobalPooling(AdaptivePooling):
    """The average or the maximum of a whole map, called as a reduction over rows and columns."""

    name = "global-average-pooling"
    functions: ClassVar[Functions] = {"mean": "input dim keepdim", "amax": "input dim keepdim"}

    def named(self, operation: str) -> str:
        """By what is taken of the map."""
        return "global-max-pooling" if operation == "amax" else self.name

    def bind(self, operation: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """With the axes as a tuple."""
        given = super().bind(operation, args, kwargs)
        dim, axes = given.get("dim"), given["input"].ndim
        dims = range(axes) if dim is None else (dim,) if isinstance(dim, int) else dim
        return {**given, "dims": {each % axes for each in dims}, "operation": operation}

    def accepts(self, settings: Mapping[str, Any]) -> bool:
        """Over rows and columns, and over nothing else."""
        return bool(settings["input"].ndim == 4 and settings["dims"] == {2, 3})

    def connections(self, call: Call) -> int:
        """One for each value that is read."""
        return prod(call["input"].shape[1:])

    def reach(self, call: Call, place: int, extent: Extent) -> Reach | None:
        """The whole map."""
        return whole(extent[0]), whole(extent[1])

    def terms(self, call: Call, unit: Unit) -> Terms:
        """All values of the map."""
        values = call["input"].detach()[0, unit[0]]
        window = Window(tuple(values.shape), (1, 1), (0, 0), (1, 1))
        share = AdaptiveMaxPooling if call["operation"] == "amax" else AdaptiveAveragePooling
        return share().shared(call, values, [0, 0], window, unit[0])


def _shares(size: int, units: int) -> list[range]:
    """As torch cuts a map: from floor(u * size / units) to ceil((u + 1) * size / units)."""
    return [range(unit * size // units, -(-(unit + 1) * size // units)) for unit in range(units)]


def _share_axis(size: int, units: int) -> Axis:
    if units > 1 and size % units == 0:
        return Slide(size // units, size // units)
    return Table(tuple(_shares(size, units)))


def _is_halving(part: nn.MaxPool2d) -> bool:
    plain = (part.padding, part.dilation, part.ceil_mode, part.return_indices) == (0, 1, False, False)
    return plain and part.kernel_size in (2, (2, 2)) and part.stride in (2, (2, 2))


def halves(x: Tensor) -> Tensor:
    """The maximum of every two by two.

    torch's own pooling is not vectorized: being one call instead of six, it wins in a single small layer only.
    """
    if x.numel() <= SMALL_LAYER:
        return torch.max_pool2d(x, 2)
    return pooled(x, torch.maximum)


def pooled(x: Tensor, join: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """Rows two by two, then columns; an odd last one is left out."""
    count, maps, rows, columns = x.shape
    if rows % 2 or columns % 2:
        x = x[:, :, : rows // 2 * 2, : columns // 2 * 2]
    upper, lower = x.unflatten(2, (rows // 2, 2)).unbind(3)
    left, right = join(upper, lower).view(count, maps, rows // 2, columns // 2, 2).unbind(4)
    return join(left, right)


KINDS = (
    MaxPooling(), AveragePooling(), PowerPooling(), AdaptiveAveragePooling(), AdaptiveMaxPooling(), GlobalPooling(),
)  # fmt: skip
