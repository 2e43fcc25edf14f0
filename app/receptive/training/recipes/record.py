"""Trained weights on disk: a safetensors file, and beside it a card that says how they came about."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor

from convnets.catalogue import CATALOGUE, build
from convnets.weights import weights_path
from receptive.training.data.datasets import HELD_OUT, Dataset
from receptive.training.data.other_writers import guesses, other_writers
from receptive.training.recipes.recipe import Recipe


@dataclass(frozen=True)
class Judged:
    """The result on the held-out pictures, before the network was trained on them."""

    epochs: int  # that were behind, of every stage
    errors: int
    pictures: int


def write(
    name: str,
    dataset: Dataset,
    stages: Sequence[Recipe],
    epochs: int,
    weights: Mapping[str, Tensor],
    judged: Judged,
    command: str,
    folder: Path,
) -> Path:
    """The weights and their card in `folder`, both whole or not at all; the path of the weights.

    stages: those of the recipe; epochs: all that are behind, of every stage.

    Raises OSError.
    """
    about = card(name, dataset, stages, epochs, weights, judged, command)
    return put(weights_path(name, folder), weights, about)


def put(path: Path, weights: Mapping[str, Tensor], about: Mapping[str, Any]) -> Path:
    """The weights at `path` and beside them what is known about them, with the weights' sha256. Raises OSError."""
    raw = save({key: value.contiguous() for key, value in weights.items()})
    path.parent.mkdir(parents=True, exist_ok=True)
    sealed = {"network": about["network"], "file": path.name, "sha256": hashlib.sha256(raw).hexdigest(), **about}
    _replace(path, raw)
    _replace(path.with_suffix(".json"), (json.dumps(sealed, indent=2) + "\n").encode())
    return path


def card(
    name: str,
    dataset: Dataset,
    stages: Sequence[Recipe],
    epochs: int,
    weights: Mapping[str, Tensor],
    judged: Judged,
    command: str,
) -> dict[str, Any]:
    """The content of a recipe's card, without the file and its sha256."""
    joined = epochs > judged.epochs
    seen = f"all of the 60,000 training pictures but the last {HELD_OUT:,}"
    new = f"the last {HELD_OUT:,} of the 60,000 training pictures"
    when = f"by the weights of epoch {judged.epochs}, before these joined" if joined else "never trained on"
    return {
        "network": name,
        "parameters": CATALOGUE[name].parameters,
        "data": {
            "name": dataset.name,
            "trained_on": f"{seen}; after epoch {judged.epochs} all 60,000" if joined else seen,
            "md5": {file.name: file.md5 for file in (dataset.images, dataset.labels)},
        },
        "recipe": [asdict(stage) for stage in stages],
        "seed": stages[0].seed,
        "epochs": epochs,
        "validation": figure(f"{new}, {when}", judged.errors, judged.pictures),
        "other_writers": _others(name, weights),
        "command": command,
        "torch": torch.__version__.split("+")[0],
    }


def _others(name: str, weights: Mapping[str, Tensor]) -> dict[str, Any]:
    network = build(name)
    network.load_state_dict(weights)
    pictures = other_writers()
    about = CATALOGUE[name]
    errors = int((guesses(network, pictures.ink, about.mean, about.std) != pictures.labels).sum())
    what = "scikit-learn's 1,797 digits, 8x8 enlarged to 32x32, black on white, through the preprocessing of /predict"
    return figure(what, errors, len(pictures.labels))


def figure(what: str, errors: int, pictures: int) -> dict[str, Any]:
    """The entry of a card about pictures that were evaluated."""
    return {"on": what, "pictures": pictures, "errors": errors, "error_percent": round(100 * errors / pictures, 2)}


def _replace(path: Path, content: bytes) -> None:
    """Write beside the file and move over it, so that nobody ever reads half."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
