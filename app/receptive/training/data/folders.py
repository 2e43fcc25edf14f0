"""A folder of images as a data set: one sub-folder for each class."""

import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps

from receptive.preprocessing.decoding import FORMATS, as_it_is
from receptive.training.data.pictures import DatasetError, Pictures, checked

ENDINGS = (".png", ".jpg", ".jpeg", ".webp")
LONGEST_SIDE = 256  # pixels
MOST_BYTES = 2**31  # of all pictures, decoded
MOST_CLASSES = 1000
DAMAGED = (
    Image.DecompressionBombError, OSError, EOFError, SyntaxError, ValueError, KeyError, TypeError, ArithmeticError
)  # fmt: skip


def load(folder: Path) -> Pictures:
    """The images in the sub-folders of `folder`, grey if all of them are. Raises DatasetError."""
    try:
        files = {place.name: _images(place) for place in _classes(folder)}
    except OSError as error:
        raise DatasetError(
            "folder-unreadable",
            "{folder} cannot be read: {error}; name another folder",
            folder=str(folder)[:200],
            error=error.strerror or str(error),
        ) from error
    first = next(iter(files.values()))[0]
    arrays = list(_read([path for paths in files.values() for path in paths]))
    colour = any(array.ndim == 3 for array in arrays)
    shape = arrays[0].shape[:2]
    for path, array in zip((path for paths in files.values() for path in paths), arrays, strict=True):
        if array.shape[:2] != shape:
            raise DatasetError(
                "ragged-images",
                "{file} is {size} pixels, {first} is {first_size}: all images need one size; crop or resize them",
                file=str(path),
                size=_size(array.shape),
                first=str(first),
                first_size=_size(shape),
            )
    images = np.stack([_coloured(array) if colour else array[..., None] for array in arrays])
    labels = [label for label, paths in enumerate(files.values()) for _ in paths]
    return checked(Pictures(torch.from_numpy(images), torch.tensor(labels), tuple(files)), str(folder))


def _classes(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise DatasetError(
            "no-folder",
            "{folder} is no folder; name one that holds a sub-folder of images for every class",
            folder=str(folder),
        )
    places = [place for place in folder.iterdir() if place.is_dir() and not place.name.startswith(".")]
    if not 2 <= len(places) <= MOST_CLASSES:
        raise DatasetError(
            "wrong-number-of-classes",
            "{folder} holds {found} sub-folders, which are the classes; from 2 to {most} are needed",
            folder=str(folder),
            found=len(places),
            most=MOST_CLASSES,
        )
    return sorted(places, key=_naturally)


def _images(folder: Path) -> list[Path]:
    paths = [path for path in folder.iterdir() if path.suffix.lower() in ENDINGS and path.is_file()]
    if not paths:
        raise DatasetError(
            "class-without-images",
            "{folder} holds no image; put PNG, JPEG or WebP files there, or remove the folder",
            folder=str(folder),
        )
    return sorted(paths, key=_naturally)


def _naturally(path: Path) -> list[tuple[int, str]]:
    """A key that sorts 2 before 10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", path.name) if part]


def _read(paths: list[Path]) -> Iterator[NDArray[np.uint8]]:
    taken = 0
    for path in paths:
        array = read_image(path)
        taken += array.size
        if taken > MOST_BYTES:
            raise DatasetError(
                "folder-too-large",
                "{file} is beyond the {most} bytes of pictures that are read; take fewer or smaller ones",
                file=str(path),
                most=MOST_BYTES,
            )
        yield array


def read_image(path: Path) -> NDArray[np.uint8]:
    """One image, (H, W) if it is grey, else (H, W, 3); upright, alpha over white. Raises DatasetError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # damaged EXIF or palettes: the pixels decide
        try:
            with Image.open(path, formats=FORMATS) as image:
                if max(image.size) > LONGEST_SIDE:
                    raise DatasetError(
                        "image-too-large",
                        "{file} is {width} x {height} pixels; at most {most} a side are read: make the images smaller",
                        file=str(path),
                        width=image.width,
                        height=image.height,
                        most=LONGEST_SIDE,
                    )
                return np.asarray(as_it_is(ImageOps.exif_transpose(image)))
        except DAMAGED as error:
            raise DatasetError(
                "image-damaged",
                "{file} cannot be read as an image ({error}); replace or remove it",
                file=str(path),
                error=str(error),
            ) from error


def _coloured(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return array if array.ndim == 3 else np.repeat(array[..., None], 3, axis=2)


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[1]} x {shape[0]}"
