"""Normalization: batch (in evaluation mode), group, layer, instance, and local response."""

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from convnets.kinds.kind import Call, Extent, Functions, Kind, Maps, Modules, Shortcut, Terms, Unit
from convnets.kinds.reach import SAME, Reach, Slide, whole


class Normalization(Kind):
    """(value - mean) / sqrt(variance + epsilon) * scale + shift."""

    name = "normalization"

    def settings(self, part: nn.Module) -> dict[str, Any]:
        """Scale, shift and what is kept of training."""
        names = ("weight", "bias", "running_mean", "running_var", "eps", "num_groups", "normalized_shape")
        return {name: getattr(part, name) for name in names if hasattr(part, name)}

    def epsilon(self, call: Call) -> float:
        """The term under the root."""
        return float(call.get("eps", 1e-5))

    def terms(self, call: Call, unit: Unit) -> Terms:
        """The value times scale / deviation; the bias is shift - mean * scale / deviation."""
        read = call["input"].detach()[0].double()
        mean, variance = self.moments(call, read, unit)
        scale, shift = (self.affine(call, name, unit, usual) for name, usual in (("weight", 1.0), ("bias", 0.0)))
        weight = scale / (variance + self.epsilon(call)).sqrt()
        value = read[unit]
        facts = {"mean": mean, "variance": variance, "scale": scale, "shift": shift}
        return Terms(value[None], weight[None], float(shift - mean * weight), facts=facts)

    def moments(self, call: Call, read: Tensor, unit: Unit) -> tuple[Tensor, Tensor]:
        """Mean and variance of the values that are normalized together."""
        raise NotImplementedError

    def affine(self, call: Call, name: str, unit: Unit, usual: float) -> Tensor:
        """Scale or shift of the unit's map."""
        values = call.get(name)
        return torch.tensor(usual, dtype=torch.float64) if values is None else values[unit[0]].detach().double()


class BatchNormalization(Normalization):
    """By the mean and variance of each map that training has kept, or those of the picture where it keeps none."""

    name = "batch-normalization"
    modules: ClassVar[Modules] = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm)
    functions: ClassVar[Functions] = {
        "batch_norm": "input running_mean running_var weight bias training momentum eps",
        "torch.batch_norm": "input weight bias running_mean running_var training momentum eps",
    }

    def reach(self, call: Call, place: int, extent: Extent) -> Reach | None:
        """The same place; without kept moments, the batch."""
        return SAME if _keeps(call) else None

    def shape_call(self, part: Any) -> Shortcut | None:
        """An empty output where the maps fit: torch takes this layer apart in Python there, in a millisecond."""
        kept: Tensor | None = part.running_mean
        if kept is None:
            return None

        def empty(x: Tensor) -> Tensor:
            part._check_input_dim(x)
            fits = x.shape[1] == len(kept) and x.dtype == kept.dtype
            return torch.empty_like(x) if fits else type(part).forward(part, x)

        return empty

    def moments(self, call: Call, read: Tensor, unit: Unit) -> tuple[Tensor, Tensor]:
        """The running statistics of the map; without them, the statistics of the batch."""
        if _keeps(call):
            return call["running_mean"][unit[0]].double(), call["running_var"][unit[0]].double()
        batch = call["input"].detach()[:, unit[0]].double()
        return batch.mean(), batch.var(correction=0)


def _keeps(call: Call) -> bool:
    return call.get("running_mean") is not None and not call.get("training", False)


class GroupNormalization(Normalization):
    """By the mean and variance of the maps of a group; of each map for instance normalization."""

    name = "group-normalization"
    modules: ClassVar[Modules] = (nn.GroupNorm,)
    functions: ClassVar[Functions] = {"group_norm": "input num_groups weight bias eps"}
    maps: ClassVar[Maps] = "all"

    def reach(self, call: Call, place: int, extent: Extent) -> Reach:
        """Every place of the map."""
        return whole(extent[0], extent[0]), whole(extent[1], extent[1])

    def moments(self, call: Call, read: Tensor, unit: Unit) -> tuple[Tensor, Tensor]:
        """The statistics of the group."""
        size = len(read) // call["num_groups"]
        group = read[unit[0] // size * size : (unit[0] // size + 1) * size]
        return group.mean(), group.var(correction=0)


class InstanceNormalization(GroupNormalization):
    """By the mean and variance of each map."""

    name = "instance-normalization"
    modules: ClassVar[Modules] = (nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d)
    functions: ClassVar[Functions] = {
        "instance_norm": "input running_mean running_var weight bias use_input_stats momentum eps"
    }
    maps: ClassVar[Maps] = "own"

    def moments(self, call: Call, read: Tensor, unit: Unit) -> tuple[Tensor, Tensor]:
        """The statistics of the map, or the running statistics."""
        if call.get("running_mean") is not None and not call.get("use_input_stats", False):
            return call["running_mean"][unit[0]].double(), call["running_var"][unit[0]].double()
        return read[unit[0]].mean(), read[unit[0]].var(correction=0)

    def reach(self, call: Call, place: int, extent: Extent) -> Reach:
        """Every place of the map, unless moments were kept."""
        kept = call.get("running_mean") is not None and not call.get("use_input_stats", False)
        return SAME if kept else super().reach(call, place, extent)


class LayerNormalization(Normalization):
    """By the mean and variance over the last axes."""

    name = "layer-normalization"
    modules: ClassVar[Modules] = (nn.LayerNorm,)
    functions: ClassVar[Functions] = {"layer_norm": "input normalized_shape weight bias eps"}
    maps: ClassVar[Maps] = "all"

    def reach(self, call: Call, place: int, extent: Extent) -> Reach | None:
        """Every place of the axes that are normalized together."""
        axes, last = call["input"].ndim, len(tuple(call["normalized_shape"]))
        if axes == 2 or last >= 2:
            return whole(extent[0], extent[0]), whole(extent[1], extent[1])
        return (Slide(), whole(extent[1], extent[1])) if extent[1] == call["input"].shape[-1] else None

    def moments(self, call: Call, read: Tensor, unit: Unit) -> tuple[Tensor, Tensor]:
        """The statistics of the last axes."""
        values = read[unit[: read.ndim - len(tuple(call["normalized_shape"]))]]
        return values.mean(), values.var(correction=0)

    def affine(self, call: Call, name: str, unit: Unit, usual: float) -> Tensor:
        """One for each place of the last axes."""
        values = call.get(name)
        if values is None:
            return torch.tensor(usual, dtype=torch.float64)
        return values.detach()[unit[len(unit) - values.ndim :]].double()  # type: ignore[no-any-return]


class LocalResponseNormalization(Kind):
    """A value divided by a power of the squares of its neighbours in other maps (Krizhevsky et al. 2012, 3.3)."""

    name = "local-response-normalization"
    modules: ClassVar[Modules] = (nn.LocalResponseNorm,)
    functions: ClassVar[Functions] = {"local_response_norm": "input size alpha beta k"}
    maps: ClassVar[Maps] = "all"

    def settings(self, part: nn.Module) -> dict[str, Any]:
        """The number of neighbours and the constants."""
        return {name: getattr(part, name) for name in ("size", "alpha", "beta", "k")}

    def bind(self, operation: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """With torch's own constants where none are given."""
        return {"alpha": 1e-4, "beta": 0.75, "k": 1.0, **super().bind(operation, args, kwargs)}

    def feeds(self, call: Call) -> list[list[int]]:
        """The maps on both sides; of an even size one more before."""
        count, size = call["input"].shape[1], call["size"]
        return [[*range(max(0, at - size // 2), min(count, at + (size - 1) // 2 + 1))] for at in range(count)]

    def terms(self, call: Call, unit: Unit) -> Terms:
        """The value times (k + alpha / size * sum of squares) to the power of -beta."""
        near = self.feeds(call)[unit[0]]
        values = call["input"].detach()[0].double()
        neighbours = values[(near, *unit[1:])]
        denominator = call["k"] + call["alpha"] / call["size"] * neighbours.square().sum()
        facts = {"neighbours": neighbours, "denominator": denominator}
        weight = denominator ** -call["beta"]
        return Terms(values[unit][None], weight[None], maps=(unit[0],), facts=facts)


KINDS = (
    BatchNormalization(), GroupNormalization(), InstanceNormalization(), LayerNormalization(),
    LocalResponseNormalization(),
)  # fmt: skip
