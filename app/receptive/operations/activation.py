"""The functions that follow a layer's sums: their values, their derivatives, and how much of a map they silence."""

from collections.abc import Callable
from typing import Final, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from convnets.layers import Squash
from receptive.operations.choices import ActivationKind

LEAK: Final = 0.01  # the slope of leaky ReLU below zero that PyTorch takes


class Activation(NamedTuple):
    """The output and the derivative of an activation function, per value."""

    output: Tensor  # of the input's shape
    derivative: Tensor  # of the input's shape; where there is a corner, what autograd takes
    zeros: float  # the share of the outputs that are exactly zero


def lecun_tanh(x: Tensor) -> Tensor:
    """1.7159 tanh(2/3 x), which takes 1 to 1 and -1 to -1.

    LeCun, Bottou, Orr and Müller, "Efficient BackProp", in Neural Networks: Tricks of the Trade, 1998, section 4.4.
    """
    return Squash.amplitude * torch.tanh(Squash.slope * x)


def function(kind: ActivationKind, slope: float = LEAK) -> Callable[[Tensor], Tensor]:
    """The function of that name, for tensors of any shape; `slope` is leaky ReLU's below zero."""
    if kind == "leaky-relu":
        return lambda x: F.leaky_relu(x, slope)
    return PLAIN[kind]


PLAIN: Final[dict[str, Callable[[Tensor], Tensor]]] = {
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "lecun-tanh": lecun_tanh,
    "softplus": F.softplus,
    "gelu": F.gelu,
}


def activate(input: Tensor, kind: ActivationKind, slope: float = LEAK) -> Activation:  # noqa: A002  as in torch
    """Values and derivatives of a function at every value of a tensor of any shape."""
    x = input.detach().requires_grad_()
    with torch.enable_grad():
        output = function(kind, slope)(x)
        (derivative,) = torch.autograd.grad(output.sum(), x)
    output = output.detach()
    return Activation(output, derivative, float((output == 0).double().mean()))
