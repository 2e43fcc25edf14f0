"""Softmax and its logarithm."""

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import nn

from convnets.kinds.kind import Call, Extent, Functions, Kind, Maps, Modules, Terms, Unit
from convnets.kinds.reach import SAME, Reach, Slide, whole


class Softmax(Kind):
    """Exponentials divided by their sum along one axis."""

    name = "softmax"
    modules: ClassVar[Modules] = (nn.Softmax, nn.LogSoftmax, nn.Softmax2d)
    functions: ClassVar[Functions] = dict.fromkeys(("softmax", "log_softmax"), "input dim")
    maps: ClassVar[Maps] = "all"

    def named(self, operation: str) -> str:
        """Softmax or log-softmax."""
        return "log-softmax" if operation in ("LogSoftmax", "log_softmax") else self.name

    def settings(self, part: nn.Module) -> dict[str, Any]:
        """The axis."""
        return {"dim": getattr(part, "dim", -3)}

    def bind(self, operation: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The axis."""
        given = super().bind(operation, args, kwargs)
        return {name: given[name] for name in ("input", "dim") if name in given}

    def reach(self, call: Call, place: int, extent: Extent) -> Reach | None:
        """Everything along the axis, which of a vector is all of it."""
        axes = call["input"].ndim
        axis = _axis(call)
        if axis == 1 and axes > 2:
            return SAME
        if axes == 2:
            return (whole(extent[0], extent[0]), whole(extent[1], extent[1]))
        if axis == axes - 1 and extent[1] == call["input"].shape[-1]:
            return Slide(), whole(extent[1], extent[1])
        return None

    def terms(self, call: Call, unit: Unit) -> Terms:
        """The exponentials, of which that of the unit has 1 / their sum for weight and all others 0."""
        axis = _axis(call) - 1
        values = call["input"].detach()[0].double().movedim(axis, -1)[(*unit[:axis], *unit[axis + 1 :])]
        powers = (values - values.max()).exp()
        weights = torch.zeros_like(powers)
        weights[unit[axis]] = 1 / powers.sum()
        terms = Terms(powers, weights, facts={"scores": values, "total": powers.sum()})
        if self.named(call.operation) == self.name:
            return terms
        value = float(torch.log_softmax(values, 0)[unit[axis]])
        return Terms(powers, weights, function="log", result=value, facts=terms.facts)


def _axis(call: Call) -> int:
    """Counted from the front; torch's choice where none is given."""
    axes, dim = call["input"].ndim, call.get("dim")
    if dim is None:
        return 0 if axes in (0, 1, 3) else 1
    return int(dim) % int(axes)


KINDS = (Softmax(),)
