"""The training loop, as a generator of events: stopping is not asking for the next one."""

import math
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import torch
from torch import Tensor, nn

from app.training.events import Diverged, Epoch, Event, Started, Step, Stopped
from models.classifier import Classifier

LOST = 20.0  # times the loss of a guess, or the first loss if that was larger: no run comes back from there

Batch = tuple[Tensor, Tensor]  # the network's inputs (N, C, H, W) and their labels (N,)


class Feed(Protocol):
    """Where the batches come from."""

    @property
    def pictures(self) -> int:
        """How many are learned from."""

    @property
    def held_out(self) -> int:
        """How many are only judged on."""

    @property
    def per_epoch(self) -> int:
        """Batches of an epoch."""

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Those of one epoch, counted from 1."""

    def judged(self) -> Iterator[Batch]:
        """What is held out."""


@dataclass(frozen=True)
class Patience:
    """When a run that gets no better ends."""

    epochs: int | None = None  # without a new best; None never ends it
    metric: str = "validation-loss"  # or validation-accuracy, or loss
    restore: bool = False  # whether the network ends with the weights of its best epoch


@dataclass(frozen=True)
class Course:
    """How the network goes from one step to the next."""

    epochs: int
    optimizer: Callable[[nn.Module], torch.optim.Optimizer]
    rate: Callable[[int, int, int], float]  # learning rate of (step, steps, steps of an epoch), steps from 1
    loss: Callable[[Tensor, Tensor], Tensor]  # of the network's output and the labels
    averaging: float | None = None  # of the exponential moving average of the weights, per step; what is judged then
    clip: float | None = None  # the longest gradient
    l1: float = 0.0
    decay_factor: float = 0.0
    patience: Patience = Patience()


def train(network: Classifier, feed: Feed, course: Course) -> Generator[Event]:
    """Trains `network` in place. With averaging, what each Epoch carries is the average, not the network's own weights.

    Dropout draws from torch's global generator; everything else that is random is the feed's.
    """
    optimizer = course.optimizer(network)
    average = None if course.averaging is None else _copied(network)
    steps = feed.per_epoch * course.epochs
    best = _Best(course.patience)
    yield Started(feed.pictures, feed.held_out, steps)
    step, worst = 0, math.inf
    for epoch in range(1, course.epochs + 1):
        network.train()
        tally = _Tally(network)
        for inputs, labels in feed.batches(epoch):
            step += 1
            rate = course.rate(step, steps, feed.per_epoch)
            for group in optimizer.param_groups:
                group["lr"] = rate
            output = network(inputs)
            loss = course.loss(output, labels)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            value, norms = float(loss.detach()), tally.norms()
            scores = network.logits(output.detach())
            if step == 1:
                worst = LOST * max(value, math.log(scores.shape[1]))
            norm = float(torch.linalg.vector_norm(norms))
            if not (math.isfinite(value) and math.isfinite(norm)):
                what = f"the loss is {value}" if not math.isfinite(value) else f"the gradient's length is {norm}"
                yield Diverged(step, epoch, _reason(what, step, rate))
                return
            _apply(network, optimizer, course, norm)
            if average is not None and course.averaging is not None:
                _follow(average, network, min(course.averaging, 1 - 1 / (step + 1)))
            right = int((scores.argmax(dim=1) == labels).sum())
            tally.add(value, right, len(labels), norms)
            yield Step(step, epoch, value, rate, right / len(labels), norm)
        weights = _copied(network) if average is None else {name: value.clone() for name, value in average.items()}
        validation, confusion = judge(network, weights, feed.judged(), course.loss)
        yield best.marked(tally.epoch(epoch, validation, confusion, weights))
        if tally.loss / tally.steps > worst:
            yield Diverged(step, epoch, _reason(f"the loss has grown to {tally.loss / tally.steps:.3g}", step, rate))
            return
        if epoch < course.epochs and best.is_over(epoch):
            yield Stopped(epoch, best.epoch, best.reason(epoch))
            break
    best.bring_back(network)


def _apply(network: nn.Module, optimizer: torch.optim.Optimizer, course: Course, norm: float) -> None:
    """One step of the optimizer: the gradient clipped, then the pull of L1, then the decay, then the step itself."""
    with torch.no_grad():
        for value, gradient in _gradients(network):
            if course.clip is not None and norm > course.clip:
                gradient.mul_(course.clip / norm)
            if course.l1 and is_weight(value):
                gradient.add_(value.sign(), alpha=course.l1)
            if course.decay_factor and is_weight(value):
                value.mul_(1 - course.decay_factor)
    optimizer.step()


def _gradients(network: nn.Module) -> list[tuple[Tensor, Tensor]]:
    """Every parameter with its gradient."""
    return [(value, value.grad) for value in network.parameters() if value.grad is not None]


def is_weight(value: Tensor) -> bool:
    """Whether penalties are for it: kernels and matrices, not biases and what scales a whole map."""
    return value.ndim > 1


@torch.no_grad()
def judge(
    network: Classifier,
    weights: dict[str, Tensor],
    batches: Iterable[Batch],
    loss: Callable[[Tensor, Tensor], Tensor],
) -> tuple[float | None, tuple[tuple[int, ...], ...]]:
    """Mean loss and confusion matrix of the network with these weights, in evaluation; its own come back."""
    own, training = _copied(network), network.training
    network.load_state_dict(weights)
    network.eval()
    total, count, confusion = 0.0, 0, torch.zeros(0, 0, dtype=torch.int64)
    for inputs, labels in batches:
        output = network(inputs)
        scores = network.logits(output)
        classes = scores.shape[1]
        if not count:
            confusion = torch.zeros(classes, classes, dtype=torch.int64)
        cells = labels * classes + scores.argmax(dim=1)
        confusion += cells.bincount(minlength=classes**2).view(classes, classes)
        total += float(loss(output, labels)) * len(labels)
        count += len(labels)
    network.load_state_dict(own)
    network.train(training)
    return (total / count if count else None), tuple(tuple(row) for row in confusion.tolist())


class _Tally:
    """What is summed up in the course of an epoch."""

    def __init__(self, network: nn.Module) -> None:
        self.network = network
        self.names = [name for name, value in network.named_parameters() if value.requires_grad]
        self.sums = torch.zeros(len(self.names))
        self.loss, self.steps, self.right, self.pictures = 0.0, 0, 0, 0

    def norms(self) -> Tensor:
        """The gradient's length in every parameter: (parameters,)."""
        return torch.stack(torch._foreach_norm([gradient for _, gradient in _gradients(self.network)]))

    def add(self, loss: float, right: int, pictures: int, norms: Tensor) -> None:
        self.loss += loss
        self.steps += 1
        self.right += right
        self.pictures += pictures
        self.sums += norms

    def epoch(
        self,
        number: int,
        validation: float | None,
        confusion: tuple[tuple[int, ...], ...],
        weights: dict[str, Tensor],
    ) -> Epoch:
        norms = dict(zip(self.names, (self.sums / self.steps).tolist(), strict=True))
        loss, accuracy = self.loss / self.steps, self.right / self.pictures
        return Epoch(number, loss, accuracy, validation, confusion, norms, weights, best=False)


class _Best:
    """The best epoch up to now."""

    def __init__(self, patience: Patience) -> None:
        self.patience = patience
        self.epoch = 0
        self.value = math.inf
        self.weights: dict[str, Tensor] | None = None

    def marked(self, event: Epoch) -> Epoch:
        """The epoch, which is known to be the best or not."""
        value = self._value(event)
        if not (self.epoch == 0 or value < self.value):
            return event
        self.epoch, self.value = event.number, value
        if self.patience.restore:
            self.weights = event.weights
        return replace(event, best=True)

    def _value(self, event: Epoch) -> float:
        """What is watched, so that less is better; the loss learned from where nothing is held out."""
        accuracy = event.validation_accuracy
        if self.patience.metric == "validation-accuracy" and accuracy is not None:
            return -accuracy
        if self.patience.metric == "loss" or event.validation_loss is None:
            return event.loss
        return event.validation_loss

    def is_over(self, epoch: int) -> bool:
        return self.patience.epochs is not None and epoch - self.epoch >= self.patience.epochs

    def reason(self, epoch: int) -> str:
        metric = self.patience.metric.replace("-", " ")
        return f"the {metric} has not improved in the {epoch - self.epoch} epochs since epoch {self.epoch}"

    def bring_back(self, network: nn.Module) -> None:
        if self.weights is not None:
            network.load_state_dict(self.weights)


def _reason(what: str, step: int, rate: float) -> str:
    return f"{what} at step {step}, where the learning rate is {rate:.3g}: take a lower one, or clip the gradient"


def _copied(network: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in network.state_dict().items()}


@torch.no_grad()
def _follow(average: dict[str, Tensor], network: nn.Module, keep: float) -> None:
    values = network.state_dict()
    real = [name for name, value in values.items() if value.is_floating_point()]  # others count batches
    torch._foreach_lerp_([average[name] for name in real], [values[name] for name in real], 1 - keep)
