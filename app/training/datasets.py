"""The data sets by name, each as pictures: digits that are in the box, published files, a folder of one's own."""

import gzip
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from app.training import cifar, folders
from app.training.fetching import File, cache_folder, download, found
from app.training.pictures import DatasetError, Pictures, checked
from app.training.sources import DRAWINGS, FOLDER
from models.catalogue import DIGITS

HELD_OUT = 10_000  # the last pictures of MNIST's 60,000, as is the custom


@dataclass(frozen=True)
class Dataset:
    """Where a dataset comes from: its two idx files under one of the addresses."""

    name: str
    images: File
    labels: File
    addresses: tuple[str, ...]
    classes: tuple[str, ...] = DIGITS


MNIST = Dataset(
    name="mnist",
    images=File("train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
    labels=File("train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432"),
    addresses=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
)
FASHION = Dataset(
    name="fashion-mnist",
    images=File("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
    labels=File("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
    addresses=(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
    ),
    classes=(
        "T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
    ),
)  # fmt: skip
DATASETS = {MNIST.name: MNIST, FASHION.name: FASHION}


def obtain(name: str, folder: Path | None = None, *, progress: bool = True) -> Pictures:
    """The pictures that a name of NAMES, or folder:PATH, stands for. `folder` holds the published files, if given.

    Raises DatasetError.
    """
    if name.startswith(FOLDER):
        return folders.load(Path(name.removeprefix(FOLDER)).expanduser())
    if name == "digits":
        return digits()
    if name == DRAWINGS:
        raise DatasetError("drawings: there are none here; draw some in the browser, or choose digits")
    if name == "cifar10":
        return cifar.load(folder, progress=progress)
    return load(DATASETS[name], folder, progress=progress)


def digits() -> Pictures:
    """scikit-learn's 1,797 digits, enlarged and framed in 28x28 as /predict frames what it is sent."""
    from app.training.others import other_writers

    framed = other_writers()
    images = (framed.ink[:, 0, 2:-2, 2:-2] * 255).round().byte()
    return Pictures(images[..., None], framed.labels, DIGITS)


def load(dataset: Dataset, folder: Path | None = None, *, progress: bool = True) -> Pictures:
    """The dataset's training pictures, from `folder` or else from the cache, downloaded if they are not there.

    Raises DatasetError.
    """
    images = read_idx(_obtain(dataset, dataset.images, folder, progress=progress))
    labels = read_idx(_obtain(dataset, dataset.labels, folder, progress=progress))
    if images.ndim != 3 or labels.ndim != 1:
        raise DatasetError(f"{dataset.name}: {list(images.shape)} pictures do not go with {list(labels.shape)} labels")
    pictures = Pictures(torch.from_numpy(images)[..., None], torch.from_numpy(labels.astype(np.int64)), dataset.classes)
    return checked(pictures, dataset.name)


def _obtain(dataset: Dataset, file: File, folder: Path | None, *, progress: bool) -> Path:
    if folder is not None:
        return found(file, (folder / dataset.name, folder))
    return download(dataset.addresses, file, cache_folder() / dataset.name, progress=progress)


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
        raise DatasetError(f"{path} cannot be read: {error}") from error
