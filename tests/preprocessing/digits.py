"""Pictures of digits for tests, drawn by the test itself."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Grey = NDArray[np.uint8]


def seven(side: int = 112, width: int | None = None) -> Grey:
    """A 7 in black on white, (side, side), its lines `width` pixels wide."""
    image = Image.new("L", (side * 4, side * 4), 255)
    line = 4 * (width or max(2, side // 12))
    points = [(side * 4 * x, side * 4 * y) for x, y in ((0.3, 0.22), (0.72, 0.22), (0.46, 0.8))]
    ImageDraw.Draw(image).line(points, fill=0, width=line, joint="curve")
    return np.asarray(image.resize((side, side), Image.Resampling.BOX))


def like_mnist(side: int = 200) -> Grey:
    """A 7 made as MNIST was: scaled into 20x20, its centre of mass on the centre of 28x28, white on black."""
    ink = 255 - seven(side)
    rows, columns = np.flatnonzero(ink.max(1)), np.flatnonzero(ink.max(0))
    cut = Image.fromarray(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    scale = 20 / max(cut.size)
    small = cut.resize((round(cut.width * scale), round(cut.height * scale)), Image.Resampling.BILINEAR)
    values = np.asarray(small, dtype=np.float64)
    values = np.rint(values * (255 / values.max()))
    y, x = (
        int(np.floor(14.5 - (values.sum(axis) @ np.arange(n)) / values.sum()))
        for axis, n in ((1, small.height), (0, small.width))
    )
    field = np.zeros((28, 28), np.uint8)
    field[y : y + small.height, x : x + small.width] = values.astype(np.uint8)
    return field
