"""Initialization schemes by name, drawn from torch's global generator."""

import math
from typing import Literal

import torch
from torch import Tensor, nn

from convnets.layers import PartialConvolution

Scheme = Literal["default", "xavier", "he", "orthogonal", "small", "large", "zeros"]

SMALL = 1e-3  # deviation of weights that are too small: the answers vanish from layer to layer
LARGE = 1.0  # and of those that are too large


@torch.no_grad()
def initialize(network: nn.Module, scheme: Scheme) -> None:
    """Draws the kernels and matrices of the network anew and sets its biases to zero; "default" changes nothing.

    Coefficients of subsampling and normalization stay as they are.
    """
    if scheme == "default":
        return
    for layer in network.modules():
        weight = getattr(layer, "weight", None)
        if not isinstance(weight, Tensor) or weight.ndim < 2:
            continue
        if isinstance(layer, PartialConvolution):
            _partial(layer, scheme)
        else:
            fan_in = weight[0].numel()
            _draw(weight, scheme, fan_in, weight.shape[0] * fan_in // weight.shape[1])
        if isinstance(bias := getattr(layer, "bias", None), Tensor):
            bias.zero_()


def _partial(layer: PartialConvolution, scheme: Scheme) -> None:
    """Each map by the maps it reads and by how many maps read those."""
    kernels = layer.weight.split([len(sources) for sources in layer.feeds])
    area = layer.kernel_size**2
    readers = len(layer.weight) / layer.in_channels
    for kernel, sources in zip(kernels, layer.feeds, strict=True):
        _draw(kernel, scheme, len(sources) * area, readers * area)


def _draw(weight: Tensor, scheme: Scheme, fan_in: float, fan_out: float) -> None:
    """fan_in: connections into each unit; fan_out: out of each unit of the layer before."""
    match scheme:
        case "xavier":  # equation 16 of X. Glorot and Y. Bengio, 2010
            bound = math.sqrt(6 / (fan_in + fan_out))
            weight.uniform_(-bound, bound)
        case "he":  # equation 10 of K. He, X. Zhang, S. Ren and J. Sun, 2015
            weight.normal_(0, math.sqrt(2 / fan_in))
        case "orthogonal":
            nn.init.orthogonal_(weight)
        case "small":
            weight.normal_(0, SMALL)
        case "large":
            weight.normal_(0, LARGE)
        case "zeros":
            weight.zero_()
