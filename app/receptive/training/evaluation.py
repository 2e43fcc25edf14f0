"""The evaluation of weights on pictures that they have not learned from."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from convnets.classifier import Classifier
from receptive.training.batches import Batch
from receptive.training.statistics import observed_activity


@dataclass(frozen=True)
class Evaluation:
    """The results of weights on the held-out pictures.

    confusion: rows are what a picture is, columns what it is called; called: (N,) int64; dead: see LayerStatistics.
    """

    loss: float | None
    confusion: tuple[tuple[int, ...], ...]
    called: Tensor
    dead: dict[str, float]

    @property
    def accuracy(self) -> float | None:
        """The share of the pictures that are called by their right name."""
        right = sum(row[place] for place, row in enumerate(self.confusion))
        return right / len(self.called) if len(self.called) else None


@torch.no_grad()
def evaluate(
    network: Classifier,
    weights: dict[str, Tensor],
    batches: Iterable[Batch],
    loss: Callable[[Tensor, Tensor], Tensor],
) -> Evaluation:
    """Evaluate the network with these weights; its own weights and mode come back."""
    own, training = copied(network), network.training
    network.load_state_dict(weights)
    network.eval()
    total, confusion = 0.0, torch.zeros(0, 0, dtype=torch.int64)
    called, dead = [torch.zeros(0, dtype=torch.int64)], {}
    for number, (inputs, labels) in enumerate(batches):
        if number:
            output = network(inputs)
        else:
            with observed_activity(network) as activity:
                output = network(inputs)
            dead = activity.dead
        scores = network.logits(output)
        classes = scores.shape[1]
        if not number:
            confusion = torch.zeros(classes, classes, dtype=torch.int64)
        called.append(scores.argmax(dim=1))
        cells = labels * classes + called[-1]
        confusion += cells.bincount(minlength=classes**2).view(classes, classes)
        total += float(loss(output, labels)) * len(labels)
    network.load_state_dict(own)
    network.train(training)
    names = torch.cat(called)
    rows = tuple(tuple(row) for row in confusion.tolist())
    return Evaluation(total / len(names) if len(names) else None, rows, names, dead)


def copied(network: nn.Module) -> dict[str, Tensor]:
    """Copies of its parameters and buffers."""
    return {name: value.detach().clone() for name, value in network.state_dict().items()}
