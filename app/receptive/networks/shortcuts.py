"""The shortest call for each kind of layer, without the detours of `nn.Module.__call__` and torch.nn.functional."""

from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor, nn

from convnets.layers import EuclideanRBF, PartialConvolution, Squash, Subsampling

Call = Callable[..., Tensor]

SMALL_LAYER: Final = 3000  # values; up to here torch's own pooling is the fastest


def shortest_call(layer: nn.Module) -> Call:
    """The layer as one call, its parameters looked up once; its own `forward` where nothing shorter is known."""
    if type(layer) is nn.Conv2d and layer.padding_mode == "zeros" and not isinstance(layer.padding, str):
        weight, bias = layer.weight.detach(), None if layer.bias is None else layer.bias.detach()
        stride, padding, dilation, groups = layer.stride, layer.padding, layer.dilation, layer.groups

        def slide(x: Tensor) -> Tensor:
            return torch.conv2d(x, weight, bias, stride, padding, dilation, groups)

        if padding != (0, 0) or dilation != (1, 1) or groups != 1:
            return slide
        channels, sides, flat = len(weight), weight.shape[2:], weight.flatten(1)

        def convolution(x: Tensor) -> Tensor:
            if x.shape[2:] != sides:
                return slide(x)
            only: Tensor = torch._C._nn.linear(x.flatten(1), flat, bias)  # there is one place to lie at
            return only.view(-1, channels, 1, 1)

        return convolution
    if type(layer) is nn.MaxPool2d and _is_halving(layer):
        return _halves
    if type(layer) is nn.Linear:
        matrix, offset = layer.weight.detach(), None if layer.bias is None else layer.bias.detach()
        return lambda x: torch._C._nn.linear(x, matrix, offset)
    if type(layer) is nn.ReLU:
        return torch.relu
    if type(layer) is PartialConvolution:
        kernels, shift = layer.dense().detach(), layer.bias.detach()
        return lambda x: torch.conv2d(x, kernels, shift)
    if type(layer) is Squash:
        # As tensors, once: torch makes one of every Python number that it is given, at the price of a small layer.
        amplitude, slope = torch.tensor(layer.amplitude), torch.tensor(layer.slope)
        return lambda x: torch.mul(x, slope).tanh_().mul_(amplitude)
    if type(layer) is Subsampling:
        coefficient, raised = layer.coefficient.detach()[:, None, None], layer.bias.detach()[:, None, None]
        return lambda x: torch.addcmul(raised, _sums(x), coefficient)
    if type(layer) is EuclideanRBF:
        targets = layer.targets
        return lambda x: torch.sub(x.unsqueeze(1), targets).square_().sum(2)
    return layer.forward


def _is_halving(layer: nn.MaxPool2d) -> bool:
    plain = (layer.padding, layer.dilation, layer.ceil_mode, layer.return_indices) == (0, 1, False, False)
    return plain and layer.kernel_size in (2, (2, 2)) and layer.stride in (2, (2, 2))


def _halves(x: Tensor) -> Tensor:
    """The maximum of every two by two.

    torch's own pooling is not vectorized: being one call instead of six, it wins in a single small layer only.
    """
    if x.numel() <= SMALL_LAYER:
        return torch.max_pool2d(x, 2)
    return _pooled(x, torch.maximum)


def _sums(x: Tensor) -> Tensor:
    """The sum of every two by two, by the shorter way for the size."""
    if x.numel() <= SMALL_LAYER:
        return torch._C._nn.avg_pool2d(x, 2, 2, 0, False, True, 1)  # divided by 1
    return _pooled(x, torch.add)


def _pooled(x: Tensor, join: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """Rows two by two, then columns; an odd last one is left out."""
    count, maps, rows, columns = x.shape
    if rows % 2 or columns % 2:
        x = x[:, :, : rows // 2 * 2, : columns // 2 * 2]
    upper, lower = x.unflatten(2, (rows // 2, 2)).unbind(3)
    left, right = join(upper, lower).view(count, maps, rows // 2, columns // 2, 2).unbind(4)
    return join(left, right)
