"""The networks that Receptive ships: the entries at the ends of the files of this package, read without torch."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import convnets
from convnets.network import Network

if TYPE_CHECKING:
    from convnets.classifier import Classifier

DEFAULT = "lenet5"


def _entries(path: Path) -> Iterator[Network]:
    """The networks that a file lists in `NETWORKS`: calls of Network whose arguments are literals.

    The file is parsed and not run, since the network itself needs torch.
    """
    text = path.read_text(encoding="utf-8")
    if "\nNETWORKS = " not in text:
        return
    for statement in ast.parse(text, str(path)).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="NETWORKS")], value=ast.Tuple(elts=calls)):
                for call in calls:
                    arguments = call.keywords if isinstance(call, ast.Call) else []
                    yield Network(**{each.arg: ast.literal_eval(each.value) for each in arguments if each.arg})


CATALOGUE: dict[str, Network] = {
    network.name: network
    for folder in convnets.__path__
    for path in sorted(Path(folder).glob("*.py"))
    for network in _entries(path)
}


def build(name: str) -> Classifier:
    """The network with fresh weights, in training mode. Raises KeyError for a name not in the catalogue."""
    module, attribute = CATALOGUE[name].module.split(":")
    return cast("Classifier", getattr(importlib.import_module(module), attribute)())
