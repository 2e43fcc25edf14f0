"""The multiplications of one forward pass, counted from shapes: the same on every machine, however busy."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode

CONVOLUTIONS: Final = (torch.conv1d, torch.conv2d, torch.conv3d)
TRANSPOSED: Final = (torch.conv_transpose1d, torch.conv_transpose2d, torch.conv_transpose3d)
PRODUCTS: Final = (torch.matmul, torch.mm, torch.bmm, Tensor.matmul, Tensor.__matmul__, Tensor.mm, Tensor.bmm)


def multiplications(module: nn.Module, example: Tensor) -> int:
    """Multiplications of convolutions, linear layers and matrix products in one pass over the example."""
    counter = _Counter()
    with torch.no_grad(), counter:
        module(example)
    return counter.total


class _Counter(TorchFunctionMode):
    def __init__(self) -> None:
        super().__init__()
        self.total = 0

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """The function's result, its multiplications added to the total."""
        result = func(*args, **(kwargs or {}))
        operands = [each for each in (*args, *(kwargs or {}).values()) if isinstance(each, Tensor)]
        if len(operands) >= 2 and isinstance(result, Tensor):
            self.total += _products(func, operands[0], operands[1], result)
        return result


def _products(func: Callable[..., Any], source: Tensor, weight: Tensor, result: Tensor) -> int:
    """Every output value is a sum over one filter, one row of weights or one row of the first matrix."""
    if func in CONVOLUTIONS:
        return result.numel() * weight[0].numel()
    if func in TRANSPOSED:  # every input value is multiplied with all weights of its channel
        return source.numel() * weight[0].numel()
    if func is functional.linear:
        return result.numel() * weight.shape[-1]
    return result.numel() * source.shape[-1] if func in PRODUCTS else 0
