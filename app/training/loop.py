"""The training loop, as a generator of events: stopping is not asking for the next one."""

import math
from collections.abc import Generator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from app.training import pens, strokes
from app.training.augmentation import Augmenter, Distortion
from app.training.pictures import Pictures
from models.classifier import Classifier

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


@dataclass(frozen=True)
class Started:
    """The run has begun: how much it learns from, what it is judged on, and its length."""

    pictures: int
    held_out: int
    steps: int


@dataclass(frozen=True)
class Step:
    """One batch was learned from."""

    number: int  # from 1
    epoch: int
    loss: float
    learning_rate: float


@dataclass(frozen=True)
class Epoch:
    """All pictures have been seen once more, and the averaged weights judged."""

    number: int  # from 1
    loss: float  # mean over the epoch's steps
    errors: int  # of the averaged weights on what was held out
    held_out: int
    weights: dict[str, Tensor]  # the averaged weights, not to be changed


Event = Started | Step | Epoch


def train(
    network: Classifier, train_on: Pictures, held_out: Pictures, recipe: Recipe, mean: float, std: float
) -> Generator[Event]:
    """Trains `network` in place; its average over the last steps is what each Epoch carries."""
    generator = torch.Generator().manual_seed(recipe.seed)
    augmenter = Augmenter(recipe.distortion, generator)
    written, their_labels = strokes.written(recipe.written, recipe.seed)
    ours = train_on.images[..., 0]
    distances = torch.cat((pens.distances(ours), written))
    images = torch.cat((ours, ours.new_zeros(len(written), *ours.shape[1:])))
    all_labels = torch.cat((train_on.labels, their_labels))
    pen = torch.arange(len(images)) >= len(train_on)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay, betas=(0.9, 0.99), fused=True
    )
    per_epoch = len(images) // recipe.batch
    steps = per_epoch * recipe.epochs
    average = {name: value.detach().clone() for name, value in network.state_dict().items()}
    judged = _normalized(_padded(held_out.images[..., 0]), mean, std)
    yield Started(len(images), len(held_out), steps)
    step = 0
    for epoch in range(1, recipe.epochs + 1):
        strength, plain = milder(recipe, (epoch - 1) / max(recipe.epochs - 1, 1))
        order = torch.randperm(len(images), generator=generator)[: per_epoch * recipe.batch]
        network.train()
        total = 0.0
        for chunk in order.split(recipe.batch * max(CHUNK // recipe.batch, 1)):
            pictures = augmenter(images[chunk], distances[chunk], pen[chunk], strength, plain)
            pictures = _normalized(pictures, mean, std)
            chunk_labels = all_labels[chunk].split(recipe.batch)
            for inputs, labels in zip(pictures.split(recipe.batch), chunk_labels, strict=True):
                step += 1
                rate = learning_rate(recipe, step / steps)
                for group in optimizer.param_groups:
                    group["lr"] = rate
                loss = network.loss(network(inputs), labels)
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                optimizer.step()
                _follow(average, network, min(recipe.averaging, 1 - 1 / (step + 1)))
                value = float(loss.detach())
                total += value
                yield Step(step, epoch, value, rate)
        errors = count_errors(network, average, judged, held_out.labels)
        weights = {name: value.clone() for name, value in average.items()}
        yield Epoch(epoch, total / per_epoch, errors, len(held_out), weights)


def milder(recipe: Recipe, done: float) -> tuple[float, float]:
    """Strength of the distortions and share of plain pictures when `done` of all epochs is behind."""
    if done <= recipe.mild_from:
        return 1.0, recipe.distortion.plain
    way = (done - recipe.mild_from) / (1 - recipe.mild_from)
    strength = 1 + way * (recipe.mild_strength - 1)
    return strength, recipe.distortion.plain + way * (recipe.mild_plain - recipe.distortion.plain)


def learning_rate(recipe: Recipe, done: float) -> float:
    """Rises linearly during the warm-up, then falls along a cosine to a hundredth."""
    if done < recipe.warm_up:
        return recipe.learning_rate * done / recipe.warm_up
    way = (done - recipe.warm_up) / (1 - recipe.warm_up)
    return recipe.learning_rate * (0.01 + 0.99 * (1 + math.cos(math.pi * way)) / 2)


@torch.no_grad()
def count_errors(network: Classifier, weights: dict[str, Tensor], inputs: Tensor, labels: Tensor) -> int:
    """How many of the inputs the network with these weights calls by a wrong name."""
    own = {name: value.clone() for name, value in network.state_dict().items()}
    network.load_state_dict(weights)
    network.eval()
    errors = 0
    for some, right in zip(inputs.split(500), labels.split(500), strict=True):
        errors += int((network.logits(network(some)).argmax(dim=1) != right).sum())
    network.load_state_dict(own)
    network.train()
    return errors


@torch.no_grad()
def _follow(average: dict[str, Tensor], network: nn.Module, keep: float) -> None:
    values = list(network.state_dict().values())
    torch._foreach_lerp_(list(average.values()), values, 1 - keep)


def _padded(images: Tensor) -> Tensor:
    return nn.functional.pad(images.float() / 255, (2, 2, 2, 2))[:, None]


def _normalized(ink: Tensor, mean: float, std: float) -> Tensor:
    return (ink - mean) / std
