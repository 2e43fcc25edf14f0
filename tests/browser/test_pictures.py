"""The comparison of pictures: the differences that it lets pass and those that it does not, on pictures made here."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from tests.browser.pictures import blocks, difference

Draw = Callable[[ImageDraw.ImageDraw], None]


def picture(*draw: Draw, height: int = 300) -> Image.Image:
    """A figure of two maps with a legend and a line of text."""
    made = Image.new("RGB", (400, height), "#fbfaf7")
    pen = ImageDraw.Draw(made)
    for part in draw:
        part(pen)
    return made


def cells(left: int, seed: int) -> Draw:
    values: NDArray[np.int64] = np.random.default_rng(seed).integers(0, 256, (8, 8))

    def draw(pen: ImageDraw.ImageDraw) -> None:
        for row, line in enumerate(values):
            for col, grey in enumerate(line):
                at = (left + 12 * col, 40 + 12 * row)
                pen.rectangle((*at, at[0] + 11, at[1] + 11), fill=(40, int(grey), 120))

    return draw


def text(words: str, top: int = 10) -> Draw:
    return lambda pen: pen.text((20, top), words, fill="#1d1f24")


WHOLE = (cells(20, 1), cells(200, 2), text("Slide the kernel over the numbers"))


def compared(*draw: Draw, height: int = 300) -> str | None:
    return difference(blocks(picture(*WHOLE)), blocks(picture(*draw, height=height)))


def test_the_same_picture_passes() -> None:
    assert compared(*WHOLE) is None


def test_another_font_passes() -> None:
    assert compared(*WHOLE[:2], text("Slide the kernels across numbers", top=12)) is None
    assert compared(*WHOLE, height=306) is None


@pytest.mark.parametrize("absent", [0, 1])
def test_a_missing_map_does_not(absent: int) -> None:
    assert compared(*(part for place, part in enumerate(WHOLE) if place != absent)) is not None


def test_a_map_with_other_values_does_not() -> None:
    assert compared(cells(20, 3), *WHOLE[1:]) is not None


def test_a_figure_of_another_size_does_not() -> None:
    assert compared(*WHOLE, height=360) is not None
