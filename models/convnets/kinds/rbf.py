"""Euclidean radial basis function units (LeCun et al. 1998, equation 7)."""

from typing import Any, ClassVar

import torch

from convnets.kinds.kind import Call, Extent, Kind, Maps, Modules, Shortcut, Terms, Unit
from convnets.kinds.reach import Reach, whole
from convnets.layers import EuclideanRBF


class RadialBasis(Kind):
    """The squared distance of the input to the fixed vector of each unit."""

    name = "rbf"
    modules: ClassVar[Modules] = (EuclideanRBF,)
    maps: ClassVar[Maps] = "all"

    def settings(self, part: Any) -> dict[str, Any]:
        """The vectors."""
        return {"targets": part.targets}

    def macs(self, call: Call) -> int:
        """A square for each value that a unit reads."""
        return int(call["targets"].numel())

    def connections(self, call: Call) -> int:
        """One for each value that a unit reads."""
        return self.macs(call)

    def reach(self, call: Call, place: int, extent: Extent) -> Reach:
        """Everything."""
        return whole(extent[0]), whole(extent[1])

    def terms(self, call: Call, unit: Unit) -> Terms:
        """The differences, each times itself."""
        target = call["targets"][unit[0]]
        difference = call["input"].detach()[0].double() - target.double()
        return Terms(difference, difference, facts={"state": call["input"].detach()[0], "target": target})

    def shortcut(self, part: Any) -> Shortcut:
        """The same with fewer calls."""
        targets = part.targets
        return lambda x: torch.sub(x.unsqueeze(1), targets).square_().sum(2)


KINDS = (RadialBasis(),)
