"""Layers that move values and change none: reshape, permute, split, slice, shuffle, pad.

Where each value comes from is found by moving the numbers of the input's places in its stead.
"""

from collections.abc import Mapping
from math import prod
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from convnets.kinds.kind import Call, Extent, Functions, Kind, Maps, Modules, Terms, Unit
from convnets.kinds.reach import SAME, Axis, Reach, Slide, fitted, whole

OUTSIDE = -1  # the place of a value that is not of the input
LARGEST = 20_000_000  # values of an input whose places are followed one by one


class Moving(Kind):
    """Each value of the output is one of the input, or a constant of the padding."""

    name = "reshape"
    reshapes = True
    functions: ClassVar[Functions] = dict.fromkeys(
        ("view", "reshape", "reshape_as", "view_as", "unflatten", "squeeze", "unsqueeze", "atleast_1d", "ravel",
         "expand", "expand_as", "broadcast_to", "repeat", "tile", "flip", "fliplr", "flipud", "roll", "rot90"),
        "input",
    )  # fmt: skip
    modules: ClassVar[Modules] = (nn.Unflatten,)

    def bind(self, operation: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The input; how it is moved is known by moving."""
        return {"input": args[0] if args else kwargs.get("input", kwargs.get("self"))}

    def moved(self, call: Call, places: Tensor) -> Tensor | None:
        """The output of the call for these numbers instead of its input."""
        made = None if call.run is None else call.run(places)
        if call.piece is not None and made is not None:
            made = list(made)[call.piece]
        return made if isinstance(made, Tensor) else None

    def places(self, call: Call) -> Tensor | None:
        """The place of each output value in the first picture of the input, OUTSIDE for a constant; None: not known."""
        shape = call.inputs[0].shape
        if prod(shape) > LARGEST or not len(shape):
            return None
        try:
            moved = self.moved(call, torch.arange(prod(shape)).view(shape))
        except Exception:  # noqa: BLE001  numbers of places cannot be moved by it
            return None
        if moved is None or moved.shape != call.output.shape or not moved.numel():
            return None
        first = moved[0]
        return None if int(first.max()) >= prod(shape[1:]) else first

    def reach(self, call: Call, place: int, extent: Extent) -> Reach | None:
        """By rows and columns of the places, where each depends on its own axis alone."""
        read, made = call.inputs[0].shape, call.output.shape
        places = self.places(call) if place == 0 else None
        if places is None:
            return None
        if len(read) < 4 or len(made) < 4:
            return self._flat(places, read, made, extent)
        height, width = read[-2:]
        if extent != (height, width):
            return None
        rows = torch.where(places < 0, places, places // width % height)
        columns = torch.where(places < 0, places, places % width)
        axes = _axis(rows, -2, height), _axis(columns, -1, width)
        return None if axes[0] is None or axes[1] is None else (axes[0], axes[1])

    def _flat(self, places: Tensor, read: torch.Size, made: torch.Size, extent: Extent) -> Reach | None:
        """From maps to a vector or back: the vector's cells are those of the maps, in their order."""
        if places.numel() != prod(read[1:]) or not torch.equal(places.flatten(), torch.arange(places.numel())):
            return None
        if len(made) < 4 or tuple(made[-2:]) == extent:
            return SAME
        return (whole(1, made[-2]), whole(1, made[-1])) if extent == (1, 1) else None

    def feeds(self, call: Call) -> list[list[int]] | None:
        """The maps that each map was made of, where it is not the one of its number."""
        read, made = call.inputs[0].shape, call.output.shape
        if len(read) != 4 or len(made) != 4 or (tuple(read) == tuple(made) and type(self) is Padding):
            return None
        places = self.places(call)
        if places is None:
            return None
        maps = torch.where(places < 0, places, places // (read[2] * read[3])).flatten(1)
        feeds = [sorted({int(each) for each in row.unique()} - {OUTSIDE}) for row in maps]
        return None if feeds == [[at] for at in range(read[1])] else feeds

    def terms(self, call: Call, unit: Unit) -> Terms:
        """The one value that is moved here."""
        places = self.places(call)
        made = call.output.detach()[(0, *unit)]
        if places is None:
            return super().terms(call, unit)
        at = int(places[unit])
        if at == OUTSIDE:
            return Terms(made.new_zeros(1), made.new_zeros(1), bias=float(made))
        return Terms(call.inputs[0].detach()[0].flatten()[at][None], made.new_ones(1))


def _axis(cells: Tensor, axis: int, size: int) -> Axis | None:
    """The axis along which these cells depend on their own index alone; None where they do not."""
    lines = cells.movedim(axis, -1).flatten(0, -2)
    first, inside = lines.max(dim=0).values, lines >= 0
    if bool(((lines != first) & inside).any()):
        return None
    return fitted([int(each) for each in first], size)


class Flattening(Moving):
    """Maps laid out as a vector, map by map and row by row."""

    name = "flatten"
    modules: ClassVar[Modules] = (nn.Flatten,)
    functions: ClassVar[Functions] = {"flatten": "input"}


class Permutation(Moving):
    """Axes in another order."""

    name = "permute"
    functions: ClassVar[Functions] = dict.fromkeys(
        ("permute", "transpose", "swapaxes", "swapdims", "movedim", "moveaxis", "t", "T", "mT"), "input"
    )


class Split(Moving):
    """Pieces of a tensor, each an output of its own."""

    name = "split"
    functions: ClassVar[Functions] = dict.fromkeys(
        ("chunk", "split", "tensor_split", "unbind", "split_with_sizes", "hsplit"), "input"
    )


class Slice(Moving):
    """A part of a tensor."""

    name = "slice"
    functions: ClassVar[Functions] = dict.fromkeys(("getitem", "narrow", "select", "index_select"), "input")


class Shuffle(Moving):
    """Maps in another order, or as the pixels of fewer and larger maps."""

    name = "shuffle"
    modules: ClassVar[Modules] = (nn.ChannelShuffle, nn.PixelShuffle, nn.PixelUnshuffle)
    functions: ClassVar[Functions] = dict.fromkeys(
        ("channel_shuffle", "native_channel_shuffle", "pixel_shuffle", "pixel_unshuffle"), "input"
    )
    names: ClassVar[Mapping[str, str]] = {
        "ChannelShuffle": "channel-shuffle",
        "PixelShuffle": "pixel-shuffle",
        "PixelUnshuffle": "pixel-unshuffle",
    }
    maps: ClassVar[Maps] = "all"

    def named(self, operation: str) -> str:
        """Of channels or of pixels."""
        return self.names.get(operation, operation.removeprefix("native_").replace("_", "-"))

    def reach(self, call: Call, place: int, extent: Extent) -> Reach | None:
        """The cells of the places; of several, which pixel-unshuffle spreads over maps, the whole block."""
        if "unshuffle" in call.operation.lower():
            return _blocks(call, extent)
        return super().reach(call, place, extent)


def _blocks(call: Call, extent: Extent) -> Reach:
    height, width = (size // made for size, made in zip(extent, call.output.shape[-2:], strict=True))
    return Slide(height, height), Slide(width, width)


PADS: dict[type[nn.Module], str] = {
    **{getattr(nn, f"{name}{axes}d"): mode for axes in (1, 2, 3) for name, mode in (
        ("ZeroPad", "constant"), ("ConstantPad", "constant"), ("ReflectionPad", "reflect"),
        ("ReplicationPad", "replicate"), ("CircularPad", "circular"),
    )},
}  # fmt: skip


class Padding(Moving):
    """A border around each map."""

    name = "padding"
    reshapes = False
    modules: ClassVar[Modules] = tuple(PADS)
    functions: ClassVar[Functions] = {"pad": "input pad mode value"}

    def settings(self, part: nn.Module) -> dict[str, Any]:
        """Widths of the border, as torch.nn.functional.pad takes them, and what it is made of."""
        mode = next(mode for kind, mode in PADS.items() if isinstance(part, kind))
        return {"pad": part.padding, "mode": mode}

    def bind(self, operation: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """As it is called."""
        return Kind.bind(self, operation, args, kwargs)

    def moved(self, call: Call, places: Tensor) -> Tensor:
        """With OUTSIDE in a constant border."""
        mode, pad = call.get("mode", "constant"), list(call["pad"])
        if mode == "constant":
            return functional.pad(places, pad, value=OUTSIDE)
        return functional.pad(places.double(), pad, mode=mode).long()


KINDS = (Moving(), Flattening(), Permutation(), Split(), Slice(), Shuffle(), Padding())
