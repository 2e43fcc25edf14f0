"""A recipe: how the shipped weights are made from drawn, bent and framed digits, as a course of the training loop."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from convnets.classifier import Classifier
from receptive.training.batches import Batch
from receptive.training.data.pictures import Pictures
from receptive.training.events import Event
from receptive.training.loop import Course, train
from receptive.training.recipes import pens, strokes
from receptive.training.recipes.augmentation import Augmenter, Distortion
from receptive.training.schedules import Schedule, rate

CHUNK = 1024  # pictures distorted at once


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what comes out of a run, beside the data and the torch version."""

    epochs: int
    batch: int
    learning_rate: float  # the highest, after the warm-up
    weight_decay: float
    warm_up: float  # share of all steps in which the learning rate rises
    averaging: float  # of the exponential moving average of the weights, per step
    mild_from: float  # share of all epochs after which distortions grow milder
    mild_strength: float  # of the distortions in the last epoch
    mild_plain: float  # share of pictures left as they are in the last epoch
    written: int  # digits drawn in strokes.py's styles, added to the data set's
    seed: int
    distortion: Distortion
    joined: bool = False  # whether what was held out is learned from too; it has been judged on before


def carried_out(
    network: Classifier, train_on: Pictures, held_out: Pictures, recipe: Recipe, mean: float, std: float
) -> Generator[Event]:
    """Trains `network` in place; its average over the last steps is what each Epoch carries."""
    course = Course(
        epochs=recipe.epochs,
        optimizer=partial(_optimizer, recipe=recipe),
        rate=lambda step, steps, _: learning_rate(recipe, step, steps),
        loss=network.loss,
        averaging=recipe.averaging,
    )
    yield from train(network, DistortedBatches(train_on, held_out, recipe, mean, std), course)


def _optimizer(network: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    return torch.optim.AdamW(
        network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay, betas=(0.9, 0.99), fused=True
    )


class DistortedBatches:
    """The data set's digits and drawn ones, bent anew in every epoch; what is held out is only framed."""

    def __init__(self, train_on: Pictures, held_out: Pictures, recipe: Recipe, mean: float, std: float) -> None:
        self.recipe, self.mean, self.std = recipe, mean, std
        self.generator = torch.Generator().manual_seed(recipe.seed)
        self.augmenter = Augmenter(recipe.distortion, self.generator)
        written, their_labels = strokes.written(recipe.written, recipe.seed)
        ours = train_on.images[..., 0]
        self.distances = torch.cat((pens.distances(ours), written))
        self.images = torch.cat((ours, ours.new_zeros(len(written), *ours.shape[1:])))
        self.labels = torch.cat((train_on.labels, their_labels))
        self.pen = torch.arange(len(self.images)) >= len(ours)
        self.held = held_out

    @property
    def pictures(self) -> int:
        """The number of training pictures, drawn ones included."""
        return len(self.images)

    @property
    def held_out(self) -> int:
        """The number of held-out pictures."""
        return len(self.held)

    @property
    def per_epoch(self) -> int:
        """Whole batches of an epoch; what is left over has its turn in another one."""
        return len(self.images) // self.recipe.batch

    def batches(self, epoch: int) -> Iterator[Batch]:
        """The batches of one epoch, in an order of its own."""
        batch = self.recipe.batch
        strength, plain = milder(self.recipe, (epoch - 1) / max(self.recipe.epochs - 1, 1))
        order = torch.randperm(len(self.images), generator=self.generator)[: self.per_epoch * batch]
        for chunk in order.split(batch * max(CHUNK // batch, 1)):
            bent = self.augmenter(self.images[chunk], self.distances[chunk], self.pen[chunk], strength, plain)
            yield from zip(self._normalized(bent).split(batch), self.labels[chunk].split(batch), strict=True)

    def held_out_batches(self) -> Iterator[Batch]:
        """The batches of the held-out pictures, without distortions."""
        for images, labels in zip(self.held.images[..., 0].split(500), self.held.labels.split(500), strict=True):
            framed = nn.functional.pad(images.float() / 255, (2, 2, 2, 2))[:, None]
            yield self._normalized(framed), labels

    def _normalized(self, ink: Tensor) -> Tensor:
        return (ink - self.mean) / self.std


def milder(recipe: Recipe, done: float) -> tuple[float, float]:
    """Strength of the distortions and share of plain pictures when `done` of all epochs is behind."""
    if done <= recipe.mild_from:
        return 1.0, recipe.distortion.plain
    way = (done - recipe.mild_from) / (1 - recipe.mild_from)
    strength = 1 + way * (recipe.mild_strength - 1)
    return strength, recipe.distortion.plain + way * (recipe.mild_plain - recipe.distortion.plain)


def learning_rate(recipe: Recipe, step: int, steps: int) -> float:
    """Rises linearly during the warm-up, then falls along a cosine to a hundredth."""
    return rate(Schedule(kind="cosine", warm_up=recipe.warm_up, lowest=0.01), recipe.learning_rate, step, steps, steps)
