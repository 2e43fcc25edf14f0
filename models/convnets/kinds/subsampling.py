"""Subsampling of 1998: the sum of a window times a trainable coefficient, plus a trainable bias."""

from typing import Any, ClassVar

import torch
from torch import Tensor

from convnets.kinds.convolution import gather
from convnets.kinds.kind import Call, Modules, Shortcut, Terms, Unit, Window
from convnets.kinds.pooling import SMALL_LAYER, Pooling, pooled
from convnets.layers import Subsampling


class SubsamplingKind(Pooling):
    """LeCun et al. 1998, section II.B."""

    name = "subsampling"
    modules: ClassVar[Modules] = (Subsampling,)

    def settings(self, part: Any) -> dict[str, Any]:
        """The side of the window, coefficients and biases."""
        return {"kernel_size": part.side, "coefficient": part.coefficient, "bias": part.bias}

    def macs(self, call: Call) -> int:
        """One product for each value."""
        return call.units

    def connections(self, call: Call) -> int:
        """The window's values and the bias."""
        return super().connections(call) + call.units

    def window(self, call: Call) -> Window:
        """Windows side by side."""
        side = call["kernel_size"]
        return Window((side, side), (side, side), (0, 0), (1, 1))

    def terms(self, call: Call, unit: Unit) -> Terms:
        """Each value times the coefficient of its map."""
        map_, *place = unit
        window = self.window(call)
        first = [at * side for at, side in zip(place, window.stride, strict=True)]
        inputs = gather(call["input"][0, map_ : map_ + 1], first, window)[0]
        weights = call["coefficient"][map_].detach().expand_as(inputs)
        return Terms(inputs, weights, float(call["bias"][map_]), first=tuple(first), step=(1, 1), maps=(map_,))

    def shortcut(self, part: Any) -> Shortcut:
        """The sums, times the coefficients that were looked up once."""
        coefficient, raised = part.coefficient.detach()[:, None, None], part.bias.detach()[:, None, None]
        return lambda x: torch.addcmul(raised, _sums(x), coefficient)


def _sums(x: Tensor) -> Tensor:
    """The sum of every two by two, by the shorter way for the size."""
    if x.numel() <= SMALL_LAYER:
        return torch._C._nn.avg_pool2d(x, 2, 2, 0, False, True, 1)  # divided by 1
    return pooled(x, torch.add)


KINDS = (SubsamplingKind(),)
