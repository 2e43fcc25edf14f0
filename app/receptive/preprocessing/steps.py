"""Shared parts of preprocessing: the steps as they are shown, resizing and the centre of mass."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Floats = NDArray[np.float32]
StepName = Literal["grey", "ink", "crop", "fit", "centre", "pad", "colour", "size", "resize"]

DIGIT: Final = 20  # side of the box that the ink is scaled to fit
FIELD: Final = 28  # side of an MNIST image
INPUT: Final = 32  # side of LeNet-5's input
EDGE: Final = (INPUT - FIELD) // 2
CENTRE: Final = 14  # the pixel that the centre of mass goes to
FULL_CONTRAST: Final = 0.95 * 255  # ink this dark is not stretched, so that an MNIST image stays as it is
LEAST_CONTRAST: Final = 16  # grey levels; less is no ink
HALF: Final = np.float32(127.5)
CRISPER: Final = np.float32(1.4)  # contrast around the half of what is enlarged: coarse scans have soft strokes
SMALL: Final = 48  # side of a picture that is read to the pixel: a scan or a thumbnail, not a photo


class Box(NamedTuple):
    """A rectangle in pixels, x to the right and y down."""

    x: int
    y: int
    width: int
    height: int


class Step(NamedTuple):
    """One step of the way, `image` as uint8 (h, w), or (h, w, 3) where there are colours.

    Of a digit, `grey` is as the picture was, 0 black; every later step is ink: 0 where there is none, 255 at its
    darkest. Where pictures are read as they are: `colour` or `grey` as it was or became, `size` as that of the
    pictures learned from, then `pad` or `resize` as these were brought to the input.
    """

    name: StepName
    image: Grey
    box: Box | None = None
    shift: tuple[int, int] | None = None


class Preparation:
    """A prepared picture: every step, and the input, float32, (32, 32) with ink 1 and paper 0, or (C, H, W).

    paper: which end of the grey scale it is on; None where no paper was looked for.
    """

    __slots__ = ("_steps", "blank", "input", "paper")

    def __init__(
        self,
        blank: bool,
        paper: Literal["light", "dark"] | None,
        steps: Callable[[], list[Step]],
        values: Floats | None = None,
    ) -> None:
        self.blank = blank
        self.paper = paper
        self.input = np.zeros((INPUT, INPUT), np.float32) if values is None else values
        self._steps: Callable[[], list[Step]] | list[Step] = steps

    @property
    def steps(self) -> list[Step]:
        """From `grey` to `pad`, or to `ink` where there is none; put together when they are needed."""
        if not isinstance(self._steps, list):
            self._steps = self._steps()
        return self._steps


def paper(light: bool) -> Literal["light", "dark"]:
    """The end of the grey scale that the paper is on, in a word."""
    return "light" if light else "dark"


def is_nothing(box: Box | None) -> bool:
    """True if there is no ink, or only a speck of dust."""
    return box is None or max(box.width, box.height) < 3


def box_between(columns: bytes, rows: bytes) -> Box | None:
    """The box around what is not zero, from a byte for every column and one for every row."""
    right, bottom = len(columns.rstrip(b"\0")), len(rows.rstrip(b"\0"))
    if not bottom:
        return None
    x, y = len(columns) - len(columns.lstrip(b"\0")), len(rows) - len(rows.lstrip(b"\0"))
    return Box(x, y, right - x, bottom - y)


def fitted_size(width: int, height: int) -> tuple[int, int]:
    """Columns and rows of the ink once its longer side is 20."""
    scale = DIGIT / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


@lru_cache(maxsize=256)
def weights(before: int, after: int) -> Floats:
    """The share of each of `before` pixels in each of `after`: a triangle as wide as the scale, (after, before).

    What Pillow calls bilinear: it averages where it shrinks and interpolates where it enlarges.
    """
    scale = before / after
    reach = max(scale, 1.0)
    middles = (np.arange(after)[:, None] + 0.5) * scale
    shares = np.maximum(1 - np.abs(np.arange(before)[None, :] + 0.5 - middles) / reach, 0)
    normalized: Floats = (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
    return normalized


# A row of ones adds; a row of positions adds what is weighted by its place.
_MOMENTS: Final = np.stack([np.ones(DIGIT), np.arange(DIGIT)]).astype(np.float32)


def moments(fitted: Grey) -> Floats:
    """(..., rows, columns) of at most 20 each -> (..., 2, 2): [[mass, mass by column], [mass by row, both]].

    The first three stay below 2^24, so that float32 adds them exactly.
    """
    rows, columns = fitted.shape[-2:]
    moments: Floats = _MOMENTS[:, :rows] @ fitted.astype(np.float32) @ _MOMENTS[:, :columns].T
    return moments


def begin(centre: float, side: int) -> int:
    """The start of a side on the 28-pixel field that puts its centre of mass on the centre pixel."""
    return min(max(math.floor(CENTRE - centre + 0.5), 0), FIELD - side)
