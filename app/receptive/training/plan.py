"""The plan of a run from its settings alone: known before torch is imported and before anything is fetched."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from convnets.catalogue import CATALOGUE
from convnets.network import DIGITS
from convnets.pattern import Pattern, shapes
from convnets.why import ExplainedError
from receptive.training.disk import disk_of
from receptive.training.schedules import planned
from receptive.training.settings import RunSettings

MOST_LAYERS = 20  # with weights, of a network of the catalogue that can be trained here
ENDINGS = (".png", ".jpg", ".jpeg", ".webp")
CIFAR = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
FASHION = ("T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")


class PlanError(ExplainedError, ValueError):
    """Settings that give no run; says which one, why and what to do."""


@dataclass(frozen=True)
class Facts:
    """A data set: how many pictures each class has, and their shape (C, H, W)."""

    sizes: tuple[int, ...]
    shape: tuple[int, int, int]
    classes: tuple[str, ...]


KNOWN = {
    "digits": Facts((178, 182, 177, 183, 181, 182, 181, 179, 174, 180), (1, 28, 28), DIGITS),
    "mnist": Facts((5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949), (1, 28, 28), DIGITS),
    "fashion-mnist": Facts((6000,) * 10, (1, 28, 28), FASHION),
    "cifar10": Facts((5000,) * 10, (3, 32, 32), CIFAR),
}


@dataclass(frozen=True)
class Plan:
    """A run that could begin."""

    planned: list[tuple[int, float]]
    steps: int
    per_epoch: int
    pictures: int
    held_out: int
    classes: tuple[str, ...]
    layers: list[dict[str, Any]] | None  # None for a network of the catalogue, which has to be traced
    disk: int  # bytes that it takes at most


def plan(settings: RunSettings, facts: Facts) -> Plan:
    """The run's length, its learning rates, its layers and its size. Raises PlanError and PatternError."""
    sizes = np.array(facts.sizes, np.float32)
    kept = np.maximum(sizes - np.round(sizes * np.float32(settings.held_out)), np.minimum(sizes, 1)).astype(int)
    pictures, held_out = int(kept.sum()), int(sizes.sum() - kept.sum())
    if settings.subset is not None:
        pictures = min(pictures, settings.subset)
    batch = pictures if settings.batch_size == "all" else settings.batch_size
    per_epoch = -(-pictures // batch)
    steps = per_epoch * settings.epochs
    rates = planned(settings.schedule, settings.learning_rate, steps, per_epoch)
    layers = _layers(settings, facts)
    parameters = sum(layer["parameters"] for layer in layers) if layers else CATALOGUE[str(settings.model)].parameters
    classes, picture = len(facts.classes), int(np.prod(facts.shape))
    disk = disk_of(settings, parameters, len(layers or ()) or MOST_LAYERS, classes, held_out, picture, steps)
    return Plan(rates, steps, per_epoch, pictures, held_out, facts.classes, layers, disk)


def check_outputs(name: str, classes: int, dataset: str) -> None:
    """Check that a network of the catalogue has an output for every class. Raises PlanError."""
    outputs = len(CATALOGUE[name].classes)
    if classes > outputs:
        raise PlanError(
            "too-few-outputs",
            "model: {network} tells {outputs} classes apart, {data} has {classes}; "
            "choose a pattern, which has as many outputs as there are classes",
            network=name,
            outputs=outputs,
            data=dataset,
            classes=classes,
        )


def _layers(settings: RunSettings, facts: Facts) -> list[dict[str, Any]] | None:
    if not isinstance(settings.model, Pattern):
        check_outputs(settings.model, len(facts.classes), settings.dataset)
        return None
    if settings.dropout is not None and not settings.model.dropout:
        raise PlanError("no-dropout", "dropout: this network has no dropout layer; give a pattern some")
    rows = shapes(settings.model, facts.shape, len(facts.classes))
    return [{"name": row.name, "kind": row.kind, "shape": row.shape, "parameters": row.parameters} for row in rows]


def folder_facts(folder: Path) -> Facts:
    """The facts of a folder of images, counted and not read. Raises PlanError."""
    if not folder.is_dir():
        raise PlanError(
            "no-folder-here",
            "dataset: {folder} is no folder here; name one with a sub-folder for every class",
            folder=folder.name,
        )
    places = sorted(place for place in folder.iterdir() if place.is_dir() and not place.name.startswith("."))
    files = {place.name: [path for path in place.iterdir() if path.suffix.lower() in ENDINGS] for place in places}
    if len(files) < 2 or not all(files.values()):
        raise PlanError(
            "folder-without-classes",
            "dataset: {folder} needs two sub-folders or more, each with PNG, JPEG or WebP files",
            folder=folder.name,
        )
    try:
        with Image.open(next(iter(files.values()))[0], formats=("PNG", "JPEG", "WEBP")) as picture:
            channels = 1 if picture.mode in ("1", "L", "LA", "I;16") else 3
            shape = (channels, picture.height, picture.width)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PlanError(
            "folder-image-damaged",
            "dataset: an image of {folder} cannot be read: {error}",
            folder=folder.name,
            error=str(error),
        ) from error
    return Facts(tuple(map(len, files.values())), shape, tuple(files))
