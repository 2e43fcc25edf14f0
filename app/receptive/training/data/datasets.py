"""The data sets by name, each as pictures: digits that are in the box, published files, a folder of one's own."""

import gzip
import struct
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch

from convnets.network import DIGITS
from receptive.training.data import cifar, folders
from receptive.training.data.fetching import File, Progress, cache_folder, fetch, found, is_whole
from receptive.training.data.pictures import DatasetError, Pictures, checked, mismatched
from receptive.training.data.sources import DRAWINGS, FOLDER

HELD_OUT = 10_000  # the last pictures of MNIST's 60,000, as is the custom


@dataclass(frozen=True)
class Dataset:
    """The files of a published data set: two idx files under one of the addresses."""

    name: str
    images: File
    labels: File
    addresses: tuple[str, ...]
    classes: tuple[str, ...] = DIGITS


MNIST = Dataset(
    name="mnist",
    images=File("train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873", 9_912_422),
    labels=File("train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432", 28_881),
    addresses=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
)
FASHION = Dataset(
    name="fashion-mnist",
    images=File("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d", 26_421_880),
    labels=File("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe", 29_515),
    addresses=(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
    ),
    classes=(
        "T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
    ),
)  # fmt: skip
DATASETS = {MNIST.name: MNIST, FASHION.name: FASHION}


@dataclass(frozen=True)
class About:
    """A data set before it is opened. size: bytes of what is published; here: whether nothing has to be fetched."""

    name: str
    pictures: int
    classes: tuple[str, ...]
    size: int
    here: bool


def about(folder: Path | None = None) -> list[About]:
    """The data sets that are the same for everyone; `folder` holds the published files, if given."""
    known = [About("digits", 1797, DIGITS, 0, True)]
    for dataset in DATASETS.values():
        places = (folder / dataset.name, folder) if folder else (cache_folder() / dataset.name,)
        files = (dataset.images, dataset.labels)
        here = all(any(is_whole(place / file.name, file) for place in places) for file in files)
        known.append(About(dataset.name, 60_000, dataset.classes, sum(file.size for file in files), here))
    return [*known, About("cifar10", 50_000, cifar.CLASSES, cifar.ARCHIVE.size, cifar.is_here(folder))]


def obtain(name: str, folder: Path | None = None, progress: Progress | None = None) -> Pictures:
    """The pictures that a name of NAMES, or folder:PATH, stands for. `folder` holds the published files, if given.

    Drawings are a visitor's: `Drawings.pictures` has them. Raises DatasetError, and Cancelled if `progress` does.
    """
    if name.startswith(FOLDER):
        return folders.load(Path(name.removeprefix(FOLDER)).expanduser())
    if name == "digits":
        return digits()
    if name == DRAWINGS:
        raise DatasetError(
            "drawings-elsewhere", "drawings: there are no drawings here; draw some in the browser, or choose digits"
        )
    if name == "cifar10":
        return cifar.load(folder, progress)
    return load(DATASETS[name], folder, progress)


@cache
def digits() -> Pictures:
    """scikit-learn's 1,797 digits, enlarged and framed in 28x28 as /predict frames what it is sent; in half a second,
    the first time."""
    from receptive.training.data.other_writers import other_writers

    framed = other_writers()
    images = (framed.ink[:, 0, 2:-2, 2:-2] * 255).round().byte()
    return Pictures(images[..., None], framed.labels, DIGITS)


def load(dataset: Dataset, folder: Path | None = None, progress: Progress | None = None) -> Pictures:
    """The dataset's training pictures, from `folder` or else from the cache, downloaded if they are not there.

    Raises DatasetError, and Cancelled if `progress` does.
    """
    files = (dataset.images, dataset.labels)
    if folder is not None:
        paths = [found(file, (folder / dataset.name, folder)) for file in files]
    else:
        paths = fetch(dataset.addresses, files, cache_folder() / dataset.name, progress)
    images, labels = (read_idx(path) for path in paths)
    if images.ndim != 3 or labels.ndim != 1:
        raise mismatched(dataset.name, images.shape, labels.shape)
    pictures = Pictures(torch.from_numpy(images)[..., None], torch.from_numpy(labels.astype(np.int64)), dataset.classes)
    return checked(pictures, dataset.name)


def read_idx(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """An idx file of unsigned bytes: two zero bytes, type 8, the number of dimensions, their sizes, the values."""
    try:
        with gzip.open(path) as file:
            raw = file.read()
        zero, kind, dimensions = struct.unpack_from(">HBB", raw)
        shape = struct.unpack_from(f">{dimensions}I", raw, 4)
        values = np.frombuffer(raw, np.uint8, offset=4 + 4 * dimensions)
        if zero != 0 or kind != 8:
            raise ValueError("not an idx file of unsigned bytes")
        return values.reshape(shape).copy()
    except (OSError, EOFError, ValueError, struct.error, zlib.error) as error:
        raise DatasetError(
            "file-damaged", "{file} cannot be read ({error}); fetch it again", file=str(path), error=str(error)
        ) from error
