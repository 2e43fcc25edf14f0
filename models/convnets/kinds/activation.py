"""Activation functions, and every other function of one value at a time."""

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import nn

from convnets.kinds.kind import Call, Functions, Kind, Modules, Shortcut, Terms, Unit, single
from convnets.layers import Squash

MODULES: dict[type[nn.Module], str] = {
    nn.ReLU: "relu", nn.ReLU6: "relu6", nn.LeakyReLU: "leaky-relu", nn.PReLU: "prelu", nn.GELU: "gelu",
    nn.SiLU: "silu", nn.Mish: "mish", nn.ELU: "elu", nn.SELU: "selu", nn.CELU: "celu", nn.Tanh: "tanh",
    nn.Sigmoid: "sigmoid", nn.LogSigmoid: "log-sigmoid", nn.Hardswish: "hardswish", nn.Hardsigmoid: "hardsigmoid",
    nn.Hardtanh: "hardtanh", nn.Softplus: "softplus", nn.Softsign: "softsign", nn.Hardshrink: "hardshrink",
    nn.Softshrink: "softshrink", nn.Tanhshrink: "tanhshrink", nn.Threshold: "threshold", Squash: "squash",
}  # fmt: skip
# Names of functions, with those of their parameters.
FUNCTIONS: dict[str, str] = {
    "relu": "input", "relu6": "input", "leaky_relu": "input negative_slope", "prelu": "input weight",
    "gelu": "input", "silu": "input", "mish": "input", "elu": "input alpha", "selu": "input", "celu": "input alpha",
    "tanh": "input", "sigmoid": "input", "logsigmoid": "input", "log_sigmoid": "input", "hardswish": "input",
    "hardsigmoid": "input", "hardtanh": "input min_val max_val", "softplus": "input beta threshold",
    "softsign": "input", "hardshrink": "input", "softshrink": "input", "tanhshrink": "input", "threshold": "input",
    "clamp": "input min max", "clip": "input min max", "abs": "input", "exp": "input", "log": "input",
    "sqrt": "input", "rsqrt": "input", "square": "input", "neg": "input", "pow": "input exponent", "sin": "input",
    "cos": "input", "erf": "input", "reciprocal": "input", "sign": "input",
}  # fmt: skip
SPELLED = {"logsigmoid": "log-sigmoid", "clip": "clamp", **{cls.__name__: name for cls, name in MODULES.items()}}


class Activation(Kind):
    """A function of each value by itself."""

    name = "activation"
    modules: ClassVar[Modules] = tuple(MODULES)
    functions: ClassVar[Functions] = FUNCTIONS

    def named(self, operation: str) -> str:
        """The function's name."""
        return SPELLED.get(operation, operation.replace("_", "-"))

    def settings(self, part: nn.Module) -> dict[str, Any]:
        """The slopes that are learned; everything else is in the module."""
        return {"weight": part.weight} if isinstance(part, nn.PReLU) else {}

    def bind(self, operation: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Without `inplace`, which changes no value."""
        given = super().bind(operation, args, kwargs)
        return {name: value for name, value in given.items() if name != "inplace"}

    def terms(self, call: Call, unit: Unit) -> Terms:
        """The one value, and the function's value there as torch computed it."""
        value = call["input"].detach()[(0, *unit)]
        made = float(call.output.detach()[(0, *unit)])
        return Terms(**single(value, self.named(call.operation)), result=made)

    def shortcut(self, part: nn.Module) -> Shortcut | None:
        """One call for ReLU, three for the squashing function."""
        if type(part) is nn.ReLU:
            return torch.relu
        if type(part) is Squash:
            # As tensors, once: torch makes one of every Python number that it is given, at the price of a small layer.
            amplitude, slope = torch.tensor(part.amplitude), torch.tensor(part.slope)
            return lambda x: torch.mul(x, slope).tanh_().mul_(amplitude)
        return None


KINDS = (Activation(),)
