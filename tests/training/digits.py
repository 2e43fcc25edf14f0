"""A very small world to train in: drawn digits, as tensors and as idx files."""

import gzip
import hashlib
import struct
from pathlib import Path

import torch

from convnets.network import DIGITS
from receptive.training.data.datasets import Dataset
from receptive.training.data.fetching import File
from receptive.training.data.pictures import Pictures
from receptive.training.recipes import pens, strokes
from receptive.training.recipes.augmentation import Distortion
from receptive.training.recipes.recipe import Recipe

RECIPE = Recipe(
    epochs=2,
    batch=20,
    learning_rate=2e-3,
    weight_decay=0.01,
    warm_up=0.1,
    averaging=0.9,
    mild_from=0.5,
    mild_strength=0.5,
    mild_plain=0.5,
    written=20,
    seed=4,
    distortion=Distortion(),
)


def drawn(count: int, seed: int = 9) -> Pictures:
    distances, labels = strokes.written(count, seed)
    fine = ((3 - distances.float() / 16) / 2 + 0.5).clamp(0, 1)
    images = (torch.nn.functional.avg_pool2d(fine, pens.FINE) * 255).byte()
    return Pictures(images[..., None], labels, DIGITS)


def idx(values: torch.Tensor) -> bytes:
    """The bytes of a gzipped idx file, the same for the same values."""
    head = struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape)
    return gzip.compress(head + values.byte().numpy().tobytes(), mtime=0)


def dataset(folder: Path, digits: Pictures, *addresses: str) -> Dataset:
    """The digits as files in `folder`, and the dataset that they are."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, values in (("images.gz", digits.images[..., 0]), ("labels.gz", digits.labels)):
        raw = idx(values)
        (folder / name).write_bytes(raw)
        files.append(File(name, hashlib.md5(raw, usedforsecurity=False).hexdigest(), len(raw)))
    return Dataset("drawn", files[0], files[1], addresses)
