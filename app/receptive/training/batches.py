"""Pictures as the batches of a run: fitted to the network's input once, shuffled and changed anew for every epoch."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import torch
from torch import Tensor

from receptive.training.settings import Augmentation
from receptive.training.transforms import augmented

CHUNK = 1024  # pictures changed and normalized at once
SPREAD = 0x9E3779B1  # far apart for seeds that are near; torch's generator hears 32 bits of a seed
EVALUATED = 500  # pictures judged at once
BESIDE = 4  # pictures of a batch from which on pooling is faster where a pixel's channels lie side by side

Batch = tuple[Tensor, Tensor]  # the network's inputs (N, C, H, W) and their labels (N,)


class BatchSource(Protocol):
    """A source of batches."""

    @property
    def generator(self) -> torch.Generator | None:
        """The random generator that continues from epoch to epoch; None where every epoch has its own seed."""

    @property
    def pictures(self) -> int:
        """The number of training pictures."""

    @property
    def held_out(self) -> int:
        """The number of held-out pictures."""

    @property
    def per_epoch(self) -> int:
        """Batches of an epoch."""

    def batches(self, epoch: int) -> Iterator[Batch]:
        """The batches of one epoch, counted from 1."""

    def held_out_batches(self) -> Iterator[Batch]:
        """The batches of the held-out pictures."""


class ShuffledBatches:
    """Pictures of (N, C, H, W) uint8, in an order and changed in ways that the seed and the epoch decide.

    pools: whether the network does; its batches' memory is then laid out for that, which changes last bits only.
    """

    generator = None

    def __init__(
        self,
        train_on: tuple[Tensor, Tensor],
        held_out: tuple[Tensor, Tensor],
        batch: int,
        seed: int,
        mean: Sequence[float],
        std: Sequence[float],
        augmentation: Augmentation | None = None,
        *,
        pools: bool = False,
    ) -> None:
        self.pools = pools
        self.augmentation = augmentation or Augmentation()
        self.train_on, self.held, self.batch, self.seed = train_on, held_out, batch, seed
        self.mean, self.std = torch.tensor(mean)[:, None, None], torch.tensor(std)[:, None, None]

    @property
    def pictures(self) -> int:
        """The number of training pictures."""
        return len(self.train_on[1])

    @property
    def held_out(self) -> int:
        """The number of held-out pictures."""
        return len(self.held[1])

    @property
    def per_epoch(self) -> int:
        """Batches of an epoch; the last one may be smaller."""
        return -(-self.pictures // self.batch)

    def batches(self, epoch: int) -> Iterator[Batch]:
        """The batches of one epoch; the same again where an interrupted run repeats it."""
        generator = torch.Generator().manual_seed((self.seed * SPREAD + epoch) % 2**32)
        order = torch.randperm(self.pictures, generator=generator)
        images, labels = self.train_on
        for chunk in order.split(self.batch * max(CHUNK // self.batch, 1)):
            ink = augmented(gathered(images, chunk).float().div_(255), self.augmentation, generator)
            inputs = laid_out(ink.sub_(self.mean).div_(self.std), beside=self.pools and self.batch >= BESIDE)
            yield from zip(inputs.split(self.batch), labels[chunk].split(self.batch), strict=True)

    def held_out_batches(self) -> Iterator[Batch]:
        """The batches of the held-out pictures, in their order."""
        images, labels = self.held
        for some, theirs in zip(images.split(EVALUATED), labels.split(EVALUATED), strict=True):
            if len(theirs):
                yield laid_out(self.normalized(some), beside=self.pools), theirs

    def normalized(self, images: Tensor) -> Tensor:
        """(N, C, H, W) uint8 -> the network's inputs."""
        return images.float().div_(255).sub_(self.mean).div_(self.std)


def laid_out(images: Tensor, *, beside: bool) -> Tensor:
    """(N, C, H, W) with the channels of a pixel `beside` each other in memory, or each channel whole.

    Convolutions hand on the layout that they are given; torch's pooling is vectorized along the channels only. The
    strides say so for a single channel too, for which torch itself takes the two for one.
    """
    _, channels, height, width = images.shape
    layout = torch.channels_last if beside else torch.contiguous_format
    rows = (1, width * channels, channels) if beside else (height * width, width, 1)
    return images.contiguous(memory_format=layout).as_strided(images.shape, (channels * height * width, *rows))


def gathered(images: Tensor, chosen: Tensor) -> Tensor:
    """images[chosen] in a sixth of the time, in the same order of memory."""
    out = torch.empty_like(images[: len(chosen)])
    return torch.index_select(images, 0, chosen, out=out)
