"""Networks that runs have trained: `run:<id>` is a run's best weights, `run:<id>:last` and `run:<id>:<step>` others."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load
from torch.nn import functional

from convnets.catalogue import CATALOGUE, Network, WeightsError, build
from convnets.classifier import Classifier
from convnets.pattern import Pattern
from convnets.patterned import PatternNetwork
from receptive.networks.loaded import Hosted
from receptive.preprocessing.photo import Photo
from receptive.preprocessing.reading import INK, Ink, Reading
from receptive.preprocessing.steps import FIELD, INPUT, Box, Grey, Preparation, Step
from receptive.training.data.sources import DRAWINGS
from receptive.training.plan import KNOWN
from receptive.training.runs.shelf import Run
from receptive.training.settings import RunSettings

Floats = NDArray[np.float32]

DIGITS: Final = ("digits", "mnist", DRAWINGS)  # ink on paper, framed as /predict frames it
NEAR: Final = 8  # pixels by which a picture may be larger than the input for its border to be cut off


@dataclass(frozen=True)
class Found:
    """Weights of a run, as they are now."""

    name: str  # as the model is asked for
    run: Run
    path: Path
    stamp: tuple[int, int]  # that changes when they do


class HostedRun(Hosted):
    """A network of a run; what it is asked is read as the pictures were that it learned from."""

    def __init__(self, found: Found, device: torch.device) -> None:
        self.stamp = found.stamp
        facts = found.run.network
        self.reading = reading_of(found.run)
        self._scale = tuple(np.array(facts[name], np.float32).reshape(1, -1, 1, 1) for name in ("mean", "std"))
        network = Network(
            name=found.name,
            title=found.run.about.name,
            paper="",
            module="",
            input_shape=tuple(facts["input_shape"]),
            classes=_classes(facts),
            mean=float(np.mean(facts["mean"])),
            std=float(np.mean(facts["std"])),
            parameters=facts["parameters"],
        )
        super().__init__(network, _network(found, network), device, _card(found))

    def _inputs(self, pictures: Sequence[Floats]) -> Floats:
        inputs = np.array(pictures, np.float32)
        if inputs.ndim == 3:  # digits have one channel
            inputs = inputs[:, None]
        mean, std = self._scale
        return np.ascontiguousarray((np.broadcast_to(inputs, (len(inputs), *self.network.input_shape)) - mean) / std)

    @property
    def scale(self) -> tuple[list[float], list[float]]:
        """Mean and standard deviation of each channel of what it learned from."""
        mean, std = self._scale
        return mean.ravel().tolist(), std.ravel().tolist()


class FramedInk(Ink):
    """A digit for a network whose input has another size than those of the catalogue."""

    def __init__(self, height: int, width: int) -> None:
        self.height, self.width = height, width

    def framed(self, preparation: Preparation) -> Preparation:
        """A border is cut off where there is one, or the whole is resized."""
        if preparation.blank:
            return preparation
        values = _fitted(preparation.input[None, None], self.height, self.width)[0, 0]
        image = np.rint(values * np.float32(255)).astype(np.uint8)
        steps = partial(self._steps, preparation, image)
        return Preparation(False, preparation.paper, steps, image * np.float32(1 / 255))

    def _steps(self, preparation: Preparation, image: Grey) -> list[Step]:
        """The last step, which pads to the catalogue's size, gives way to the one that leads to this size."""
        *before, padded = preparation.steps
        if (self.height, self.width) == (FIELD, FIELD):
            return before
        if min(self.height, self.width) > FIELD and max(self.height, self.width) <= INPUT:
            box = Box((self.width - FIELD) // 2, (self.height - FIELD) // 2, FIELD, FIELD)
            return [*before, Step("pad", image, box)]
        return [*before, padded, Step("resize", image)]


def find(run: Run, name: str, which: str) -> Found:
    """The weights that a name stands for. Raises NoSuchRunError and OSError."""
    path = run.weights(which)
    about = path.stat()
    return Found(name, run, path, (about.st_mtime_ns, about.st_ino))


def reading_of(run: Run) -> Reading:
    """How pictures are read for a run's network: as those of its data set. Raises NoSuchRunError and OSError."""
    facts, dataset = run.network, run.settings["dataset"]
    shape = tuple(facts["input_shape"])
    if dataset in DIGITS:
        return INK if shape[1:] == (INPUT, INPUT) else FramedInk(*shape[1:])
    known = KNOWN[dataset].shape if dataset in KNOWN else shape
    return Photo(tuple(facts.get("picture_shape", known)), shape, negated=dataset == "fashion-mnist")


def _classes(facts: dict[str, Any]) -> tuple[str, ...]:
    """A name for every output: those that the data set has none for are called by their number."""
    names = tuple(facts["classes"])
    known = CATALOGUE.get(facts["model"])
    return names if known is None else names + tuple(str(place) for place in range(len(names), len(known.classes)))


def _network(found: Found, about: Network) -> Classifier:
    """The network with its weights. Raises WeightsError."""
    settings = RunSettings.model_validate(found.run.settings)
    if isinstance(settings.model, Pattern):
        network: Classifier = PatternNetwork(settings.model, about.input_shape, len(about.classes))
    else:
        network = build(settings.model)
    try:
        network.load_state_dict(load(found.path.read_bytes()))
    except (OSError, SafetensorError, RuntimeError) as error:
        raise WeightsError(
            "run-weights-unusable",
            "{file} of run {run} cannot be used: {error}",
            file=found.path.name,
            run=found.run.id,
            error=str(error),
        ) from error
    return network.eval()


def _card(found: Found) -> dict[str, Any]:
    state = found.run.state
    return {
        "run": found.run.id,
        "file": found.path.name,
        "written": str(found.stamp[0]),  # nanoseconds; another number where the weights are others
        "settings": found.run.settings,
        "best": state.best,
    }


def _fitted(inputs: Floats, height: int, width: int) -> Floats:
    """(N, 1, H, W) at another size: a border is cut off where there is one, or the whole is resized."""
    rows, columns = inputs.shape[2] - height, inputs.shape[3] - width
    if 0 <= rows <= NEAR and 0 <= columns <= NEAR:
        top, left = rows // 2, columns // 2
        return inputs[:, :, top : top + height, left : left + width]
    resized = functional.interpolate(torch.from_numpy(inputs), (height, width), mode="bilinear", antialias=True)
    return resized.numpy()
