"""Stored pictures of what is on screen, compared so that other fonts and edges pass, and a missing map does not."""

import io
import os
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Locator
from scipy import ndimage

FOLDER: Final = Path(__file__).parent / "pictures"
WRITES: Final = os.environ.get("RECEPTIVE_PICTURES") == "write"
HALF: Final = 2  # a stored picture is half as large as the screen
BLOCK: Final = 6  # pixels of a stored picture that are averaged: letters become grey, cells keep their colours
FAR: Final = 32  # of 255, between the averages of a block, in any of red, green and blue
LARGEST: Final = 12  # blocks that may differ side by side: less than a map or a legend, more than a word that wraps
MOST: Final = 0.04  # of all blocks
AGAIN: Final = 4  # pictures until two are alike
TALLER: Final = 0.06  # of the height, where other fonts need more lines

Pixels = NDArray[np.float64]


def looks_like(element: Locator, name: str) -> None:
    """Fail where the element does not look as in `pictures/NAME.png`; RECEPTIVE_PICTURES=write stores it instead."""
    path = FOLDER / f"{name}.png"
    if WRITES:
        FOLDER.mkdir(exist_ok=True)
        halved(photographed(element)).quantize(256).save(path, optimize=True)
        return
    assert path.is_file(), f"no picture {name}: RECEPTIVE_PICTURES=write stores one"
    with Image.open(path) as image:
        stored = blocks(image.convert("RGB"))
    png, last, problem = b"", b"", None
    # A figure higher than the window is photographed in a larger one; that it stood still is seen in a second picture.
    for _ in range(AGAIN):
        png = photographed(element)
        problem = difference(stored, blocks(halved(png)))
        if problem is None:
            return
        if png == last:
            break
        last = png
    halved(png).save(path.with_suffix(".seen.png"))
    pytest.fail(f"{name}: {problem}; what was seen is beside it")


def photographed(element: Locator) -> bytes:
    """A screenshot of it, as PNG."""
    return element.screenshot(animations="disabled", caret="hide")


def halved(png: bytes) -> Image.Image:
    """A screenshot as it is stored."""
    with Image.open(io.BytesIO(png)) as picture:
        size = (max(1, picture.width // HALF), max(1, picture.height // HALF))
        return picture.convert("RGB").resize(size, Image.Resampling.BOX)


def blocks(picture: Image.Image) -> Pixels:
    """The averages of a picture's blocks, (rows, columns, 3)."""
    size = (max(1, picture.width // BLOCK), max(1, picture.height // BLOCK))
    return np.asarray(picture.resize(size, Image.Resampling.BOX), dtype=np.float64)


def difference(stored: Pixels, seen: Pixels) -> str | None:
    """The difference that is no matter of fonts; None where there is none."""
    (high, wide), (tall, broad) = stored.shape[:2], seen.shape[:2]
    if abs(high - tall) > max(2, TALLER * high) or abs(wide - broad) > 1:
        return f"{tall} x {broad} blocks instead of {high} x {wide}"
    rows, cols = min(high, tall), min(wide, broad)
    far = apart(stored[:rows, :cols], seen[:rows, :cols])
    labels, count = ndimage.label(far, np.ones((3, 3)))
    largest = int(np.bincount(labels.ravel())[1:].max()) if count else 0
    if largest > LARGEST:
        return f"{largest} blocks side by side are different, at most {LARGEST} may be"
    if far.mean() > MOST:
        return f"{far.mean():.1%} of the blocks are different, at most {MOST:.0%} may be"
    return None


def apart(stored: Pixels, seen: Pixels) -> NDArray[np.bool_]:
    """Blocks of either that are like none around their place in the other; one that moved a little is like one."""
    return np.maximum(nearest(stored, seen), nearest(seen, stored)) > FAR


def nearest(those: Pixels, these: Pixels) -> Pixels:
    """For each of these blocks, how far the most alike of the nine of those around its place is from it."""
    rows, cols = those.shape[:2]
    padded = np.pad(those, ((1, 1), (1, 1), (0, 0)), mode="edge")
    gaps = [
        np.abs(padded[down : down + rows, across : across + cols] - these).max(axis=2)
        for down in range(3)
        for across in range(3)
    ]
    closest: Pixels = np.min(gaps, axis=0)
    return closest
