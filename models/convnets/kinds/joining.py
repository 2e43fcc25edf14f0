"""Layers that join branches: added, multiplied, subtracted, divided, the larger of two, or one behind the other."""

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor

from convnets.kinds.kind import Call, Extent, Functions, Kind, Terms, Unit
from convnets.kinds.reach import SAME, Axis, Reach, Slide, expanded


class Arithmetic(Kind):
    """Two tensors joined place by place, or a tensor and a number; a single cell is joined with every place."""

    name = "arithmetic"
    functions: ClassVar[Functions] = {
        **dict.fromkeys(("add", "sub", "subtract", "rsub"), "input other alpha"),
        **dict.fromkeys(("mul", "multiply", "div", "divide", "true_divide", "rtruediv", "rdiv"), "input other"),
        **dict.fromkeys(("maximum", "minimum"), "input other"),
    }
    names: ClassVar[Mapping[str, str]] = {
        "sub": "subtract", "rsub": "subtract", "mul": "multiply", "div": "divide", "true_divide": "divide",
        "rtruediv": "divide", "rdiv": "divide",
    }  # fmt: skip

    def named(self, operation: str) -> str:
        """Add, subtract, multiply, divide, maximum or minimum."""
        return self.names.get(operation, operation)

    def bind(self, operation: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The operands in the order in which they are written: in `1 - x`, the tensor is the second."""
        given = super().bind(operation, args, kwargs)
        if operation.startswith("r"):
            given["input"], given["other"] = given["other"], given["input"]
        return given

    def reach(self, call: Call, place: int, extent: Extent) -> Reach | None:
        """The same place, or the single cell of a map that is joined with every place."""
        read, made = call.inputs[place].shape, call.output.shape
        if len(read) != len(made):
            return None
        if len(made) < 3:
            return SAME
        rows: Axis = expanded(read[-2], made[-2]) if len(made) > 3 else Slide()
        return rows, expanded(read[-1], made[-1])

    def terms(self, call: Call, unit: Unit) -> Terms:
        """Two terms for a sum; one value times the other for a product; the larger of two has weight 1."""
        first, second = (_at(call[name], call.output, unit) for name in ("input", "other"))
        one, alpha = torch.ones((), dtype=torch.float64), float(call.get("alpha", 1))
        match self.named(call.operation):
            case "add":
                weights = torch.stack((one, one * alpha))
            case "subtract":
                weights = torch.stack((one, -one * alpha))
            case "multiply":
                return Terms(first[None], second[None])
            case "divide":
                return Terms(first[None], (1 / second)[None])
            case larger:
                left = first >= second if larger == "maximum" else first <= second
                weights = torch.stack((one * left, one * ~left))
        return Terms(torch.stack((first, second)), weights)


def _at(value: Any, output: Tensor, unit: Unit) -> Tensor:
    """A value at the place of a unit, as torch spreads it over the output."""
    spread = torch.as_tensor(value, device=output.device).detach().expand(output.shape)
    return spread[(0, *unit)].double()


class Concatenation(Kind):
    """Maps of several inputs, one behind the other."""

    name = "concatenate"
    functions: ClassVar[Functions] = dict.fromkeys(("cat", "concat", "concatenate"), "tensors dim")
    reshapes = False

    def reach(self, call: Call, place: int, extent: Extent) -> Reach | None:
        """The same place, where maps are joined; not known along other axes."""
        return SAME if _dim(call) == 1 and call.output.ndim > 2 else None

    def terms(self, call: Call, unit: Unit) -> Terms:
        """The one value that is passed on."""
        axis = _dim(call)
        at = (0, *unit)[axis]
        for tensor in call["tensors"]:
            if at < tensor.shape[axis]:
                place = [0, *unit]
                place[axis] = at
                value = tensor.detach()[tuple(place)]
                return Terms(value[None], torch.ones_like(value)[None], maps=(place[1],))
            at -= tensor.shape[axis]
        raise IndexError(f"no unit {unit} in an output of shape {list(call.output.shape)}")


def _dim(call: Call) -> int:
    return int(call.get("dim", 0)) % call.output.ndim


class Stacking(Kind):
    """Tensors laid along a new axis."""

    name = "stack"
    functions: ClassVar[Functions] = {"stack": "tensors dim"}

    def reach(self, call: Call, place: int, extent: Extent) -> Reach | None:
        """The same place, unless the new axis is one of rows or columns."""
        return SAME if _dim(call) < call.output.ndim - 2 else None

    def terms(self, call: Call, unit: Unit) -> Terms:
        """The one value that is passed on."""
        axis = _dim(call)
        place = (0, *unit)
        value = call["tensors"][place[axis]].detach()[(*place[:axis], *place[axis + 1 :])]
        return Terms(value[None], torch.ones_like(value)[None])


KINDS = (Arithmetic(), Concatenation(), Stacking())
