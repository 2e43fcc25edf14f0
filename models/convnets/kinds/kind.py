"""The promises of a kind of layer: how it is recognised, what it costs, what it reads and how one value is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn

from convnets.kinds.reach import SAME, Reach
from convnets.why import ExplainedError

Extent = tuple[int, int]  # rows and columns of a map; of a vector, those of the map that it was flattened from
Unit = tuple[int, ...]  # place of an output value, without the batch dimension
Shortcut = Callable[..., Tensor]
Modules = tuple[type[nn.Module], ...]
Functions = Mapping[str, str]  # names of functions, with the names of their parameters in order
Maps = Literal["own", "all"]


@dataclass(frozen=True)
class Window:
    """The window of a convolution or a pooling, one number for each axis of the map."""

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    groups: int | None = None
    output_padding: tuple[int, ...] | None = None
    ceil_mode: bool | None = None


@dataclass(frozen=True)
class Terms:
    """The arithmetic of one output value: sum = products added up + bias, and value = function(sum).

    inputs, weights and products have one shape; inputs are 0 where a window lies on padding. `first` is the cell at
    which the window begins (it may lie in the padding), `step` the distance between its cells, `maps` the input maps.
    """

    inputs: Tensor
    weights: Tensor
    bias: float = 0.0
    function: str | None = None  # None: the sum is the value
    result: float | None = None  # of the function
    first: tuple[int, ...] | None = None
    step: tuple[int, ...] | None = None
    maps: tuple[int, ...] | None = None
    facts: Mapping[str, Tensor] = field(default_factory=dict)  # further numbers by name: mean, variance, ...

    @property
    def products(self) -> Tensor:
        """Each input times its weight, in double precision."""
        return self.inputs.double() * self.weights.double()

    @property
    def sum(self) -> float:
        """All products and the bias."""
        return float(self.products.sum()) + self.bias

    @property
    def value(self) -> float:
        """The output value."""
        return self.sum if self.result is None else self.result


class NoTermsError(ExplainedError):
    """A layer whose arithmetic no kind knows."""


@dataclass(frozen=True)
class Call:
    """One call of a layer: its settings, the data that it reads and the tensor that it makes."""

    kind: Kind
    operation: str  # class of the module, or name of the function
    settings: Mapping[str, Any]  # by the parameter names of the function; weights are among them
    inputs: tuple[Tensor, ...]
    output: Tensor
    piece: int | None = None  # of a call that makes several tensors
    run: Callable[[Tensor], Any] | None = None  # the same call on another first input

    def __getitem__(self, name: str) -> Any:
        return self.settings[name]

    def get(self, name: str, default: Any = None) -> Any:
        """A setting, or the default of one that was not given."""
        value = self.settings.get(name)
        return default if value is None else value

    @property
    def weights(self) -> list[Tensor]:
        """Tensors among the settings that are not data."""
        data = {id(each) for each in self.inputs}
        return [value for value in self.settings.values() if isinstance(value, Tensor) and id(value) not in data]

    @property
    def units(self) -> int:
        """Output values of one picture."""
        return prod(self.output.shape[1:])


class Kind:
    """A kind of layer. One that describes no more than this changes each value by itself."""

    name: ClassVar[str]
    modules: ClassVar[Modules] = ()
    functions: ClassVar[Functions] = {}
    maps: ClassVar[Maps] = "own"  # whether a map reads the input map of its number, or all of them
    reshapes: ClassVar[bool] = False  # whether it only moves values

    def named(self, operation: str) -> str:
        """The kind's name for a class of module or a function."""
        return self.name

    def settings(self, part: nn.Module) -> dict[str, Any]:
        """The settings of a module, by the names of the function's parameters."""
        return {}

    def bind(self, operation: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The settings of a function call."""
        return dict(zip(self.functions[operation].split(), args, strict=False)) | dict(kwargs)

    def accepts(self, settings: Mapping[str, Any]) -> bool:
        """True if a function call with these settings is of this kind."""
        return True

    def window(self, call: Call) -> Window | None:
        """The window, where one slides over the map."""
        return None

    def macs(self, call: Call) -> int:
        """Multiply-accumulate operations of one picture, bias not counted."""
        return 0

    def connections(self, call: Call) -> int:
        """Connections of one picture as LeCun et al. 1998 count them."""
        return 0

    def feeds(self, call: Call) -> list[list[int]] | None:
        """The input maps that each map reads, where it reads neither all nor its own."""
        return None

    def reach(self, call: Call, place: int, extent: Extent) -> Reach | None:
        """The cells of input number `place` that each unit reads; None where that is not known."""
        return SAME

    def epsilon(self, call: Call) -> float | None:
        """The term that normalization adds to the variance."""
        return None

    def terms(self, call: Call, unit: Unit) -> Terms:
        """The arithmetic of one output value of the first picture. Raises NoTermsError."""
        raise NoTermsError(
            "no-terms",
            "the arithmetic of one value of {operation} is not known; layers of other kinds can be followed",
            operation=call.operation,
        )

    def shape_call(self, part: nn.Module) -> Shortcut | None:
        """A shorter call for the meta device, which refuses what the module refuses; None: its own forward."""
        return None

    def shortcut(self, part: nn.Module) -> Shortcut | None:
        """The shortest call that computes the same as the module in evaluation mode; None: its own forward."""
        return None


class Unknown(Kind):
    """A function that no kind describes: its inputs and its output are known, and no more."""

    name = "unknown"
    maps = "all"

    def reach(self, call: Call, place: int, extent: Extent) -> Reach | None:
        """Not known."""
        return None


UNKNOWN = Unknown()


def sizes(value: Any, axes: int) -> tuple[int, ...]:
    """A size for every axis, from one number or one for each."""
    if isinstance(value, int):
        return (value,) * axes
    given = tuple(int(each) for each in value)
    return given * axes if len(given) == 1 else given


def single(value: Tensor, name: str | None, **facts: Tensor) -> dict[str, Any]:
    """The fields of terms that have one input, with weight 1, and a function of it."""
    return {"inputs": value[None], "weights": torch.ones_like(value)[None], "function": name, "facts": facts}
