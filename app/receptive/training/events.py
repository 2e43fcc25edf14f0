"""The events of the training loop, in order; equal settings give equal events."""

from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from convnets.why import Why
from receptive.training.resume import Resume
from receptive.training.statistics import LayerStatistics


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
    accuracy: float  # share of the batch called by its right name, before the step
    gradient_norm: float  # of the whole gradient of the loss, before it is clipped


@dataclass(frozen=True)
class Epoch:
    """An epoch is complete and the weights have been evaluated; its numbers are finite."""

    number: int  # from 1
    loss: float  # mean over the epoch's steps
    accuracy: float  # share of the epoch's pictures, each before the step that learned from it
    validation_loss: float | None  # mean over what is held out, None where nothing is
    confusion: tuple[tuple[int, ...], ...]  # of what is held out: rows are what a picture is, columns what it is called
    called: Tensor  # (held_out,) int64, what each of them is called
    gradient_norms: dict[str, float]  # of every parameter, mean over the epoch's steps
    layers: tuple[LayerStatistics, ...]  # of the weights that were judged
    weights: dict[str, Tensor]  # those that were judged, not to be changed
    best: bool  # whether no epoch before was as good in the quantity that is watched
    resume: Resume  # what the loop goes on with after this epoch; its tensors are not to be changed

    @property
    def held_out(self) -> int:
        """The number of held-out pictures."""
        return sum(map(sum, self.confusion))

    @property
    def errors(self) -> int:
        """The number of held-out pictures that were classified wrongly."""
        return self.held_out - sum(row[place] for place, row in enumerate(self.confusion))

    @property
    def validation_accuracy(self) -> float | None:
        """The share of them that was not."""
        return 1 - self.errors / self.held_out if self.held_out else None


@dataclass(frozen=True)
class Notice:
    """A layer's gradient has become too small to learn from, or too large, for the first time."""

    kind: Literal["vanishing", "exploding"]
    layer: str
    step: int
    epoch: int
    norm: float  # the gradient's length: in this step if it explodes, on average over the epoch if it vanishes


@dataclass(frozen=True)
class Diverged:
    """The run has ended because its numbers have; the weights are the last that could be computed."""

    step: int
    epoch: int
    why: Why


@dataclass(frozen=True)
class Stopped:
    """The run has ended before its last epoch, because it got no better."""

    epoch: int
    best_epoch: int
    why: Why


Event = Started | Step | Notice | Epoch | Diverged | Stopped
