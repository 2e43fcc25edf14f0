"""From any torch module and an example to the graph of its layers: one row for each, with all that it reads.

MACs are multiply-accumulate operations, bias not counted. Connections are counted as LeCun et al. 1998 count them:
every input of every unit, and its bias.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn

from convnets import fields, kinds
from convnets.copying import CopyError, copied, tensors_in
from convnets.fields import Link
from convnets.graph import Graph, joined
from convnets.kinds.kind import Call, Terms, Unit
from convnets.layer import Failure, Layer, Rectangle
from convnets.recorder import Recorder
from convnets.why import ExplainedError, Value

Example = Tensor | tuple[Tensor, ...]


class TraceError(ExplainedError):
    """A module that cannot be traced; `layers` has the rows up to where it failed, `failure` the layer that did."""

    def __init__(self, code: str, sentence: str, /, **values: Value) -> None:
        super().__init__(code, sentence, **values)
        self.layers: list[Layer] = []
        self.failure: Failure | None = None


@dataclass(frozen=True)
class Trace:
    """Layers in the order of computation, as a graph: each names all layers that it reads."""

    layers: list[Layer]
    inputs: dict[str, list[int]]  # shapes by name, without the batch dimension
    outputs: list[str]  # names of the layers whose values the module returns
    parameters: int  # trainable ones of all layers; those that layers share are counted once
    links: dict[str, list[Link]] = field(repr=False, compare=False)

    def __getitem__(self, name: str) -> Layer:
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise KeyError(name)

    @property
    def input(self) -> list[int]:
        """Shape of the first input, without the batch dimension."""
        return next(iter(self.inputs.values()))

    @property
    def macs(self) -> int:
        """Multiply-accumulate operations for one picture."""
        return sum(layer.macs for layer in self.layers)

    @property
    def connections(self) -> int:
        """Connections of one picture."""
        return sum(layer.connections for layer in self.layers)

    def window(self, layer: str, row: int, column: int, input_name: str = "input") -> Rectangle | None:
        """The smallest rectangle of input pixels that holds all which a cell of a layer sees, padding cut off.

        Cells of vectors that were flattened from maps are those of the maps. None where a layer on the way is of
        unknown reach, or nothing of the input is seen. Raises KeyError and IndexError.
        """
        shape = self[layer].output_shape
        if len(shape) >= 3 and not (0 <= row < shape[-2] and 0 <= column < shape[-1]):
            raise IndexError(f"{layer} has {shape[-2]} x {shape[-1]} cells, and no cell ({row}, {column})")
        return fields.window(self.links, layer, row, column, input_name)

    def without_reshapes(self) -> list[Layer]:
        """The layers that compute something; those that read a reshaped output read the layer that made it."""
        kept: list[Layer] = []
        through: dict[str, list[str]] = {}
        for layer in self.layers:
            names = [name for read in layer.inputs for name in through.get(read, [read])]
            if layer.reshapes:
                through[layer.name] = names
            else:
                kept.append(replace(layer, inputs=names))
        return kept


def trace(module: nn.Module, example: Example) -> Trace:
    """The graph of layers that `module` computes in evaluation mode for an example, its batch dimension first.

    A module with several inputs takes a tuple of tensors. A copy is run, on the meta device, where nothing is
    computed; on the CPU where the forward pass needs values. The module is left as it was; its hooks run with the
    copy. Raises TraceError.
    """
    examples = _examples(example)
    passes = [_Pass(module, examples, "meta"), _Pass(module, examples, "cpu")]
    done = next((done for done in passes if done.run()), passes[-1])
    return done.result()


def explain(module: nn.Module, example: Example, layer: str, unit: Unit) -> Terms:
    """The arithmetic of one output value of a layer, for the first picture of the example.

    unit: its place in the layer's output, without the batch dimension. Raises TraceError, KeyError for a layer that
    is not there, IndexError for a unit that is not, and NoTermsError where no kind knows the arithmetic.
    """
    done = _Pass(module, _examples(example), "cpu", values=True)
    done.run()
    call = done.call(layer)
    shape = call.output.shape[1:]
    if len(unit) != len(shape) or not all(0 <= at < size for at, size in zip(unit, shape, strict=True)):
        raise IndexError(f"{layer} has an output of shape {list(shape)}, and no unit {unit}")
    with torch.no_grad():
        return call.kind.terms(call, unit)


def _examples(example: Example) -> tuple[Tensor, ...]:
    examples = example if isinstance(example, tuple) else (example,)
    if not examples or not all(isinstance(each, Tensor) and each.ndim for each in examples):
        raise TraceError(
            "trace-example",
            "an example is a tensor or a tuple of tensors, each with its batch dimension first; {given} was given",
            given=", ".join(type(each).__name__ for each in examples) or "nothing",
        )
    return examples


class _Pass:
    """One recorded pass of a copy, on one device."""

    def __init__(self, module: nn.Module, examples: tuple[Tensor, ...], device: str, *, values: bool = False) -> None:
        self._module, self._examples, self._device, self._values = module, examples, device, values
        self.error: Exception | None = None
        self._output: Any = None

    def run(self) -> bool:
        """True if the forward pass was completed."""
        try:
            twin = copied(self._module, self._placed)
        except CopyError as error:
            self.error = error
            return False
        if self._device == "meta":
            kinds.shorten(twin)
        inputs = [self._placed(each.detach()) for each in self._examples]
        self._recorder = recorder = Recorder(twin, values=self._values)
        self._twin = twin
        self._names = ["input", *(f"input:{place}" for place in range(2, len(inputs) + 1))]
        for name, each in zip(self._names, inputs, strict=True):
            recorder.enter(name, each)
        try:
            with torch.random.fork_rng(devices=()), torch.no_grad(), recorder:
                self._output = twin(*inputs)
        except Exception as error:  # noqa: BLE001  whatever the module raises is the reason
            self.error = error
            return False
        return True

    def _placed(self, value: Tensor) -> Tensor:
        if self._device == "meta":
            return torch.empty_like(value, device="meta")
        shared = self._values and isinstance(value, nn.Parameter)
        return value.to("cpu", copy=not shared)

    def result(self) -> Trace:
        """The graph. Raises TraceError where the pass failed."""
        inputs, graph = self._graph()
        made = [each for each in map(self._recorder.source, tensors_in(self._output)) if each is not None]
        outputs = list(dict.fromkeys(map(graph.name, made)))
        return Trace(graph.layers, inputs, outputs, graph.parameters, graph.links)

    def call(self, layer: str) -> Call:
        """The call of a layer. Raises KeyError, and TraceError where the pass failed."""
        _, graph = self._graph()
        for record in self._recorder.records:
            if graph.name(record) == layer:
                return record.call
        raise KeyError(layer)

    def _graph(self) -> tuple[dict[str, list[int]], Graph]:
        """The shapes of the inputs, and the graph. Raises TraceError where the pass failed."""
        if isinstance(self.error, CopyError):
            raise TraceError(
                "trace-copy",
                "{network} cannot be traced, since it cannot be copied: {error}; "
                "what cannot be copied, such as an open file or a lock, must not be an attribute of it",
                network=type(self._module).__name__,
                error=str(self.error),
            ) from self.error
        recorder = self._recorder
        inputs = {name: list(each.shape[1:]) for name, each in zip(self._names, self._examples, strict=True)}
        graph = Graph(recorder.records, dict(self._twin.named_parameters(remove_duplicate=False)), inputs)
        if self.error is not None:
            raise self._failed(graph) from self.error
        return inputs, graph

    def _failed(self, graph: Graph) -> TraceError:
        attempt, message = self._recorder.attempt, _first_line(self.error)
        network = type(self._module).__name__
        shapes = ", ".join(str(list(each.shape)) for each in self._examples)
        if attempt is None:
            last = graph.layers[-1].name if graph.layers else "input"
            error = TraceError(
                "trace-forward",
                "{network} cannot be run on an input of shape {input}: its forward pass fails after {layer} ({error})",
                network=network,
                input=shapes,
                layer=last,
                error=message,
            )
        else:
            base = attempt.path if attempt.is_module else joined(attempt.path, attempt.operation)
            failure = Failure(
                name=graph.free(base or attempt.operation),
                kind=attempt.kind.named(attempt.operation),
                operation=attempt.operation,
                inputs=[graph.name(source) for source in attempt.sources],
                input_shapes=[list(each.shape[1:]) for each in attempt.inputs],
                weight_shapes={name: list(each.shape) for name, each in attempt.weights.items()},
                message=message,
            )
            error = TraceError(
                "trace-layer",
                "{network} cannot be run on an input of shape {input}: {layer} ({kind}) reads {shapes} and fails "
                "({error}); give an input of the shape that the network expects",
                network=network,
                input=shapes,
                layer=failure.name,
                kind=failure.kind,
                shapes=" and ".join(map(str, failure.input_shapes)),
                error=message,
            )
            error.failure = failure
        error.layers = graph.layers
        return error


def _first_line(error: Exception | None) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
