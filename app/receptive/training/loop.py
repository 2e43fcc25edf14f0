"""The training loop, as a generator of events: stopping is not asking for the next one."""

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from convnets.classifier import Classifier
from receptive.training.batches import BatchSource
from receptive.training.divergence import diverged
from receptive.training.early_stopping import Best, Patience
from receptive.training.evaluation import Evaluation, copied, evaluate
from receptive.training.events import Epoch, Event, Notice, Started, Step, Stopped
from receptive.training.resume import Place, Resume, Whole
from receptive.training.statistics import EXPLODED, Watch, layers

LOST = 20.0  # times the loss of a guess, or the first loss if that was larger: no run comes back from there


@dataclass(frozen=True)
class Course:
    """The hyperparameters of a training loop."""

    epochs: int
    optimizer: Callable[[nn.Module], torch.optim.Optimizer]
    rate: Callable[[int, int, int], float]  # learning rate of (step, steps, steps of an epoch), steps from 1
    loss: Callable[[Tensor, Tensor], Tensor]  # of the network's output and the labels
    averaging: float | None = None  # of the exponential moving average of the weights, per step; what is judged then
    clip: float | None = None  # the longest gradient
    l1: float = 0.0
    decay_factor: float = 0.0
    patience: Patience = field(default_factory=Patience)


def train(network: Classifier, source: BatchSource, course: Course, resume: Resume | None = None) -> Generator[Event]:
    """Trains `network` in place. With averaging, what each Epoch carries is the average, not the network's own weights.

    resume: from an Epoch of the same network, source and course; the run continues after that epoch with the same bits
    as without an interruption. Dropout draws from torch's global generator, everything else from the source's.

    Raises ResumeError.
    """
    optimizer = course.optimizer(network)
    average = None if course.averaging is None else copied(network)
    best, at = Best(course.patience), Place()
    parameters = [(name, value) for name, value in network.named_parameters() if value.requires_grad]
    watch = Watch([name for name, _ in parameters], [value.shape for _, value in parameters])
    whole = Whole(network, optimizer, average, best, watch, source.generator)
    if resume is not None:
        at = whole.restored(resume)
    steps = source.per_epoch * course.epochs
    yield Started(source.pictures, source.held_out, steps)
    while True:
        if at.loss > at.worst:
            rate = course.rate(at.step, steps, source.per_epoch)
            yield diverged("diverged-growth", at.loss, at, rate)
            return
        if at.epoch == course.epochs:
            break
        if best.is_over(at.epoch):
            yield Stopped(at.epoch, best.epoch, best.why(at.epoch))
            break
        at.epoch += 1
        network.train()
        tally = _Tally(parameters)
        for inputs, labels in source.batches(at.epoch):
            at.step += 1
            rate = course.rate(at.step, steps, source.per_epoch)
            for group in optimizer.param_groups:
                group["lr"] = rate
            output = network(inputs)
            loss = course.loss(output, labels)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            gradients = tally.gradients()
            value, norms = float(loss.detach()), _lengths(gradients)
            scores = network.logits(output.detach())
            if at.step == 1:
                at.worst = LOST * max(value, math.log(scores.shape[1]))
            norm = float(torch.linalg.vector_norm(norms))
            if not (math.isfinite(value) and math.isfinite(norm)):
                code, what = ("diverged-gradient", norm) if math.isfinite(value) else ("diverged-loss", value)
                yield diverged(code, what, at, rate)
                return
            _apply(gradients, optimizer, course, norm)
            if average is not None and course.averaging is not None:
                _follow(average, network, min(course.averaging, 1 - 1 / (at.step + 1)))
            right = int((scores.argmax(dim=1) == labels).sum())
            tally.add(value, right, len(labels), norms)
            yield Step(at.step, at.epoch, value, rate, right / len(labels), norm)
            if norm >= EXPLODED:
                for layer, length in watch.exploded(norms):
                    yield Notice("exploding", layer, at.step, at.epoch, length)
        for layer, length in watch.vanished(tally.sums / tally.steps):
            yield Notice("vanishing", layer, at.step, at.epoch, length)
        own = copied(network)
        weights = own if average is None else {name: value.clone() for name, value in average.items()}
        evaluation = evaluate(network, weights, source.held_out_batches(), course.loss)
        if evaluation.loss is not None and not math.isfinite(evaluation.loss):
            yield diverged("diverged-held-out", evaluation.loss, at, rate)
            return
        at.loss = tally.loss / tally.steps
        is_best = best.improved(at.epoch, at.loss, evaluation, weights)
        yield tally.epoch(at.epoch, evaluation, weights, is_best, whole.kept(at, own, weights))
    best.bring_back(network)


def _apply(
    gradients: list[tuple[Tensor, Tensor]], optimizer: torch.optim.Optimizer, course: Course, norm: float
) -> None:
    """One step of the optimizer: the gradient clipped, then the pull of L1, then the decay, then the step itself."""
    with torch.no_grad():
        for value, gradient in gradients:
            if course.clip is not None and norm > course.clip:
                gradient.mul_(course.clip / norm)
            if course.l1 and is_weight(value):
                gradient.add_(value.sign(), alpha=course.l1)
            if course.decay_factor and is_weight(value):
                value.mul_(1 - course.decay_factor)
    optimizer.step()


def _lengths(gradients: list[tuple[Tensor, Tensor]]) -> Tensor:
    """The gradient's length in every parameter: (parameters,)."""
    return torch.stack(torch._foreach_norm([gradient for _, gradient in gradients]))


def is_weight(value: Tensor) -> bool:
    """True for kernels and matrices, which penalties apply to; false for biases and scales of a map."""
    return value.ndim > 1


class _Tally:
    """The sums of an epoch."""

    def __init__(self, parameters: list[tuple[str, nn.Parameter]]) -> None:
        self.parameters = parameters
        self.sums = torch.zeros(len(parameters))
        self.loss, self.steps, self.right, self.pictures = 0.0, 0, 0, 0

    def gradients(self) -> list[tuple[Tensor, Tensor]]:
        """Every parameter with its gradient."""
        return [(value, value.grad) for _, value in self.parameters if value.grad is not None]

    def add(self, loss: float, right: int, pictures: int, norms: Tensor) -> None:
        self.loss += loss
        self.steps += 1
        self.right += right
        self.pictures += pictures
        self.sums += norms

    def epoch(
        self, number: int, evaluation: Evaluation, weights: dict[str, Tensor], best: bool, resume: Resume
    ) -> Epoch:
        norms = dict(zip((name for name, _ in self.parameters), (self.sums / self.steps).tolist(), strict=True))
        return Epoch(
            number=number,
            loss=self.loss / self.steps,
            accuracy=self.right / self.pictures,
            validation_loss=evaluation.loss,
            confusion=evaluation.confusion,
            called=evaluation.called,
            gradient_norms=norms,
            layers=layers(self.parameters, weights, norms, evaluation.dead),
            weights=weights,
            best=best,
            resume=resume,
        )


@torch.no_grad()
def _follow(average: dict[str, Tensor], network: nn.Module, keep: float) -> None:
    values = network.state_dict()
    real = [name for name, value in values.items() if value.is_floating_point()]  # others count batches
    torch._foreach_lerp_([average[name] for name in real], [values[name] for name in real], 1 - keep)
