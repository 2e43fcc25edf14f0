"""From any torch module and an example to its layers: names, kinds, shapes, parameters, MACs and receptive fields.

Receptive field and jump follow Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks",
Distill 2019. MACs are multiply-accumulate operations, bias not counted. Connections are counted as LeCun et al. 1998
count them: every input of every unit, and its bias.
"""

import operator
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from math import prod
from typing import Any

import torch
from torch import Tensor, fx, nn

from convnets.arithmetic import Cost, Window, cost_of, kind_of, leaves, window_of


class TraceError(Exception):
    """A module that cannot be traced; says where and why."""


@dataclass(frozen=True)
class Layer:
    """One layer: shapes are without the batch dimension, receptive field and jump in pixels of the input."""

    name: str
    kind: str
    inputs: list[str]  # names of layers, or "input"
    input_shape: list[int]
    output_shape: list[int]
    kernel: list[int] | None
    stride: list[int] | None
    padding: list[int] | None
    parameters: int  # trainable ones
    macs: int
    connections: int
    receptive_field: int | None
    jump: int | None
    feeds: list[list[int]] | None  # the input maps that each map reads, where it does not read all
    epsilon: float | None  # what normalization adds to the variance
    weights: list[str]


@dataclass(frozen=True)
class Trace:
    """The layers in the order in which they are computed."""

    layers: list[Layer]

    def __getitem__(self, name: str) -> Layer:
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise KeyError(name)

    @property
    def parameters(self) -> int:
        """Trainable parameters of all layers."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def macs(self) -> int:
        """Multiply-accumulate operations for one picture."""
        return sum(layer.macs for layer in self.layers)

    @property
    def connections(self) -> int:
        """Connections of one picture."""
        return sum(layer.connections for layer in self.layers)


def trace(module: nn.Module, example: Tensor) -> Trace:
    """The layers that `module` computes for `example`, a batch with its batch dimension first.

    Reshapes are looked through; functions that are no modules (add, cat, relu) are layers too. The module is left as
    it was. Raises TraceError.
    """
    name = type(module).__name__
    try:
        graph = _Tracer().trace(module)
    except Exception as error:
        raise TraceError(
            f"{name} cannot be traced: its forward pass must not depend on the values of its input ({error})"
        ) from error
    places = [node for node in graph.nodes if node.op == "placeholder"]
    if len([node for node in places if not node.args]) != 1:
        raise TraceError(f"{name} takes {len(places)} inputs; a module with one input can be traced")
    recorder = _Recorder(module, graph)
    with _evaluating(module), torch.no_grad():
        try:
            recorder.run(example)
        except Exception as error:
            raise TraceError(
                f"{name} fails on an input of shape {list(example.shape)} at {recorder.at}: {error}"
            ) from error
    return Trace(list(_rows(module, graph, recorder.values)))


class _Tracer(fx.Tracer):
    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return isinstance(m, leaves()) or super().is_leaf_module(m, module_qualified_name)


class _Recorder(fx.Interpreter):
    """Runs the graph and keeps each tensor's shape, with the name of the node that is running."""

    def __init__(self, module: nn.Module, graph: fx.Graph) -> None:
        super().__init__(module, graph=graph)
        self.values: dict[fx.Node, torch.Size] = {}
        self.at = "input"

    def run_node(self, n: fx.Node) -> Any:
        self.at = str(n.target) if n.op == "call_module" else n.name
        value = super().run_node(n)
        if isinstance(value, Tensor):
            self.values[n] = value.shape
        return value


@contextmanager
def _evaluating(module: nn.Module) -> Iterator[None]:
    """Evaluation mode within, so that nothing is learned from the example; each part's own mode afterwards."""
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training


@dataclass(frozen=True)
class _Field:
    """What one unit sees of the input: a square's side and the distance between neighbours, None where not square."""

    size: int | None = 1
    jump: int | None = 1
    side: int = 1  # units along one side of the map, to know what all of them see together

    def through(self, window: Window) -> "_Field":
        if self.size is None or self.jump is None or not window.square:
            return _Field(None, None)
        reach = window.dilation[0] * (window.kernel[0] - 1)
        return _Field(self.size + reach * self.jump, self.jump * window.stride[0])

    def whole(self) -> "_Field":
        """What a unit sees that reads every unit of the map."""
        if self.size is None:
            return _Field(None, None)
        return _Field(self.size + (self.side - 1) * (self.jump or 0), None)


@dataclass
class _Source:
    """Where a value comes from: the layers it was reshaped from, and what its units see."""

    names: list[str]
    field: _Field = field(default_factory=_Field)


def _rows(module: nn.Module, graph: fx.Graph, shapes: dict[fx.Node, torch.Size]) -> Iterator[Layer]:
    sources: dict[fx.Node, _Source] = {}
    taken: set[str] = set()
    for node in graph.nodes:
        if node.op == "placeholder":
            sources[node] = _Source(["input"], _sized(_Field(), shapes.get(node)))
            continue
        if node not in shapes or node.op in ("get_attr", "output"):
            continue
        inputs = [each for each in node.all_input_nodes if each in sources]
        if not inputs:
            continue
        part = module.get_submodule(str(node.target)) if node.op == "call_module" else None
        if _reshapes(node, part):
            seen = sources[inputs[0]]
            sources[node] = _Source(seen.names, seen.field)
            continue
        layer, seen_by = _layer(node, part, inputs, sources, shapes, _unique(node, taken))
        sources[node] = _Source([layer.name], seen_by)
        yield layer


def _layer(
    node: fx.Node,
    part: nn.Module | None,
    inputs: list[fx.Node],
    sources: dict[fx.Node, _Source],
    shapes: dict[fx.Node, torch.Size],
    name: str,
) -> tuple[Layer, _Field]:
    tensors = [each for each in node.all_input_nodes if each.op == "get_attr" and each in shapes]
    weights = [str(each.target) for each in tensors]
    sizes = [shapes[each] for each in tensors]
    function = node.target if part is None else None
    kind = kind_of(part, function)
    window = window_of(part, node)
    output = list(shapes[node][1:])
    cost = cost_of(part, kind, sizes, shapes[inputs[0]][1:], shapes[node][1:], window)
    if part is not None:
        weights = [f"{node.target}.{key}" for key, _ in part.named_parameters()]
        parameters = sum(value.numel() for value in part.parameters() if value.requires_grad)
    else:
        parameters = sum(prod(size) for size in sizes)
    seen = _seen([sources[each].field for each in inputs], kind, window, cost)
    seen = _sized(seen, shapes[node])
    names = list(dict.fromkeys(name for each in inputs for name in sources[each].names))
    return Layer(
        name=name,
        kind=kind,
        inputs=names,
        input_shape=list(shapes[inputs[0]][1:]),
        output_shape=output,
        kernel=list(window.kernel) if window else None,
        stride=list(window.stride) if window else None,
        padding=list(window.padding) if window else None,
        parameters=parameters,
        macs=cost.macs,
        connections=cost.connections,
        receptive_field=seen.size,
        jump=seen.jump,
        feeds=cost.feeds,
        epsilon=getattr(part, "eps", None),
        weights=weights,
    ), seen


def _seen(fields: list[_Field], kind: str, window: Window | None, cost: Cost) -> _Field:
    """What a unit sees through this layer; of several inputs, the one that sees most."""
    if any(each.size is None for each in fields) or len({each.jump for each in fields}) > 1:
        return _Field(None, None)
    widest = max(fields, key=lambda each: each.size or 0)
    if window is not None:
        return widest.through(window)
    if cost.reach == "same":
        return widest
    return widest.whole() if cost.reach == "all" else _Field(None, None)


def _sized(seen: _Field, shape: torch.Size | None) -> _Field:
    """The field with the side of the map; a vector at the very start, or a map that is not square, sees no square."""
    if shape is None or len(shape) < 4:
        at_start = seen == _Field() and shape is not None
        return _Field(None, None) if at_start else _Field(seen.size, None if seen.side == 1 else seen.jump, 1)
    if shape[-1] != shape[-2]:
        return _Field(seen.size, seen.jump, max(shape[-2:]))
    return _Field(seen.size, seen.jump, shape[-1])


_RESHAPING_FUNCTIONS: tuple[Callable[..., Any], ...] = (
    torch.flatten, torch.reshape, torch.squeeze, torch.unsqueeze, torch.permute, torch.transpose, operator.getitem,
)  # fmt: skip
_RESHAPING_METHODS = ("flatten", "view", "reshape", "squeeze", "unsqueeze", "permute", "transpose", "contiguous", "to")


def _reshapes(node: fx.Node, part: nn.Module | None) -> bool:
    if part is not None:
        return isinstance(part, nn.Flatten | nn.Unflatten)
    return node.target in (_RESHAPING_METHODS if node.op == "call_method" else _RESHAPING_FUNCTIONS)


def _unique(node: fx.Node, taken: set[str]) -> str:
    """The module's path, or the function's name; numbered from the second use on."""
    first = str(node.target) if node.op == "call_module" else node.name
    name = first
    for again in count(2):
        if name not in taken:
            break
        name = f"{first}:{again}"
    taken.add(name)
    return name
