"""Deep copies of modules that cost nothing where their tensors are not copied."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

from torch import Tensor, nn
from torch.nn.parameter import is_lazy


def tensors_in(value: Any) -> Iterator[Tensor]:
    """The tensors in nested tuples, lists and dictionaries."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from tensors_in(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from tensors_in(each)


class CopyError(Exception):
    """A module that cannot be copied."""


def copied(module: nn.Module, place: Callable[[Tensor], Tensor]) -> nn.Module:
    """A deep copy in evaluation mode, whose tensors are what `place` makes of the originals. Raises CopyError."""
    memo: dict[int, Any] = {}
    try:
        for value in (each for part in module.modules() for each in tensors_in(vars(part))):
            if id(value) not in memo and not is_lazy(value):
                other = place(value).detach()
                memo[id(value)] = nn.Parameter(other, value.requires_grad) if isinstance(value, nn.Parameter) else other
        twin = copy.deepcopy(module, memo)
    except Exception as error:
        raise CopyError(str(error)) from error
    if {id(part) for part in twin.modules()} & {id(part) for part in module.modules()}:
        raise CopyError("its copy shares parts with it")
    return twin.eval()
