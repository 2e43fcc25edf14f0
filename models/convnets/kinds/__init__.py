"""Kinds of layers, one file each: a file of this package that ends with `KINDS` is known."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache

from torch import Tensor, nn

from convnets.kinds.kind import UNKNOWN, Call, Kind, Shortcut

KEPT = frozenset(("__setstate__", "reset_parameters"))  # methods that compute nothing


@dataclass(frozen=True)
class Registry:
    """Kinds by the modules and the functions that they describe."""

    modules: dict[type[nn.Module], Kind]
    functions: dict[str, Kind]


@cache
def registry() -> Registry:
    """Every kind of the package."""
    files = sorted(info.name for info in pkgutil.iter_modules(__path__))
    kinds = [kind for name in files for kind in getattr(importlib.import_module(f"{__name__}.{name}"), "KINDS", ())]
    return Registry(
        {module: kind for kind in kinds for module in kind.modules},
        {function: kind for kind in kinds for function in kind.functions},
    )


def of_module(part: nn.Module) -> Kind | None:
    """The kind of a module; None for one that is to be looked into: a container, or one that no kind describes."""
    known = _known()
    given = type(part)
    if given not in known:
        known[given] = _of_class(given, registry().modules)
    return known[given]


@cache
def _known() -> dict[type[nn.Module], Kind | None]:
    """The classes that were met, with their kinds."""
    return {}


def _of_class(given: type[nn.Module], modules: dict[type[nn.Module], Kind]) -> Kind | None:
    """A subclass is of its parent's kind unless it computes something else."""
    for place, parent in enumerate(given.__mro__):
        if parent in modules:
            names = {name for child in given.__mro__[:place] for name in vars(child)}
            return None if any(_computes(name, parent) for name in names) else modules[parent]
    return None


def _computes(name: str, parent: type[nn.Module]) -> bool:
    """True if a method of this name takes part in the parent's computation."""
    own = callable(getattr(parent, name, None)) and not hasattr(nn.Module, name)
    return name in ("forward", "__call__") or (own and name not in KEPT)


def of_function(operation: str) -> Kind:
    """The kind of a function by its name."""
    return registry().functions.get(operation, UNKNOWN)


def call_of(part: nn.Module, *inputs: Tensor) -> Call:
    """The call of a module on recorded inputs, in evaluation mode. Raises KeyError for a module of no kind."""
    kind = of_module(part)
    if kind is None:
        raise KeyError(f"{type(part).__name__} is of no known kind")
    settings = {"input": inputs[0], **kind.settings(part)}
    return Call(kind, type(part).__name__, settings, inputs, part(*inputs))


def shorten(network: nn.Module) -> None:
    """Give the layers of a network that lies on the meta device their shorter calls."""
    for part in network.modules():
        kind = of_module(part)
        if kind is not None and (short := kind.shape_call(part)) is not None:
            part.forward = short


def shortcut(part: nn.Module) -> Shortcut:
    """The shortest call that computes the same as a module in evaluation mode, with its parameters looked up once."""
    kind = of_module(part)
    short = None if kind is None else kind.shortcut(part)
    return part.forward if short is None else short
