"""Records a forward pass call by call: each with all that it reads, whatever the pass is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils.flop_counter import FlopCounterMode

from convnets import kinds
from convnets.copying import tensors_in
from convnets.kinds.kind import UNKNOWN, Call, Kind


@dataclass(eq=False)
class Record:
    """One call of a forward pass, and the values that it reads."""

    call: Call
    path: str  # of the module that was called, or in which a function was
    is_module: bool
    sources: list[Source]  # of each of the call's inputs
    weights: list[str]  # names of the parameters among its settings
    counted: int = 0  # multiply-accumulate operations, counted where no kind knows them
    holder: str | None = None  # path of a module without parts whose output this is


@dataclass(eq=False, frozen=True)
class Entry:
    """One input of the forward pass."""

    name: str
    shape: torch.Size


@dataclass(eq=False, frozen=True)
class Constant:
    """A value that depends on no input: parameters, and what is computed from them alone."""

    weights: tuple[str, ...] = ()


Source = Record | Entry
Origin = Source | Constant


@dataclass
class Attempt:
    """A call that has begun: what it reads, to be named where it fails."""

    kind: Kind
    operation: str
    path: str
    is_module: bool
    sources: list[Source]
    inputs: list[Tensor]
    weights: dict[str, Tensor]
    constants: list[str]  # names of the parameters that its constants were made of
    before: dict[int, Tensor]  # copies of the inputs by their ids, where values are kept


@dataclass
class _Running:
    """A module that is being called."""

    path: str
    part: nn.Module
    kind: Kind | None
    begun: int  # records before it
    versions: list[int] = field(default_factory=list)


class Recorder(TorchFunctionMode):
    """While it is active, the calls of a copied module and of the functions in it are written to `records`."""

    def __init__(self, module: nn.Module, *, values: bool = False) -> None:
        """`values`: keep what is read and made as it was at the time, whatever is written into it later."""
        super().__init__()
        self._values = values
        self.records: list[Record] = []
        self.attempt: Attempt | None = None
        self._running: list[_Running] = []
        self._origins: dict[int, Origin] = {}
        self._kept: dict[int, list[Tensor]] = {}  # by what they are a part of; kept, so that their ids stay theirs
        self._within = 0  # calls of modules that are one layer
        self._names: dict[int, str] = {}
        for name, value in module.named_parameters():
            self._names.setdefault(id(value), name)
            self._keep(value, Constant((name,)))
        for path, part in module.named_modules():
            part.register_forward_pre_hook(self._before(path), prepend=True, with_kwargs=True)
            part.register_forward_hook(self._after(), with_kwargs=True, always_call=True)

    def enter(self, name: str, tensor: Tensor) -> None:
        """An input of the forward pass."""
        self._keep(tensor, Entry(name, tensor.shape))

    def source(self, tensor: Tensor) -> Source | None:
        """The call or the input that a tensor comes from."""
        origin = self._origins.get(id(tensor))
        return None if isinstance(origin, Constant) else origin

    @property
    def place(self) -> str:
        """The path of the module that is being called."""
        return self._running[-1].path if self._running else ""

    # --- functions

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if self._within:
            return func(*args, **kwargs)
        tensors = list(tensors_in((args, kwargs)))
        data = [each for each in tensors if self.source(each) is not None]
        if not data:
            made = func(*args, **kwargs)
            self._constant(made, tensors)
            return made
        operation = _named(func)
        kind = kinds.of_function(operation)
        self._begin(kind, operation, self.place, False, data, tensors)
        versions = [each._version for each in tensors]
        counted = 0
        if kind is UNKNOWN:
            with FlopCounterMode(display=False) as counter:
                made = func(*args, **kwargs)
            counted = counter.get_total_flops() // 2
        else:
            made = func(*args, **kwargs)
        written = [each for each, version in zip(tensors, versions, strict=True) if each._version != version]
        if not any(True for _ in tensors_in(made)):
            if not written:
                self.attempt = None
                return made  # a size, a type, a number: nothing that is computed with
            self._write(operation, written[0], data)
            return made
        kind, settings = _bound(kind, operation, args, kwargs, data)

        def again(value: Tensor) -> Any:
            return func(value, *args[1:], **kwargs)

        return self._add(kind, operation, settings, data, made, written, run=again, counted=counted)

    def _constant(self, made: Any, read: list[Tensor]) -> None:
        constant = Constant(tuple(self._constants(read)))
        for each in tensors_in(made):
            self._keep(each, constant)

    # --- modules

    def _before(self, path: str) -> Callable[..., None]:
        def hook(part: nn.Module, args: Any, kwargs: Any) -> None:
            with torch._C.DisableTorchFunction():
                inputs = list(tensors_in((args, kwargs)))
                data = [each for each in inputs if self.source(each) is not None]
                kind = kinds.of_module(part) if data and not self._within else None
                versions = [each._version for each in inputs]
                self._running.append(_Running(path, part, kind, len(self.records), versions))
                if kind is not None:
                    self._within += 1
                    weights = [*part.parameters()]
                    self._begin(kind, type(part).__name__, path, True, data, weights)

        return hook

    def _after(self) -> Callable[..., Any]:
        def hook(part: nn.Module, args: Any, kwargs: Any, made: Any) -> Any:
            with torch._C.DisableTorchFunction():
                running = self._running.pop()
                if running.kind is not None:
                    self._within -= 1
                    return None if made is None else self._module(running, args, kwargs, made)
                if isinstance(made, Tensor) and running.path and not any(part.children()) and not self._within:
                    source = self.source(made)
                    if isinstance(source, Record) and source in self.records[running.begun :]:
                        source.holder = running.path
                return None

        return hook

    def _module(self, running: _Running, args: Any, kwargs: Any, made: Any) -> Any:
        kind, part = running.kind, running.part
        assert kind is not None  # noqa: S101
        inputs = list(tensors_in((args, kwargs)))
        data = [each for each in inputs if self.source(each) is not None]
        written = [each for each, version in zip(inputs, running.versions, strict=True) if each._version != version]
        settings = {"input": data[0], **kind.settings(part)}
        operation = type(part).__name__

        def again(value: Tensor) -> Any:
            return part.forward(value)

        return self._add(kind, operation, settings, data, made, written, run=again, path=running.path, part=part)

    # --- records

    def _begin(
        self, kind: Kind, operation: str, path: str, is_module: bool, data: list[Tensor], tensors: Sequence[Tensor]
    ) -> None:
        sources = [origin for each in data if (origin := self.source(each)) is not None]
        weights = {self._names[id(each)]: each for each in tensors if id(each) in self._names}
        before = {id(each): each.clone() for each in data} if self._values else {}
        constants = self._constants(tensors)
        self.attempt = Attempt(kind, operation, path, is_module, sources, data, weights, constants, before)

    def _add(
        self,
        kind: Kind,
        operation: str,
        settings: dict[str, Any],
        data: list[Tensor],
        made: Any,
        written: list[Tensor],
        *,
        run: Callable[[Tensor], Any],
        path: str | None = None,
        part: nn.Module | None = None,
        counted: int = 0,
    ) -> Any:
        """Write down a call, and name it as the origin of what it made."""
        attempt = self.attempt
        assert attempt is not None  # noqa: S101
        if part is None:
            weights = attempt.constants
        else:
            weights = [f"{path}.{name}" if path else name for name, _ in part.named_parameters()]
        settings = _replaced(settings, attempt.before)
        data = _replaced(data, attempt.before)
        outputs = list(tensors_in(made))
        several = not isinstance(made, Tensor)
        fresh: dict[int, Tensor] = {}
        for piece, output in enumerate(outputs):
            kept = output.clone() if self._values else output
            call = Call(kind, operation, settings, tuple(data), kept, piece if several else None, run)
            record = Record(
                call, attempt.path, attempt.is_module, attempt.sources, weights, counted if not piece else 0
            )
            self.records.append(record)
            if any(output is each for each in written):
                self._rewrite(output, record)
            elif id(output) in self._origins:  # an input handed back: another name for it, so that both are known
                fresh[id(output)] = alias = output.view_as(output)
                self._keep(alias, record)
            else:
                self._keep(output, record)
        self.attempt = None
        return _replaced(made, fresh) if fresh else made

    def _constants(self, tensors: Sequence[Tensor]) -> list[str]:
        origins = [self._origins.get(id(each)) for each in tensors]
        return [*dict.fromkeys(n for origin in origins if isinstance(origin, Constant) for n in origin.weights)]

    def _write(self, operation: str, tensor: Tensor, data: list[Tensor]) -> None:
        """A call that returns nothing and writes into a tensor."""
        everything = data if any(tensor is each for each in data) else [tensor, *data]
        known = [each for each in everything if self.source(each) is not None]
        sources = [origin for each in known if (origin := self.source(each)) is not None]
        call = Call(UNKNOWN, operation, {"input": known[0]}, tuple(known), tensor)
        record = Record(call, self.place, False, sources, [])
        self.records.append(record)
        self._rewrite(tensor, record)
        self.attempt = None

    def _rewrite(self, tensor: Tensor, record: Record) -> None:
        """A tensor that was written into: it, what it is a part of and the parts of that come from the record now."""
        root = _root(tensor)
        if root.numel() != tensor.numel():
            before = self._origins.get(id(root))
            first = [before] if before is not None and not isinstance(before, Constant) else []
            call = Call(UNKNOWN, "write", {"input": tensor}, (root, tensor) if first else (tensor,), root)
            self._keep(tensor, record)
            record = Record(call, record.path, False, [*first, record], [])
            self.records.append(record)
            part = tensor
        else:
            part = None
            self._keep(tensor, record)
        for each in self._kept.get(id(root), []):
            if each is not part:
                self._origins[id(each)] = record

    def _keep(self, tensor: Tensor, origin: Origin) -> None:
        if id(tensor) not in self._origins:
            root = _root(tensor)
            self._kept.setdefault(id(root), [root]).append(tensor)
        self._origins[id(tensor)] = origin


def _bound(
    kind: Kind, operation: str, args: tuple[Any, ...], kwargs: dict[str, Any], data: list[Tensor]
) -> tuple[Kind, dict[str, Any]]:
    """The kind of a function call and its settings; unknown where it was called as no kind expects."""
    try:
        settings = kind.bind(operation, args, kwargs) if kind is not UNKNOWN else {}
        if settings.get("input") is not None or "tensors" in settings:
            return (kind, settings) if kind.accepts(settings) else (UNKNOWN, settings)
    except Exception:  # noqa: BLE001, S110  an unusual call is not an error of the network
        pass
    return UNKNOWN, {"input": data[0]}


def _root(tensor: Tensor) -> Tensor:
    base = tensor._base
    return tensor if base is None else base


def _named(func: Callable[..., Any]) -> str:
    """`add` for add_ and __add__, `T` for the attribute."""
    if func is torch.batch_norm:
        return "torch.batch_norm"  # its parameters have another order than those of torch.nn.functional
    name = getattr(func, "__name__", type(func).__name__)
    if name == "__get__":
        name = getattr(getattr(func, "__self__", None), "__name__", name)
    return name.strip("_")


def _replaced(value: Any, fresh: dict[int, Tensor]) -> Any:
    if isinstance(value, Tensor):
        return fresh.get(id(value), value)
    if isinstance(value, (tuple, list)):
        parts = [_replaced(each, fresh) for each in value]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    if isinstance(value, dict):
        return {name: _replaced(each, fresh) for name, each in value.items()}
    return value
