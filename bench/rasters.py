"""The strokes that the measurements send: digits that grow point by point, as a visitor draws them."""

import struct

from PIL import Image, ImageDraw

SIDE = 112
SEVEN = [(30, 28), (48, 26), (66, 27), (82, 29), (78, 42), (70, 56), (62, 70), (55, 84), (50, 96)]
THREE = [(36, 30), (52, 22), (70, 28), (72, 42), (56, 54), (74, 64), (76, 82), (58, 94), (36, 88)]

# What the draw page asks for when it opens: every column's maps, as bytes with a range per map.
LOOK = {
    "type": "look",
    "model": "lenet5",
    "layers": ["c1_relu", "s2", "c3_relu", "s4", "c5_relu", "f6_relu", "output"],
    "closely": [],
    "steps": False,
}


def growing(points: list[tuple[int, int]]) -> list[bytes]:
    """Rasters of one line, one for each point added; grey bytes, black on white."""
    rasters = []
    for count in range(2, len(points) + 1):
        picture = Image.new("L", (SIDE, SIDE), 255)
        ImageDraw.Draw(picture).line(points[:count], fill=0, width=8, joint="curve")
        rasters.append(picture.tobytes())
    return rasters


RASTERS = growing(SEVEN) + growing(THREE)


def stroke(sequence: int) -> bytes:
    """The message that carries raster number `sequence`, counted round."""
    return struct.pack("<2sBBIHH", b"RX", 1, 1, sequence, SIDE, SIDE) + RASTERS[sequence % len(RASTERS)]


def picture_png() -> bytes:
    """A whole digit as a PNG file, for the REST calls."""
    from io import BytesIO

    file = BytesIO()
    Image.frombytes("L", (SIDE, SIDE), RASTERS[len(SEVEN) - 2]).save(file, "PNG")
    return file.getvalue()
