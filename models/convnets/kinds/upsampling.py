"""Upsampling and every other interpolation: each value a weighted sum of its neighbours."""

from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from convnets.kinds.kind import Call, Extent, Functions, Kind, Modules, Terms, Unit
from convnets.kinds.reach import Axis, Reach, Slide, Table


class Upsampling(Kind):
    """Maps brought to another size: nearest, bilinear, bicubic, area."""

    name = "upsampling"
    modules: ClassVar[Modules] = (nn.Upsample, nn.UpsamplingNearest2d, nn.UpsamplingBilinear2d)
    functions: ClassVar[Functions] = {
        "interpolate": "input size scale_factor mode align_corners recompute_scale_factor antialias",
        "upsample": "input size scale_factor mode align_corners",
        "upsample_nearest": "input size scale_factor",
    }

    def settings(self, part: nn.Module) -> dict[str, Any]:
        """Sizes or factors, and the method."""
        names = ("size", "scale_factor", "mode", "align_corners", "recompute_scale_factor")
        return {name: getattr(part, name) for name in names}

    def reach(self, call: Call, place: int, extent: Extent) -> Reach | None:
        """The neighbours whose weight is not 0."""
        axes = call.output.ndim - 2
        if axes > 2:
            return None
        reaches: list[Axis] = []
        for axis in range(axes):
            weights = _weights(call, axis)
            cells = [line.nonzero()[:, 0].tolist() for line in weights]
            reaches.append(Table(tuple(range(each[0], each[-1] + 1) for each in cells)))
        return (reaches[0], reaches[1]) if axes == 2 else (Slide(), reaches[0])

    def terms(self, call: Call, unit: Unit) -> Terms:
        """The neighbours and their weights."""
        map_, *place = unit
        values, first = call["input"].detach()[0, map_], []
        weights = torch.ones((), dtype=torch.float64)
        for axis, at in enumerate(place):
            line = _weights(call, axis)[at]
            cells = line.nonzero()[:, 0]
            start, count = int(cells[0]), int(cells[-1] - cells[0]) + 1
            values = values.narrow(axis, start, count)
            weights = weights[..., None] * line[start : start + count]
            first.append(start)
        return Terms(values, weights, first=tuple(first), step=(1,) * len(place), maps=(map_,))


def _weights(call: Call, axis: int) -> Tensor:
    """The weight of each input cell in each output cell along one axis, (outputs, inputs): an identity interpolated.

    The identity lies in the plane of that axis and of another one, which keeps its size.
    """
    axes, before = call.output.ndim - 2, call["input"].shape[2 + axis]
    other = 1 if axes == 1 else 2 + (axis + 1) % axes
    shape, sides, factors = [1] * (axes + 2), [1] * (axes + 2), [1.0] * (axes + 2)
    shape[2 + axis] = shape[other] = sides[other] = before
    given: dict[str, Any] = {"mode": call.get("mode", "nearest")}
    factor = call.get("scale_factor")
    if factor is not None and not call.get("recompute_scale_factor", False):
        factors[2 + axis] = float(factor if isinstance(factor, int | float) else tuple(factor)[axis])
        given["scale_factor"] = tuple(factors[2:])
    else:
        sides[2 + axis] = call.output.shape[2 + axis]
        given["size"] = tuple(sides[2:])
    for name in ("align_corners", "antialias"):
        if call.get(name) is not None:
            given[name] = call[name]
    made = functional.interpolate(torch.eye(before, dtype=torch.float64).view(shape), **given)
    return made.movedim(2 + axis, 0).reshape(-1, before)


KINDS = (Upsampling(),)
