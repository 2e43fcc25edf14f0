"""The two sources of networks, the catalogue and training runs: each becomes a loaded network."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, get_args

import numpy as np

from convnets import catalogue, weights
from convnets.network import Network
from convnets.pattern import Pattern
from convnets.weights import WeightsError
from receptive.preprocessing.choice import choose
from receptive.preprocessing.reading import ReadingName, Shape

if TYPE_CHECKING:
    import torch

    from convnets.classifier import Classifier
    from receptive.networks.loaded import LoadedNetwork

REAL: Final = 4  # bytes of a float32
RUN: Final = "run:"  # before the id of a run whose network is meant


class Source(Protocol):
    """A network that can be opened, and the facts that are known before."""

    @property
    def name(self) -> str:
        """The name of the network in requests."""

    @property
    def stamp(self) -> tuple[int, ...]:
        """Numbers that change when its files do."""

    @property
    def size(self) -> int:
        """Bytes of its weights."""

    @property
    def is_there(self) -> bool:
        """True if the weights are unchanged where they were read from."""

    def open(self, device: "torch.device") -> "LoadedNetwork":
        """The network, warm. Raises WeightsError."""


@dataclass(frozen=True)
class CatalogueSource:
    """A network of the catalogue, with its weights and their card in a folder."""

    name: str
    folder: Path

    @property
    def stamp(self) -> tuple[int, ...]:
        """Times and sizes of the weights and the card."""
        path = weights.weights_path(self.name, self.folder)
        return stamp_of(path) + stamp_of(path.with_suffix(".json"))

    @property
    def size(self) -> int:
        """Bytes of its weights."""
        return catalogue.CATALOGUE[self.name].parameters * REAL

    @property
    def is_there(self) -> bool:
        """True if the weights are in the folder; if not, the next request for the network is refused."""
        return True

    def open(self, device: "torch.device") -> "LoadedNetwork":
        """The network, warm. Raises WeightsError."""
        return open_catalogue(self.name, self.folder, device, self.stamp)


@dataclass(frozen=True)
class RunSource:
    """Weights that a training run has left, with all that has to be known of the run to use them."""

    name: str
    run: str  # its id
    title: str
    path: Path
    stamp: tuple[int, ...]
    model: "str | Pattern"
    input_shape: Shape
    classes: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    parameters: int
    reading: ReadingName
    learned: Shape  # of the training pictures
    card: Mapping[str, Any]

    @property
    def size(self) -> int:
        """Bytes of its weights."""
        return self.parameters * REAL

    @property
    def is_there(self) -> bool:
        """True if the run still has these weights."""
        return self.path.is_file()

    def open(self, device: "torch.device") -> "LoadedNetwork":
        """The network, warm. Raises WeightsError."""
        return open_run(self, device)


def stamp_of(path: Path) -> tuple[int, ...]:
    """Numbers that change when the file does; none where it is missing."""
    try:
        about = path.stat()
    except OSError:
        return ()
    return about.st_mtime_ns, about.st_size, about.st_ino


def open_catalogue(name: str, folder: Path, device: "torch.device", stamp: tuple[int, ...] = ()) -> "LoadedNetwork":
    """A network of the catalogue with the weights in a folder. Raises WeightsError."""
    from receptive.networks.loaded import Facts, LoadedNetwork

    entry = catalogue.CATALOGUE[name]
    module = weights.load(name, folder=folder)
    card = weights.card(name, folder)
    mean, std, reading = _from_card(entry, card, weights.weights_path(name, folder).with_suffix(".json"))
    facts = Facts(entry, choose(reading, entry.input_shape), mean, std, card, stamp)
    return LoadedNetwork(facts, module, device)


def open_run(source: RunSource, device: "torch.device") -> "LoadedNetwork":
    """The network of a run. Raises WeightsError."""
    from receptive.networks.loaded import Facts, LoadedNetwork

    entry = Network(
        name=source.name,
        title=source.title,
        paper="",
        module="",
        input_shape=source.input_shape,
        classes=source.classes,
        mean=float(np.mean(source.mean)),
        std=float(np.mean(source.std)),
        parameters=source.parameters,
    )
    reading = choose(source.reading, source.input_shape, source.learned)
    facts = Facts(entry, reading, source.mean, source.std, dict(source.card), source.stamp)
    return LoadedNetwork(facts, _trained(source), device)


def _from_card(
    entry: Network, card: Mapping[str, Any], path: Path
) -> tuple[tuple[float, ...], tuple[float, ...], ReadingName]:
    """Mean and deviation of each channel and the reading: the card's, else the entry's. Raises WeightsError."""
    channels = entry.input_shape[0]
    reading = card.get("reading", "ink" if channels == 1 else "photo")
    try:
        mean, std = (
            tuple(np.broadcast_to(np.array(card.get(key, getattr(entry, key)), np.float64), channels).tolist())
            for key in ("mean", "std")
        )
        valid = reading in get_args(ReadingName) and all(np.isfinite(mean)) and all(np.isfinite(std)) and all(std)
    except (ValueError, TypeError):
        valid = False
    if not valid:
        raise WeightsError(
            "card-scale",
            "{file}: its mean, std or reading cannot be used; a finite number for each of {channels} channels, no std "
            "of 0, and one of {readings} are needed. Install Receptive again, or correct the file",
            file=str(path),
            channels=channels,
            readings=", ".join(get_args(ReadingName)),
        )
    return mean, std, reading


def _trained(source: RunSource) -> "Classifier":
    """The module with the run's weights. Raises WeightsError."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    if isinstance(source.model, Pattern):
        from convnets.patterned import PatternNetwork

        module: Classifier = PatternNetwork(source.model, source.input_shape, len(source.classes))
    else:
        module = catalogue.build(source.model)
    try:
        module.load_state_dict(load(source.path.read_bytes()))
    except (OSError, SafetensorError, RuntimeError) as error:
        raise WeightsError(
            "run-weights-unusable",
            "{file} of run {run} cannot be used: it is damaged or of another network ({error}). The run's other "
            "weights may still be there; else train it again",
            file=source.path.name,
            run=source.run,
            error=" ".join(str(error).split())[:200],
        ) from error
    return module.eval()
