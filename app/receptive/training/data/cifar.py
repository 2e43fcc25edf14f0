"""CIFAR-10 (A. Krizhevsky, 2009) from its published archive, from the files in it, or from NumPy archives."""

import lzma
import pickletools
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from receptive.training.data import fetching
from receptive.training.data.fetching import File, Progress
from receptive.training.data.pictures import DatasetError, Pictures, checked

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
ADDRESSES = ("https://www.cs.toronto.edu/~kriz/",)
ARCHIVE = File("cifar-10-python.tar.gz", "c58f30108f718f92721af3b95e74349a", 170_498_071)
FOLDER = "cifar-10-batches-py"  # in the archive
BATCHES = (
    File("data_batch_1", "c99cafc152244af753f735de768cd75f"),
    File("data_batch_2", "d4bba439e000b95fd0a9bffe97cbabec"),
    File("data_batch_3", "54ebc095f3ab1f0389bbae665268c751"),
    File("data_batch_4", "634d18415352ddfa80567beed471001a"),
    File("data_batch_5", "482c414d41f54cd18b22e5b47cb7c3cb"),
)
NAMES = tuple(f"cifar10_train_{number}.npz" for number in range(1, 6))
DAMAGED = (
    OSError, EOFError, ValueError, KeyError, TypeError,
    tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError,
)  # fmt: skip
PIXELS = 3 * 32 * 32

Read = TypeVar("Read")
Batch = tuple[NDArray[np.uint8], NDArray[np.int64]]  # (N, 32, 32, 3), (N,)


def load(folder: Path | None = None, progress: Progress | None = None) -> Pictures:
    """The 50,000 training pictures in their order, from `folder` or else from the cache.

    Raises DatasetError, and Cancelled if `progress` does.
    """
    batches = _batches(folder, progress)
    images = torch.from_numpy(np.concatenate([images for images, _ in batches]))
    labels = torch.from_numpy(np.concatenate([labels for _, labels in batches]))
    return checked(Pictures(images, labels, CLASSES), "CIFAR-10")


def is_here(folder: Path | None = None) -> bool:
    """True if the data set is complete, in `folder` or else in the cache."""
    if folder is None:
        return fetching.is_whole(_cache() / ARCHIVE.name, ARCHIVE)
    return any(_is_in(place) for place in _places(folder))


def _is_in(place: Path) -> bool:
    """True if a folder holds the whole data set in one of its forms."""
    if all((place / name).is_file() for name in NAMES):
        return True
    if all(fetching.is_whole(place / file.name, file) for file in BATCHES):
        return True
    return fetching.is_whole(place / ARCHIVE.name, ARCHIVE)


def _cache() -> Path:
    return fetching.cache_folder() / "cifar10"


def _places(folder: Path) -> tuple[Path, ...]:
    return folder / "cifar10", folder / FOLDER, folder


def _found(place: Path) -> Callable[[], list[Batch]] | None:
    """The reader of a folder's batches, None where there are none. Raises DatasetError where some are missing."""
    if _has(place, NAMES):
        return lambda: [read_npz(place / name) for name in NAMES]
    if _has(place, tuple(file.name for file in BATCHES)):
        return lambda: [read_batch(fetching.check(place / file.name, file).read_bytes(), place) for file in BATCHES]
    if (place / ARCHIVE.name).is_file():
        return lambda: read_archive(fetching.check(place / ARCHIVE.name, ARCHIVE))
    return None


def _batches(folder: Path | None, progress: Progress | None) -> list[Batch]:
    if folder is None:
        (path,) = fetching.fetch(ADDRESSES, [ARCHIVE], _cache(), progress)
        return read_archive(path)
    for place in _places(folder):
        if (read := _found(place)) is not None:
            return read()
    raise DatasetError(
        "cifar-absent",
        "{folder} holds no CIFAR-10: neither {archive}, nor {first_batch} to {last_batch}, "
        "nor {first} to {last}; leave the data folder out to have it downloaded",
        folder=str(folder),
        archive=ARCHIVE.name,
        first_batch=BATCHES[0].name,
        last_batch=BATCHES[-1].name,
        first=NAMES[0],
        last=NAMES[-1],
    )


def _has(folder: Path, names: tuple[str, ...]) -> bool:
    """True if all the files exist. Raises DatasetError where only some do."""
    missing = [name for name in names if not (folder / name).is_file()]
    if missing and len(missing) < len(names):
        raise DatasetError(
            "some-files-absent",
            "{folder} holds no {file}, but others of {first} to {last}: all are needed",
            folder=str(folder),
            file=missing[0],
            first=names[0],
            last=names[-1],
        )
    return not missing


def read_npz(path: Path) -> Batch:
    """A NumPy archive with x (N, 32, 32, 3) and y (N,). Raises DatasetError."""

    def read() -> Batch:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return _batch(arrays["x"], arrays["y"])

    return _explained(read, path)


def read_archive(path: Path) -> list[Batch]:
    """The five training batches of the published archive, which is not unpacked. Raises DatasetError."""

    def read() -> list[Batch]:
        with tarfile.open(path) as archive:
            batches = []
            for file in BATCHES:
                member = archive.extractfile(f"{FOLDER}/{file.name}")
                if member is None:
                    raise KeyError(f"{file.name} is no file")
                batches.append(_parse(member.read()))
            return batches

    return _explained(read, path)


def read_batch(raw: bytes, path: Path) -> Batch:
    """One batch of the published Python version, which is a pickle. Raises DatasetError."""
    return _explained(lambda: _parse(raw), path)


def _parse(raw: bytes) -> Batch:
    """The data in the pickle's instructions, none of which is executed."""
    key, labels, pixels = "", [], b""
    for instruction, value, _ in pickletools.genops(raw):
        if isinstance(value, str | bytes) and instruction.name != "GLOBAL":
            text = value if isinstance(value, bytes) else value.encode("latin-1")
            if key == "data" and len(text) >= PIXELS:
                pixels = text
            elif text in (b"data", b"labels"):
                key = text.decode()
            elif key == "labels":
                key = ""
        elif key == "labels" and instruction.name in ("BININT", "BININT1", "BININT2"):
            labels.append(value)
    images = np.frombuffer(pixels, np.uint8).reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return _batch(images, np.array(labels, np.int64))


def _batch(images: NDArray[np.uint8], labels: NDArray[np.integer]) -> Batch:
    if images.dtype != np.uint8 or images.shape[1:] != (32, 32, 3) or labels.shape != images.shape[:1]:
        raise ValueError(f"{images.shape} pictures with {labels.shape} labels, expected (N, 32, 32, 3) with (N,)")
    return np.ascontiguousarray(images), labels.astype(np.int64)


def _explained(read: Callable[[], Read], path: Path) -> Read:
    try:
        return read()
    except DAMAGED as error:
        raise DatasetError(
            "cifar-damaged",
            "{file} cannot be read as CIFAR-10 ({error}); fetch it again",
            file=str(path),
            error=str(error),
        ) from error
