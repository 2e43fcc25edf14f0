"""Trained weights of the catalogue's networks: safetensors files, each with a card that records its training."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convnets.catalogue import CATALOGUE, build
from convnets.resources import data_folder
from convnets.why import ExplainedError

if TYPE_CHECKING:
    from torch import Tensor

    from convnets.classifier import Classifier

WEIGHTS = data_folder("convnets", "weights")


class WeightsError(ExplainedError):
    """Weights that are missing, damaged or of another network; the text has the file, the expectation and a remedy."""


def weights_path(name: str, folder: Path = WEIGHTS) -> Path:
    """The safetensors file of a network; its card lies beside it, ending in .json."""
    return folder / f"{CATALOGUE[name].name}.safetensors"


def card(name: str, folder: Path = WEIGHTS) -> dict[str, Any]:
    """The record of a network's weights: data, recipe, seed, figures, sha256. Raises WeightsError."""
    path = weights_path(name, folder).with_suffix(".json")
    command = _command(name, folder)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise WeightsError(
            "card-missing",
            "{file} is missing; install Receptive again, or train the network with `{command}`",
            file=str(path),
            command=command,
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise WeightsError(
            "card-unreadable",
            "{file} cannot be read as a card ({error}); install Receptive again, or train the network with `{command}`",
            file=str(path),
            error=str(error),
            command=command,
        ) from error
    if not isinstance(content, dict) or not isinstance(content.get("sha256"), str):
        raise WeightsError(
            "card-without-checksum",
            "{file} gives no sha256 of its weights; install Receptive again, or train the network with `{command}`",
            file=str(path),
            command=command,
        )
    return content


def load(name: str, device: str = "cpu", folder: Path = WEIGHTS) -> Classifier:
    """The trained network in evaluation mode, its weights checked against the card. Raises WeightsError."""
    network = build(name)
    path = weights_path(name, folder)
    expected = card(name, folder)["sha256"]
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise WeightsError(
            "weights-unreadable",
            "{file} cannot be read ({error}); install Receptive again, or train the network with `{command}`",
            file=str(path),
            error=error.strerror or type(error).__name__,
            command=_command(name, folder),
        ) from error
    digest = hashlib.sha256(raw).hexdigest()
    if digest != expected:
        raise WeightsError(
            "weights-changed",
            "{file} has sha256 {found}, and its card says {expected}; install Receptive again, or train the network "
            "with `{command}`",
            file=str(path),
            found=digest,
            expected=expected,
            command=_command(name, folder),
        )
    network.load_state_dict(_tensors(name, path, raw, network.state_dict()))
    return network.to(device).eval()


def _tensors(name: str, path: Path, raw: bytes, expected: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of a weights file, which must be those of the network, shape for shape."""
    folder = path.parent
    from safetensors import SafetensorError
    from safetensors.torch import load as decode

    try:
        tensors = decode(raw)
    except SafetensorError as error:
        raise WeightsError(
            "weights-no-safetensors",
            "{file} is not a safetensors file ({error}); install Receptive again, or train the network with "
            "`{command}`",
            file=str(path),
            error=str(error),
            command=_command(name, folder),
        ) from error
    for key in sorted(expected.keys() | tensors.keys()):
        here = str(list(expected[key].shape)) if key in expected else "nothing"
        there = str(list(tensors[key].shape)) if key in tensors else "nothing"
        if here != there:
            raise WeightsError(
                "weights-of-other-shape",
                "{file} holds {there} for {parameter}, and {model} has {here}; install Receptive again, or train the "
                "network with `{command}`",
                file=str(path),
                there=there,
                parameter=key,
                model=name,
                here=here,
                command=_command(name, folder),
            )
    return tensors


def _command(name: str, folder: Path) -> str:
    """The command that trains the network anew."""
    return f"receptive train {name} --out {folder}"
