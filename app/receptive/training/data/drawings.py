"""A visitor's own drawings as a data set: each a small picture file with its label, kept for each browser."""

import builtins
import io
import itertools
import re
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from convnets.why import ExplainedError
from receptive.preprocessing.ink import PictureError, decode, prepare
from receptive.training.data.pictures import DatasetError, Pictures, checked

SIDE = 28  # of a kept drawing: framed as MNIST's are
MOST_DRAWINGS = 500  # of one browser
MOST_CLASSES = 20
MOST_BROWSERS = 1000
SINGLE_KEPT = 600.0  # seconds for which a browser with one drawing keeps its place
KEPT = 86_400.0  # and one with more; no browser that was used within that time loses its drawings
LONGEST_NAME = 24
BROWSER = re.compile(r"[0-9A-Za-z_-]{8,64}")
DRAWING = re.compile(r"[0-9]{20}-[0-9a-f]{8}")
LABEL = "label"  # the key of the name among a file's texts
DAMAGED = (OSError, ValueError, SyntaxError, KeyError)


class DrawingError(ExplainedError, ValueError):
    """A drawing that is refused, with the limit and what to do."""


class DrawingsFullError(ExplainedError):
    """No further browser can keep drawings for now."""


@dataclass(frozen=True)
class Drawing:
    """One drawing. pixels: (28, 28) uint8, 255 for full ink."""

    id: str
    label: str
    pixels: NDArray[np.uint8]


class Drawings:
    """The drawings of one browser, oldest first."""

    def __init__(self, folder: Path, browser: str) -> None:
        """folder: of all browsers. Raises DrawingError."""
        if not BROWSER.fullmatch(browser):
            raise DrawingError("wrong-browser", "browser: 8 to 64 letters, digits, - or _ are needed")
        self._all, self.folder = folder, folder / browser

    def add(self, label: str, picture: bytes | NDArray[np.uint8]) -> Drawing:
        """Keeps one more: an image file, or grey values (H, W) with 0 for black; framed as /predict frames it.

        Raises DrawingError, DrawingsFullError, PictureError and OSError.
        """
        name = _name(label)
        prepared = prepare(decode(picture) if isinstance(picture, bytes) else picture)
        if prepared.blank:
            raise PictureError("nothing-drawn", "image: there is nothing drawn on it")
        labels = self._labels()
        if len(labels) >= MOST_DRAWINGS:
            raise DrawingError(
                "too-many-drawings", "drawings: {most} are kept, which is the limit; remove some", most=MOST_DRAWINGS
            )
        if name not in labels and len(set(labels)) >= MOST_CLASSES:
            raise DrawingError(
                "too-many-classes",
                "label: {most} classes are there, which is the limit; use one of them",
                most=MOST_CLASSES,
            )
        edge = (prepared.input.shape[0] - SIDE) // 2
        pixels = np.rint(prepared.input[edge:-edge, edge:-edge] * 255).astype(np.uint8)
        drawing = Drawing(f"{time.time_ns():020d}-{secrets.token_hex(4)}", name, pixels)
        self._make_folder()
        _write(self.folder / f"{drawing.id}.png", drawing)
        return drawing

    def list(self) -> list[Drawing]:
        """All drawings, without files that are damaged."""
        drawings = (_read(path) for path in sorted(self.folder.glob("*.png")))
        return [drawing for drawing in drawings if drawing is not None]

    def get(self, drawing: str) -> Drawing | None:
        """One drawing; None for an id that is none, and for a damaged file. No other file is read."""
        return _read(self.folder / f"{drawing}.png") if DRAWING.fullmatch(drawing) else None

    def remove(self, drawing: str) -> bool:
        """Remove one; whether it was there. Raises OSError."""
        path = self.folder / f"{drawing}.png"
        if not DRAWING.fullmatch(drawing) or not path.is_file():
            return False
        path.unlink(missing_ok=True)
        return True

    def clear(self) -> None:
        """Remove all of them. Raises OSError."""
        try:
            shutil.rmtree(self.folder)
        except FileNotFoundError:
            return

    def pictures(self) -> Pictures:
        """The drawings as a data set; the classes are their names, in alphabetical order. Raises DatasetError."""
        kept = self.list()
        if not kept:
            raise DatasetError("no-drawings", "drawings: there are no drawings yet; draw a few of at least two classes")
        classes = tuple(sorted({drawing.label for drawing in kept}, key=_naturally))
        images = torch.from_numpy(np.stack([drawing.pixels for drawing in kept]))[..., None]
        labels = torch.tensor([classes.index(drawing.label) for drawing in kept])
        return checked(Pictures(images, labels, classes), "the data set of drawings")

    def _labels(self) -> builtins.list[str]:
        """The labels of all drawings, without their pixels."""
        labels = (_label(path) for path in self.folder.glob("*.png"))
        return [label for label in labels if label is not None]

    def _make_folder(self) -> None:
        """A folder for this browser; where there are too many, those that have not been used for long are removed.

        Raises DrawingsFullError and OSError.
        """
        if self.folder.is_dir():
            return
        self._all.mkdir(parents=True, exist_ok=True)
        others = [place for place in self._all.iterdir() if place.is_dir() and BROWSER.fullmatch(place.name)]
        if len(others) >= MOST_BROWSERS:
            forgotten = [place for place in others if _is_forgotten(place)]
            if not forgotten:
                raise DrawingsFullError(
                    "drawings-full",
                    "drawings: {most} browsers keep drawings here, which is the limit; come back in some minutes",
                    most=MOST_BROWSERS,
                )
            for place in sorted(forgotten, key=_last_used)[: len(others) - MOST_BROWSERS + 1]:
                shutil.rmtree(place, ignore_errors=True)
        self.folder.mkdir(exist_ok=True)


def _name(label: str) -> str:
    """A class's name: one line of text that can be shown. Raises DrawingError."""
    name = " ".join(label.split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise DrawingError(
            "wrong-label",
            "label: 1 to {most} characters that can be shown are needed, not {label}",
            most=LONGEST_NAME,
            label=repr(label[:40]),
        )
    return name


def _is_forgotten(folder: Path) -> bool:
    """True if a browser's drawings may be removed for another's: a single one soon, several after a day."""
    try:
        unused = time.time() - folder.stat().st_mtime
        is_single = sum(1 for _ in itertools.islice(folder.glob("*.png"), 2)) < 2
    except OSError:  # gone meanwhile
        return False
    return unused > (SINGLE_KEPT if is_single else KEPT)


def _last_used(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:  # gone meanwhile
        return 0.0


def _naturally(name: str) -> tuple[int, int, str]:
    """A key that sorts 2 before 10, and numbers before words."""
    return (0, int(name), name) if name.isdecimal() else (1, 0, name)


def _write(path: Path, drawing: Drawing) -> None:
    """Beside its place and then into it, so that nobody reads half. Raises OSError."""
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt(LABEL, drawing.label)
    raw = io.BytesIO()
    Image.fromarray(drawing.pixels).save(raw, "PNG", pnginfo=texts)
    part = path.with_suffix(".part")
    try:
        part.write_bytes(raw.getvalue())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _label(path: Path) -> str | None:
    """The label of a file, from its beginning; None where that is damaged."""
    try:
        with Image.open(path, formats=("PNG",)) as image:
            return _name(str(image.info[LABEL]))
    except DAMAGED:
        return None


def _read(path: Path) -> Drawing | None:
    """The drawing in a file; None where that is damaged."""
    try:
        with Image.open(path, formats=("PNG",)) as image:
            if image.size != (SIDE, SIDE) or image.mode != "L" or not isinstance(image, PngImagePlugin.PngImageFile):
                return None
            return Drawing(path.stem, _name(str(image.text[LABEL])), np.array(image, np.uint8))
    except DAMAGED:
        return None
