"""Layers that hand every value on in evaluation mode: dropout, identity, copies."""

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import nn

from convnets.kinds.kind import Call, Functions, Kind, Modules, Terms, Unit


class Dropout(Kind):
    """Nothing is dropped in evaluation mode."""

    name = "dropout"
    modules: ClassVar[Modules] = (
        nn.Dropout,
        nn.Dropout1d,
        nn.Dropout2d,
        nn.Dropout3d,
        nn.AlphaDropout,
        nn.FeatureAlphaDropout,
    )
    functions: ClassVar[Functions] = dict.fromkeys(
        ("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout"), "input p training"
    )

    def bind(self, operation: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The input alone."""
        return {"input": super().bind(operation, args, kwargs)["input"]}

    def terms(self, call: Call, unit: Unit) -> Terms:
        """The one value, times what became of it."""
        value, made = call["input"].detach()[(0, *unit)].double(), call.output.detach()[(0, *unit)].double()
        weight = made / value if value else torch.ones_like(value)  # a function may drop in evaluation mode too
        return Terms(value[None], weight[None])


class Identity(Dropout):
    """The same values, perhaps as a copy, on another device or of another type."""

    name = "identity"
    modules: ClassVar[Modules] = (nn.Identity,)
    reshapes = True
    functions: ClassVar[Functions] = dict.fromkeys(
        ("contiguous", "clone", "detach", "to", "float", "double", "half", "cpu", "cuda", "type", "type_as", "data",
         "alias", "requires_grad"),
        "input",
    )  # fmt: skip


KINDS = (Dropout(), Identity())
