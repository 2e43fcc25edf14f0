"""Labelled pictures as tensors: divided into what is learned from and what is held out, and fitted to a network."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from convnets.why import ExplainedError
from receptive.preprocessing.pixels import fit


class DatasetError(ExplainedError):
    """The data cannot be had or are not what they should be; says which file and what to do."""


@dataclass(frozen=True)
class Pictures:
    """images: (N, H, W, C) uint8; labels: (N,) int64, each an index into classes."""

    images: Tensor
    labels: Tensor
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def split(self, held_out: int) -> tuple["Pictures", "Pictures"]:
        """All but the last `held_out`, and those."""
        kept = len(self) - held_out
        return self.some(slice(kept)), self.some(slice(kept, None))

    def divided(self, share: float) -> tuple["Pictures", "Pictures"]:
        """All but the last `share` of every class, and those; at least one of each class stays to learn from."""
        rank, sizes = self._ranks()
        kept = (sizes - (sizes * share).round()).clamp(min=1)
        first = rank < kept[self.labels]
        return self.some(first), self.some(~first)

    def fewer(self, count: int) -> "Pictures":
        """`count` of them, the first of every class, of each class as many as of the others while there are."""
        rank, _ = self._ranks()
        chosen = torch.argsort(rank * len(self.classes) + self.labels)[:count]
        return self.some(chosen.sort().values)

    def some(self, which: slice | Tensor) -> "Pictures":
        """The pictures at an index, a slice or a mask."""
        return Pictures(self.images[which], self.labels[which], self.classes)

    def _ranks(self) -> tuple[Tensor, Tensor]:
        """The place of every picture among those of its class, and how many each class has."""
        one_hot = functional.one_hot(self.labels, len(self.classes))
        return one_hot.cumsum(dim=0).gather(1, self.labels[:, None])[:, 0] - 1, one_hot.sum(dim=0)


def checked(pictures: Pictures, what: str) -> Pictures:
    """The same pictures, if there is something to learn from them. Raises DatasetError, which calls them `what`."""
    images, labels = pictures.images, pictures.labels
    if images.ndim != 4 or len(images) != len(labels):
        raise mismatched(what, images.shape, labels.shape)
    if not len(labels):
        raise DatasetError("no-pictures", "{data} holds no picture; choose another data set", data=what)
    if int(labels.max()) >= len(pictures.classes):
        raise DatasetError(
            "label-without-class",
            "{data} has the label {label}, but only {count} classes; fetch it again, or choose another data set",
            data=what,
            label=int(labels.max()),
            count=len(pictures.classes),
        )
    if len(labels.unique()) < 2:
        raise DatasetError(
            "one-class",
            "{data} has pictures of one class only, {class}: there is nothing to tell apart; add a second class",
            **{"data": what, "class": pictures.classes[int(labels[0])]},
        )
    return pictures


def mismatched(what: str, pictures: Sequence[int], labels: Sequence[int]) -> DatasetError:
    """A data set whose pictures and labels, of these shapes, are not of one another."""
    return DatasetError(
        "labels-mismatched",
        "{data}: {pictures} pictures do not go with {labels} labels; fetch it again",
        data=what,
        pictures=str(list(pictures)),
        labels=str(list(labels)),
    )


def fitted(pictures: Pictures, shape: tuple[int, int, int]) -> Tensor:
    """The pictures at a network's input shape (C, H, W): (N, C, H, W) uint8."""
    return fit(pictures.images.permute(0, 3, 1, 2), shape)


def statistics(images: Tensor) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation of every channel of (N, C, H, W) uint8, as shares of 255."""
    levels = torch.arange(256, dtype=torch.float64) / 255
    means, deviations = [], []
    for channel in images.unbind(1):
        counts = channel.flatten().bincount(minlength=256).double()
        mean = (counts @ levels) / counts.sum()
        means.append(float(mean))
        deviations.append(max(float(((counts @ (levels - mean) ** 2) / counts.sum()).sqrt()), 1 / 255))
    return tuple(means), tuple(deviations)
