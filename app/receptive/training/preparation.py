"""From run settings and pictures to what the loop needs: a network, its batches and its course."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from convnets.catalogue import CATALOGUE, build
from convnets.classifier import Classifier
from convnets.pattern import Pattern
from convnets.patterned import PatternNetwork
from receptive.training.batches import ShuffledBatches
from receptive.training.data.pictures import Pictures, fitted, statistics
from receptive.training.early_stopping import Patience
from receptive.training.initialization import initialize
from receptive.training.loop import Course, is_weight
from receptive.training.memory import available, check
from receptive.training.plan import PlanError, check_outputs
from receptive.training.schedules import rate, sampled
from receptive.training.settings import RunSettings


@dataclass(frozen=True)
class Prepared:
    """A run that can begin."""

    network: Classifier
    source: ShuffledBatches
    course: Course
    mean: tuple[float, ...]  # of each channel, in shares of full ink
    std: tuple[float, ...]
    classes: tuple[str, ...]
    input_shape: tuple[int, int, int]  # (C, H, W)

    @property
    def planned(self) -> list[tuple[int, float]]:
        """The learning rate's whole curve, as (step, rate)."""
        per_epoch = self.source.per_epoch
        return sampled(self.course.rate, per_epoch * self.course.epochs, per_epoch)


def prepare(settings: RunSettings, pictures: Pictures) -> Prepared:
    """A fresh network of the settings' seed, which is torch's from here on, and what it learns from.

    Raises PlanError, PatternError and TooLargeError.
    """
    torch.manual_seed(settings.seed)
    network, shape = _network(settings, pictures)
    initialize(network, settings.initialization)
    _set_dropout(network, settings)
    train_on, held_out = pictures.divided(settings.held_out)
    if settings.subset is not None:
        train_on = train_on.fewer(settings.subset)
    images = fitted(train_on, shape)
    mean, std = statistics(images)
    if isinstance(settings.model, str):
        about = CATALOGUE[settings.model]
        mean, std = (about.mean,) * shape[0], (about.std,) * shape[0]
    batch = len(train_on) if settings.batch_size == "all" else settings.batch_size
    judged = fitted(held_out, shape), held_out.labels
    pools = any(isinstance(layer, nn.MaxPool2d | nn.AvgPool2d) for layer in network.modules())
    learned, changed = (images, train_on.labels), settings.augmentation
    source = ShuffledBatches(learned, judged, batch, settings.seed, mean, std, changed, pools=pools)
    _check_single(network, source)
    check(network, shape, min(batch, len(train_on)), settings.augmentation.any, available())
    return Prepared(network, source, course_of(settings, network), mean, std, pictures.classes, shape)


def course_of(settings: RunSettings, network: Classifier) -> Course:
    """The hyperparameters of the loop from the settings."""
    early = settings.early_stopping
    return Course(
        epochs=settings.epochs,
        optimizer=partial(optimizer_of, settings),
        rate=partial(rate, settings.schedule, settings.learning_rate),
        loss=loss_of(settings, network),
        clip=settings.clip,
        l1=settings.l1,
        decay_factor=settings.decay_factor,
        patience=Patience(early.patience, early.metric, early.restore_best) if early else Patience(),
    )


def optimizer_of(settings: RunSettings, network: nn.Module) -> torch.optim.Optimizer:
    """The optimizer; weight decay is for kernels and matrices, not for biases."""
    values = list(network.parameters())
    groups: list[dict[str, Any]] = [{"params": values}]  # one is faster than two
    if settings.weight_decay:
        groups = [
            {"params": [value for value in values if is_weight(value)], "weight_decay": settings.weight_decay},
            {"params": [value for value in values if not is_weight(value)], "weight_decay": 0.0},
        ]
    highest = settings.learning_rate
    match settings.optimizer:
        case "sgd":
            return torch.optim.SGD(groups, lr=highest, fused=True)
        case "momentum" | "nesterov":
            ahead = settings.optimizer == "nesterov"
            return torch.optim.SGD(groups, lr=highest, momentum=settings.momentum, nesterov=ahead, fused=True)
        case "adam":
            return torch.optim.Adam(groups, lr=highest, fused=True)
        case "adamw":
            return torch.optim.AdamW(groups, lr=highest, weight_decay=0.0, fused=True)


def loss_of(settings: RunSettings, network: Classifier) -> Callable[[Tensor, Tensor], Tensor]:
    """The loss of the network's output and the labels."""
    smoothing = settings.label_smoothing

    def cross_entropy(output: Tensor, labels: Tensor) -> Tensor:
        return functional.cross_entropy(network.logits(output), labels, label_smoothing=smoothing)

    def mean_squared_error(output: Tensor, labels: Tensor) -> Tensor:
        """Of the probabilities, against 1 for the right class and 0 for the others, smoothed."""
        probabilities = functional.softmax(network.logits(output), dim=1)
        classes = probabilities.shape[1]
        targets = functional.one_hot(labels, classes) * (1 - smoothing) + smoothing / classes
        return functional.mse_loss(probabilities, targets)

    match settings.loss:
        case "cross-entropy":
            return cross_entropy
        case "mean-squared-error":
            return mean_squared_error
        case "own":
            return network.loss


def _network(settings: RunSettings, pictures: Pictures) -> tuple[Classifier, tuple[int, int, int]]:
    """The network with fresh weights and the shape of its input."""
    if isinstance(settings.model, Pattern):
        height, width, channels = pictures.images.shape[1:]
        shape = channels, height, width
        return PatternNetwork(settings.model, shape, len(pictures.classes)), shape
    check_outputs(settings.model, len(pictures.classes), settings.dataset)
    return build(settings.model), CATALOGUE[settings.model].input_shape


def _set_dropout(network: nn.Module, settings: RunSettings) -> None:
    if settings.dropout is None:
        return
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Dropout)]
    if not layers:
        raise PlanError("no-dropout", "dropout: this network has no dropout layer; give a pattern some")
    for layer in layers:
        layer.p = settings.dropout


def _check_single(network: nn.Module, source: ShuffledBatches) -> None:
    """Batch normalization needs more than one picture in every batch."""
    last = source.pictures - (source.per_epoch - 1) * source.batch
    if min(source.batch, last) == 1 and any(isinstance(layer, nn.BatchNorm2d) for layer in network.modules()):
        raise PlanError(
            "single-picture",
            "batch_size: batches of {batch} out of {pictures} pictures leave one with a single picture, "
            "which batch normalization has nothing to compare with; take another size",
            batch=source.batch,
            pictures=source.pictures,
        )
