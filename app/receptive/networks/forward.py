"""A forward pass that hears every layer: hooks for any module, and a shorter way for those that can be unrolled."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import torch
from torch import Tensor, fx, nn

from convnets import kinds

Activations = dict[str, Tensor]

PLAIN_BATCH: Final = 64  # up to here the plain kernels beat oneDNN's on pictures of this size


def layers_of(module: nn.Module) -> dict[str, nn.Module]:
    """The modules that are heard: those that hold no others, by their dotted names, in the order they were made."""
    return {name: child for name, child in module.named_modules() if name and not any(child.children())}


@contextmanager
def hearing(module: nn.Module) -> Iterator[Activations]:
    """Within the block every forward pass writes the layers' outputs, cloned, into the yielded dict.

    The hooks are gone afterwards, whatever happened inside. A layer that is called twice is heard the last time.
    """
    heard: Activations = {}

    def listener(name: str) -> Callable[[nn.Module, Any, Any], None]:
        def listen(_module: nn.Module, _inputs: Any, output: Any) -> None:
            if isinstance(output, Tensor):
                heard[name] = output.detach().clone()

        return listen

    handles = []
    try:
        for name, child in layers_of(module).items():
            handles.append(child.register_forward_hook(listener(name)))
        yield heard
    finally:
        for handle in handles:
            handle.remove()


def hear(module: nn.Module, pictures: Tensor) -> tuple[Tensor, Activations]:
    """One pass in inference mode: the output, and every layer's output by name. Works for any `nn.Module`."""
    with torch.inference_mode(), hearing(module) as heard:
        output = module(pictures)
    return output, heard


# --- the shorter way: the module's own forward, unrolled once into the calls that it makes

Call = Callable[..., Tensor]


class Unrolled:
    """A module's forward pass as a straight list of calls, whose every layer's output is kept.

    Built from the module's own forward by `torch.fx`, so that it cannot differ from it in what is computed. The
    calls skip `nn.Module.__call__`, where a third of the time of such a small network goes.
    Raises `Exception` where the forward pass depends on its data and cannot be unrolled.
    """

    def __init__(self, module: nn.Module) -> None:
        names = set(layers_of(module))
        if any(getattr(child, "inplace", False) for child in module.modules()):
            raise ValueError("an in-place activation would rewrite the layer before it")
        graph = _LayerTracer(names).trace(module)
        self._steps: list[tuple[Call, int | None, int, str | None]] = []  # reads one value, or, if None, of them all
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
        heard: str | None = None
        call: Call
        if node.op == "call_module":
            heard = str(node.target)
            call = kinds.shortcut(module.get_submodule(heard))
        elif node.op == "call_function":
            call = node.target  # type: ignore[assignment]
        elif node.op == "call_method":
            call = getattr(Tensor, str(node.target))
        else:
            raise ValueError(f"{node.op} {node.target} cannot be unrolled")
        if any(isinstance(value, fx.Node) for value in node.kwargs.values()):
            raise ValueError("tensors passed by keyword cannot be unrolled")
        arguments, options = _addressed(node.args, self._places), dict(node.kwargs)
        self._steps.append((*_reading(call, arguments, options), self._places[node], heard))

    def __call__(self, pictures: Tensor) -> tuple[Tensor, Activations]:
        """As `hear`, which it agrees with exactly; to be called in inference mode."""
        values: list[Any] = [None] * self._size
        values[0] = pictures
        heard: Activations = {}
        for call, source, place, name in self._steps:
            value = values[place] = call(values if source is None else values[source])
            if name is not None:
                heard[name] = value
        return values[self._result], heard


class _At:
    """Stands in an argument list for the value that an earlier call has left."""

    __slots__ = ("place",)

    def __init__(self, place: int) -> None:
        self.place = place


def _addressed(arguments: tuple[Any, ...], places: dict[fx.Node, int]) -> tuple[Any, ...]:
    found = []
    for argument in arguments:
        if isinstance(argument, fx.Node):
            found.append(_At(places[argument]))
        elif isinstance(argument, (list, tuple)) and any(isinstance(item, fx.Node) for item in argument):
            raise ValueError("lists of tensors cannot be unrolled")
        else:
            found.append(argument)
    return tuple(found)


def _reading(call: Call, arguments: tuple[Any, ...], options: dict[str, Any]) -> tuple[Call, int | None]:
    """The call as one of a single value, and where that value is; nearly every layer reads just the one before it."""
    first, *rest = arguments or (None,)
    if isinstance(first, _At) and not any(isinstance(each, _At) for each in rest):
        if not rest and not options:
            return call, first.place
        return (lambda value: call(value, *rest, **options)), first.place
    return (
        lambda values: call(*[values[each.place] if type(each) is _At else each for each in arguments], **options)
    ), None


class _LayerTracer(fx.Tracer):
    """Keeps every layer that is heard whole, whatever it is made of."""

    def __init__(self, layers: set[str]) -> None:
        super().__init__()
        self._layers = layers

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return module_qualified_name in self._layers


class PlainKernels:
    """Without oneDNN inside the block, if wanted: for one small picture its set-up costs more than the pass.

    The switch is the whole process's, so that only the one thread that runs networks may use it. A class, because the
    generator of a `contextmanager` costs as much as a layer.
    """

    __slots__ = ("_off",)

    def __init__(self, wanted: bool) -> None:
        self._off = wanted

    def __enter__(self) -> None:
        self._off = self._off and torch._C._get_mkldnn_enabled()
        if self._off:
            torch._C._set_mkldnn_enabled(False)

    def __exit__(self, *_: object) -> None:
        if self._off:
            torch._C._set_mkldnn_enabled(True)
