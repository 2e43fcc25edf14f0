"""The recipe of the shipped weights as one bare script: what the loop is compared with, bit for bit."""

import math

import torch
from torch import Tensor

from convnets.catalogue import CATALOGUE, build
from receptive.training.data.pictures import Pictures
from receptive.training.recipes import pens, strokes
from receptive.training.recipes.augmentation import Augmenter
from receptive.training.recipes.recipe import Recipe


def averaged_weights(name: str, train_on: Pictures, recipe: Recipe) -> tuple[dict[str, Tensor], list[float]]:
    """The weights that the recipe ends with, and the loss of every step: nothing shared with the loop but its parts."""
    torch.manual_seed(recipe.seed)
    network, about = build(name), CATALOGUE[name]
    generator = torch.Generator().manual_seed(recipe.seed)
    augmenter = Augmenter(recipe.distortion, generator)
    written, theirs = strokes.written(recipe.written, recipe.seed)
    ours = train_on.images.reshape(-1, 28, 28)
    images = torch.cat((ours, torch.zeros(len(written), 28, 28, dtype=torch.uint8)))
    distances, labels = torch.cat((pens.distances(ours), written)), torch.cat((train_on.labels, theirs))
    pen = torch.arange(len(images)) >= len(ours)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay, betas=(0.9, 0.99), fused=True
    )
    average = {key: value.detach().clone() for key, value in network.state_dict().items()}
    steps, step, losses = len(images) // recipe.batch * recipe.epochs, 0, []
    for epoch in range(recipe.epochs):
        strength, plain = 1.0, recipe.distortion.plain
        done = epoch / max(recipe.epochs - 1, 1)
        if done > recipe.mild_from:
            way = (done - recipe.mild_from) / (1 - recipe.mild_from)
            strength = 1 + way * (recipe.mild_strength - 1)
            plain = recipe.distortion.plain + way * (recipe.mild_plain - recipe.distortion.plain)
        order = torch.randperm(len(images), generator=generator)[: len(images) // recipe.batch * recipe.batch]
        for chunk in order.split(recipe.batch * (1024 // recipe.batch)):
            bent = (augmenter(images[chunk], distances[chunk], pen[chunk], strength, plain) - about.mean) / about.std
            for inputs, right in zip(bent.split(recipe.batch), labels[chunk].split(recipe.batch), strict=True):
                step += 1
                optimizer.param_groups[0]["lr"] = _rate(recipe, step / steps)
                loss = network.loss(network(inputs), right)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(float(loss.detach()))
                keep = min(recipe.averaging, 1 - 1 / (step + 1))
                for key, value in network.state_dict().items():
                    average[key].lerp_(value, 1 - keep)
    return average, losses


def _rate(recipe: Recipe, done: float) -> float:
    if done < recipe.warm_up:
        return recipe.learning_rate * done / recipe.warm_up
    way = (done - recipe.warm_up) / (1 - recipe.warm_up)
    return recipe.learning_rate * (0.01 + 0.99 * (1 + math.cos(math.pi * way)) / 2)
