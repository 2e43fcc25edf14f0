"""Convolution: with groups and dilation, transposed, and with the maps of Table I (LeCun et al. 1998, section II.B)."""

from math import prod
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from convnets.kinds.kind import Call, Extent, Functions, Kind, Maps, Modules, Shortcut, Terms, Unit, Window, sizes
from convnets.kinds.reach import Axis, Reach, Slide, Table
from convnets.layers import PartialConvolution

PARAMETERS = "input weight bias stride padding dilation groups"


class Convolution(Kind):
    """A kernel for each map, slid over all input maps or those of its group."""

    name = "convolution"
    modules: ClassVar[Modules] = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
    functions: ClassVar[Functions] = dict.fromkeys(("conv1d", "conv2d", "conv3d"), PARAMETERS)
    maps: ClassVar[Maps] = "all"

    def settings(self, part: nn.Module) -> dict[str, Any]:
        """Kernels, bias and how they slide."""
        names = ("weight", "bias", "stride", "padding", "dilation", "groups", "padding_mode")
        return {name: getattr(part, name) for name in names}

    def window(self, call: Call) -> Window:
        """The kernel; padding is that before the first row and column."""
        kernel = tuple(call["weight"].shape[2:])
        axes = len(kernel)
        stride, dilation = sizes(call.get("stride", 1), axes), sizes(call.get("dilation", 1), axes)
        return Window(kernel, stride, _padding(call, kernel, dilation), dilation, call.get("groups", 1))

    def macs(self, call: Call) -> int:
        """Every output value takes a product for each value of its kernel."""
        return call.units * int(prod(call["weight"].shape[1:]))

    def connections(self, call: Call) -> int:
        """One for each product, and the bias."""
        return self.macs(call) + call.units * (call.get("bias") is not None)

    def feeds(self, call: Call) -> list[list[int]] | None:
        """The maps of the group."""
        groups = call.get("groups", 1)
        if groups == 1:
            return None
        made, read = len(call["weight"]) // groups, call["weight"].shape[1]
        return [[*range(place // made * read, (place // made + 1) * read)] for place in range(made * groups)]

    def reach(self, call: Call, place: int, extent: Extent) -> Reach | None:
        """The window's."""
        window, mode = self.window(call), call.get("padding_mode", "zeros")
        if len(window.kernel) > 2:
            return None
        axes = zip(window.kernel, window.stride, window.padding, window.dilation, strict=True)
        slides: list[Axis] = [Slide(*axis, mode) for axis in axes]
        return (slides[0], slides[1]) if len(slides) == 2 else (Slide(), slides[0])

    def terms(self, call: Call, unit: Unit) -> Terms:
        """Kernel times window over the maps that are read: (maps, kh, kw)."""
        made, *place = unit
        weight, window = call["weight"], self.window(call)
        feeds = self.feeds(call)
        maps = tuple(range(weight.shape[1])) if feeds is None else tuple(feeds[made])
        first = [at * s - p for at, s, p in zip(place, window.stride, window.padding, strict=True)]
        inputs = gather(call["input"][0, list(maps)], first, window, call.get("padding_mode", "zeros"))
        bias = call.get("bias")
        return Terms(
            inputs,
            weight[made].detach(),
            0.0 if bias is None else float(bias[made]),
            first=tuple(first),
            step=window.dilation,
            maps=maps,
        )

    def shortcut(self, part: nn.Module) -> Shortcut | None:
        """A call with the weights at hand; a matrix product where the kernel covers the map."""
        if type(part) is not nn.Conv2d or part.padding_mode != "zeros" or isinstance(part.padding, str):
            return None
        weight, bias = part.weight.detach(), None if part.bias is None else part.bias.detach()
        stride, padding, dilation, groups = part.stride, part.padding, part.dilation, part.groups

        def slide(x: Tensor) -> Tensor:
            return torch.conv2d(x, weight, bias, stride, padding, dilation, groups)

        if padding != (0, 0) or dilation != (1, 1) or groups != 1:
            return slide
        channels, sides, flat = len(weight), weight.shape[2:], weight.flatten(1)

        def convolution(x: Tensor) -> Tensor:
            if x.shape[2:] != sides:
                return slide(x)
            only: Tensor = torch._C._nn.linear(x.flatten(1), flat, bias)  # one place only
            return only.view(-1, channels, 1, 1)

        return convolution


def _padding(call: Call, kernel: tuple[int, ...], dilation: tuple[int, ...]) -> tuple[int, ...]:
    padding = call.get("padding", 0)
    if padding == "same":
        return tuple(d * (k - 1) // 2 for d, k in zip(dilation, kernel, strict=True))
    return (0,) * len(kernel) if padding == "valid" else sizes(padding, len(kernel))


def gather(maps: Tensor, first: list[int], window: Window, mode: str = "zeros", outside: float = 0.0) -> Tensor:
    """The values under a window that begins at `first`, (maps, kh, kw); `outside` beyond the map."""
    axes = zip(first, window.kernel, window.dilation, maps.shape[1:], strict=True)
    here = torch.ones((), dtype=torch.bool)
    values = maps.detach()
    for axis, (start, kernel, dilation, size) in enumerate(axes, start=1):
        cells = range(start, start + kernel * dilation, dilation)
        inside = [mode != "zeros" or 0 <= cell < size for cell in cells]
        slide = Slide(mode="replicate" if mode == "zeros" else mode)  # type: ignore[arg-type]
        at = torch.tensor([slide._within(cell, size) for cell in cells], device=maps.device)
        values = values.index_select(axis, at)
        here = here[..., None] & torch.tensor(inside)
    return values.masked_fill(~here.to(maps.device), outside)


class PartialConvolutionKind(Convolution):
    """The convolution of 1998, whose maps read only those that Table I lists."""

    modules: ClassVar[Modules] = (PartialConvolution,)
    functions: ClassVar[Functions] = {}

    def settings(self, part: Any) -> dict[str, Any]:
        """Its kernels laid out as an ordinary convolution's, and the list."""
        return {"weight": part.dense(), "bias": part.bias, "lists": [list(maps) for maps in part.feeds]}

    def macs(self, call: Call) -> int:
        """A product for each value of the kernels that exist."""
        kernels = sum(map(len, call["lists"])) * prod(call["weight"].shape[2:])
        return int(prod(call.output.shape[2:]) * kernels)

    def feeds(self, call: Call) -> list[list[int]]:
        """The list of Table I."""
        lists: list[list[int]] = call["lists"]
        return lists

    def terms(self, call: Call, unit: Unit) -> Terms:
        """The terms of the maps that are listed for the output map."""
        made, *place = unit
        maps, window = tuple(call["lists"][made]), self.window(call)
        inputs = gather(call["input"][0, list(maps)], place, window)
        weights, bias = call["weight"][made, list(maps)].detach(), float(call["bias"][made])
        return Terms(inputs, weights, bias, first=tuple(place), step=window.dilation, maps=maps)

    def shortcut(self, part: Any) -> Shortcut:
        """A convolution with the kernels laid out once."""
        kernels, shift = part.dense().detach(), part.bias.detach()
        return lambda x: torch.conv2d(x, kernels, shift)


class TransposedConvolution(Kind):
    """A convolution the other way round: every input value adds its kernel to the output."""

    name = "transposed-convolution"
    modules: ClassVar[Modules] = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
    functions: ClassVar[Functions] = dict.fromkeys(
        ("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"),
        "input weight bias stride padding output_padding groups dilation",
    )
    maps: ClassVar[Maps] = "all"

    def settings(self, part: nn.Module) -> dict[str, Any]:
        """Kernels, bias and how they slide."""
        names = ("weight", "bias", "stride", "padding", "output_padding", "groups", "dilation")
        return {name: getattr(part, name) for name in names}

    def window(self, call: Call) -> Window:
        """The kernel, whose stride lies on the output."""
        kernel = tuple(call["weight"].shape[2:])
        names = (("stride", 1), ("padding", 0), ("dilation", 1), ("output_padding", 0))
        stride, padding, dilation, added = (sizes(call.get(name, usual), len(kernel)) for name, usual in names)
        return Window(kernel, stride, padding, dilation, call.get("groups", 1), added)

    def macs(self, call: Call) -> int:
        """Every input value takes a product for each value of its kernels."""
        return int(prod(call["input"].shape[1:]) * prod(call["weight"].shape[1:]))

    def connections(self, call: Call) -> int:
        """One for each product, and the bias."""
        return self.macs(call) + call.units * (call.get("bias") is not None)

    def feeds(self, call: Call) -> list[list[int]] | None:
        """The maps of the group."""
        groups = call.get("groups", 1)
        if groups == 1:
            return None
        read, made = len(call["weight"]) // groups, call["weight"].shape[1]
        return [[*range(place // made * read, (place // made + 1) * read)] for place in range(made * groups)]

    def reach(self, call: Call, place: int, extent: Extent) -> Reach | None:
        """The input values whose kernels cover the unit."""
        window = self.window(call)
        axes = len(window.kernel)
        if axes > 2:
            return None
        shape = call.output.shape[2:]
        tables: list[Axis] = [
            Table(tuple(_covering(window, axis, unit, extent[axis - axes + 2]) for unit in range(shape[axis])))
            for axis in range(axes)
        ]
        return (tables[0], tables[1]) if axes == 2 else (Slide(), tables[0])

    def terms(self, call: Call, unit: Unit) -> Terms:
        """The input values whose kernels cover the place, and the kernel's value there: (maps, rows, columns)."""
        made, *place = unit
        weight, window, feeds = call["weight"].detach(), self.window(call), self.feeds(call)
        maps = range(len(weight)) if feeds is None else feeds[made]
        values = call["input"].detach()[0, list(maps)]
        kernels = weight[list(maps), made % weight.shape[1]]
        first = []
        for axis, at in enumerate(place):
            cells = _covering(window, axis, at, values.shape[axis + 1])
            offsets = [at + window.padding[axis] - cell * window.stride[axis] for cell in cells]
            inside = torch.tensor([offset // window.dilation[axis] for offset in offsets], dtype=torch.int64)
            values = values.index_select(axis + 1, torch.tensor(list(cells), dtype=torch.int64))
            kernels = kernels.index_select(axis + 1, inside)
            first.append(cells.start if cells else 0)
        bias = call.get("bias")
        step = tuple(max(1, range_step(window, axis)) for axis in range(len(place)))
        return Terms(
            values, kernels, 0.0 if bias is None else float(bias[made]), first=tuple(first), step=step, maps=tuple(maps)
        )


def range_step(window: Window, axis: int) -> int:
    """The distance between the input cells whose kernels cover one place."""
    dilation, stride = window.dilation[axis], window.stride[axis]
    step = dilation
    while step % stride:
        step += dilation
    return step // stride


def _covering(window: Window, axis: int, unit: int, size: int) -> range:
    """The cells whose kernel covers output place `unit`; they stand at equal distances."""
    stride, dilation, kernel = window.stride[axis], window.dilation[axis], window.kernel[axis]
    at = unit + window.padding[axis]
    cells = sorted(
        (at - dilation * i) // stride
        for i in range(kernel)
        if (at - dilation * i) % stride == 0 and 0 <= (at - dilation * i) // stride < size
    )
    if not cells:
        return range(0)
    return range(cells[0], cells[-1] + 1, range_step(window, axis))


KINDS = (Convolution(), PartialConvolutionKind(), TransposedConvolution())
