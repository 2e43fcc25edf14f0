"""MNIST as tensors: read from a folder, or downloaded once into the cache with its checksums."""

import errno
import gzip
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pooch
import requests
import torch
from torch import Tensor

HELD_OUT = 10_000  # the last pictures of the 60,000, as is the custom


class DatasetError(Exception):
    """The data cannot be had or are not what they should be; says which file and what to do."""


@dataclass(frozen=True)
class File:
    """A file of a dataset: where it is published and what it must be."""

    name: str
    md5: str


@dataclass(frozen=True)
class Dataset:
    """Where a dataset comes from: its two idx files under one of the addresses."""

    name: str
    images: File
    labels: File
    addresses: tuple[str, ...]


MNIST = Dataset(
    name="mnist",
    images=File("train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
    labels=File("train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432"),
    addresses=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
)
DATASETS = {MNIST.name: MNIST}


@dataclass(frozen=True)
class Digits:
    """images: (N, 28, 28) uint8, white ink on black; labels: (N,) int64."""

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def split(self, held_out: int) -> tuple["Digits", "Digits"]:
        """All but the last `held_out`, and those."""
        kept = len(self) - held_out
        return Digits(self.images[:kept], self.labels[:kept]), Digits(self.images[kept:], self.labels[kept:])


def load(dataset: Dataset, folder: Path | None = None, *, progress: bool = True) -> Digits:
    """The dataset's training pictures, from `folder` or else from the cache, downloaded if they are not there.

    Raises DatasetError.
    """
    images = _read_idx(_obtain(dataset, dataset.images, folder, progress=progress))
    labels = _read_idx(_obtain(dataset, dataset.labels, folder, progress=progress))
    if images.ndim != 3 or labels.ndim != 1 or len(images) != len(labels):
        raise DatasetError(f"{dataset.name}: {list(images.shape)} pictures do not go with {list(labels.shape)} labels")
    return Digits(torch.from_numpy(images), torch.from_numpy(labels.astype(np.int64)))


def cache_folder() -> Path:
    """Where downloads are kept: the user's cache folder."""
    return Path(pooch.os_cache("receptive"))


def _obtain(dataset: Dataset, file: File, folder: Path | None, *, progress: bool) -> Path:
    if folder is not None:
        for place in (folder / file.name, folder / dataset.name / file.name):
            if place.is_file():
                _check(place, file)
                return place
        raise DatasetError(f"{folder} holds no {file.name}; leave the data folder out to have it downloaded")
    return download(dataset, file, cache_folder() / dataset.name, progress=progress)


def _check(path: Path, file: File) -> None:
    found = pooch.file_hash(str(path), alg="md5")
    if found != file.md5:
        raise DatasetError(f"{path} is damaged: its md5 is {found}, expected {file.md5}; fetch it again")


def download(dataset: Dataset, file: File, folder: Path, *, progress: bool = True) -> Path:
    """The file in `folder`, fetched from the first address that has it whole; nothing half-written is left there.

    Raises DatasetError.
    """
    reasons = []
    for address in dataset.addresses:
        try:
            path = pooch.retrieve(
                address + file.name,
                known_hash=f"md5:{file.md5}",
                fname=file.name,
                path=folder,
                downloader=pooch.HTTPDownloader(progressbar=progress, timeout=30),
            )
        except requests.RequestException as error:
            reasons.append(f"{address}: {error}")
            continue
        except OSError as error:
            raise explained(error, file, folder) from error
        except ValueError as error:
            reasons.append(f"{address}: {error}")
            continue
        return Path(path)
    raise DatasetError(f"{file.name} could not be downloaded. " + "; ".join(reasons))


def explained(error: OSError, file: File, folder: Path) -> DatasetError:
    """What a failure to write `file` into `folder` means and what can be done."""
    if error.errno == errno.ENOSPC:
        return DatasetError(
            f"no space left in {folder} for {file.name}: free some, or name another cache folder with XDG_CACHE_HOME"
        )
    return DatasetError(f"{file.name} cannot be written to {folder}: {error}")


def _read_idx(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
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
    except (OSError, EOFError, ValueError, struct.error) as error:
        raise DatasetError(f"{path} cannot be read: {error}") from error
