"""Fully connected layers: every unit reads every value."""

from typing import Any, ClassVar

import torch
from torch import nn

from convnets.kinds.kind import Call, Extent, Functions, Kind, Maps, Modules, Shortcut, Terms, Unit
from convnets.kinds.reach import Reach, Slide, whole


class Linear(Kind):
    """A weighted sum of all values of a vector for each unit."""

    name = "linear"
    modules: ClassVar[Modules] = (nn.Linear,)
    functions: ClassVar[Functions] = {"linear": "input weight bias"}
    maps: ClassVar[Maps] = "all"

    def settings(self, part: nn.Module) -> dict[str, Any]:
        """Weights and bias."""
        return {"weight": part.weight, "bias": part.bias}

    def macs(self, call: Call) -> int:
        """A product for each value that a unit reads."""
        return call.units * int(call["weight"].shape[-1])

    def connections(self, call: Call) -> int:
        """One for each product, and the bias."""
        return self.macs(call) + call.units * (call.get("bias") is not None)

    def reach(self, call: Call, place: int, extent: Extent) -> Reach:
        """Everything; of maps or sequences, whose last axis alone is read, the row."""
        shape = call["input"].shape
        if len(shape) > 2 and extent[1] == shape[-1]:
            return Slide(), whole(extent[1], call.output.shape[-1])
        return whole(extent[0]), whole(extent[1])

    def terms(self, call: Call, unit: Unit) -> Terms:
        """All inputs and the weights of the unit."""
        *place, made = unit
        bias = call.get("bias")
        inputs = call["input"].detach()[(0, *place)]
        return Terms(inputs, call["weight"][made].detach(), 0.0 if bias is None else float(bias[made]))

    def shortcut(self, part: nn.Module) -> Shortcut | None:
        """A call with the weights at hand."""
        if type(part) is not nn.Linear:
            return None
        matrix, offset = part.weight.detach(), None if part.bias is None else part.bias.detach()
        return lambda x: torch._C._nn.linear(x, matrix, offset)


KINDS = (Linear(),)
