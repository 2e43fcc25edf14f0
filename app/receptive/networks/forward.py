"""A forward pass that records every layer: by hooks for any module, faster for a module that can be unrolled."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, fx, nn

from convnets import kinds
from convnets.kinds.kind import Shortcut

Activations = dict[str, Tensor]


def layers_of(module: nn.Module) -> dict[str, nn.Module]:
    """The modules that are recorded: those that hold no others, by dotted name, in the order they were made."""
    return {name: child for name, child in module.named_modules() if name and not any(child.children())}


@contextmanager
def recording(module: nn.Module) -> Iterator[Activations]:
    """Within the block every forward pass writes the layers' outputs, cloned, into the yielded dict.

    The hooks are removed afterwards, whatever happens inside. Of a layer that is called twice the last output stays.
    """
    outputs: Activations = {}

    def recorder(name: str) -> Callable[[nn.Module, Any, Any], None]:
        def record_output(_module: nn.Module, _inputs: Any, output: Any) -> None:
            if isinstance(output, Tensor):
                outputs[name] = output.detach().clone()

        return record_output

    handles = []
    try:
        for name, child in layers_of(module).items():
            handles.append(child.register_forward_hook(recorder(name)))
        yield outputs
    finally:
        for handle in handles:
            handle.remove()


def record(module: nn.Module, inputs: Tensor) -> tuple[Tensor, Activations]:
    """One pass in inference mode: the output, and every layer's output by name. Works for any `nn.Module`."""
    with torch.inference_mode(), recording(module) as outputs:
        output = module(inputs)
    return output, outputs


# --- the module's own forward pass, unrolled once into the calls that it makes


class Unrolled:
    """A module's forward pass as a straight list of calls that keeps every layer's output.

    Built by `torch.fx` from the module's own forward, so that it computes the same. The calls skip
    `nn.Module.__call__`, which takes a third of the time of a network as small as LeNet.
    Raises `Exception` where the forward pass depends on its data and cannot be unrolled.
    """

    def __init__(self, module: nn.Module) -> None:
        names = set(layers_of(module))
        if any(getattr(child, "inplace", False) for child in module.modules()):
            raise ValueError("an in-place activation would rewrite the layer before it")
        graph = _LayerTracer(names).trace(module)
        self._steps: list[
            tuple[Shortcut, int | None, int, str | None]
        ] = []  # reads one value, or, if None, of them all
        self._places: dict[fx.Node, int] = {}
        for node in graph.nodes:
            self._unroll(module, node)
        self._size = len(self._places)

    def _unroll(self, module: nn.Module, node: fx.Node) -> None:
        if node.op == "output":
            (result,) = node.args
            if not isinstance(result, fx.Node):
                raise ValueError("the module returns something other than one tensor")
            self._result = self._places[result]
            return
        if node.op == "placeholder" and self._places:
            raise ValueError("the module takes more than one input")
        self._places[node] = len(self._places)
        if node.op == "placeholder":
            return
        layer: str | None = None
        call: Shortcut
        if node.op == "call_module":
            layer = str(node.target)
            call = kinds.shortcut(module.get_submodule(layer))
        elif node.op == "call_function":
            call = node.target  # type: ignore[assignment]
        elif node.op == "call_method":
            call = getattr(Tensor, str(node.target))
        else:
            raise ValueError(f"{node.op} {node.target} cannot be unrolled")
        if any(isinstance(value, fx.Node) for value in node.kwargs.values()):
            raise ValueError("tensors passed by keyword cannot be unrolled")
        arguments, options = _addressed(node.args, self._places), dict(node.kwargs)
        self._steps.append((*_reading(call, arguments, options), self._places[node], layer))

    def __call__(self, inputs: Tensor) -> tuple[Tensor, Activations]:
        """The result of `record`; to be called in inference mode."""
        values: list[Any] = [None] * self._size
        values[0] = inputs
        outputs: Activations = {}
        for call, source, place, name in self._steps:
            value = values[place] = call(values if source is None else values[source])
            if name is not None:
                outputs[name] = value
        return values[self._result], outputs


class _At:
    """A placeholder in an argument list for the result of an earlier call."""

    __slots__ = ("place",)

    def __init__(self, place: int) -> None:
        self.place = place


def _addressed(arguments: tuple[Any, ...], places: dict[fx.Node, int]) -> tuple[Any, ...]:
    addressed: list[Any] = []
    for argument in arguments:
        if isinstance(argument, fx.Node):
            addressed.append(_At(places[argument]))
        elif isinstance(argument, (list, tuple)) and any(isinstance(item, fx.Node) for item in argument):
            raise ValueError("lists of tensors cannot be unrolled")
        else:
            addressed.append(argument)
    return tuple(addressed)


def _reading(call: Shortcut, arguments: tuple[Any, ...], options: dict[str, Any]) -> tuple[Shortcut, int | None]:
    """The call as one of a single value, and that value's place; nearly every layer reads just the one before it."""
    first, *rest = arguments or (None,)
    if isinstance(first, _At) and not any(isinstance(each, _At) for each in rest):
        if not rest and not options:
            return call, first.place
        return (lambda value: call(value, *rest, **options)), first.place
    return (
        lambda values: call(*[values[each.place] if type(each) is _At else each for each in arguments], **options)
    ), None


class _LayerTracer(fx.Tracer):
    """Keeps every recorded layer whole, whatever it is made of."""

    def __init__(self, layers: set[str]) -> None:
        super().__init__()
        self._layers = layers

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return module_qualified_name in self._layers
