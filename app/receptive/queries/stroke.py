"""A stroke as it comes over the socket."""

import struct
from typing import Final

import numpy as np

from receptive.preprocessing.steps import Grey

HEAD: Final = struct.Struct("<2sBBIHH")  # magic, version, kind, sequence, width, height
MAGIC: Final = b"RX"
VERSION: Final = 1
RASTER: Final = 1
LONGEST_SIDE: Final = 256


class StrokeError(ValueError):
    """A binary message that is no stroke; the text names the field, the limit and the value."""

    def __init__(self, detail: str, sequence: int | None = None) -> None:
        super().__init__(detail)
        self.sequence = sequence


class Stroke:
    """The drawing as it is after one more piece of line: `grey` (height, width), 0 ink to 255 paper."""

    __slots__ = ("grey", "sequence")

    def __init__(self, sequence: int, grey: Grey) -> None:
        self.sequence = sequence
        self.grey = grey


def read(message: bytes) -> Stroke:
    """The stroke in a message. Raises `StrokeError`."""
    if len(message) < HEAD.size:
        raise StrokeError(f"stroke: {len(message)} bytes; at least the {HEAD.size} of its head are needed")
    magic, version, kind, sequence, width, height = HEAD.unpack_from(message)
    if magic != MAGIC:
        raise StrokeError(f"magic: {magic!r}; {MAGIC!r} is expected")
    if version != VERSION:
        raise StrokeError(f"version: {version}; {VERSION} is expected", sequence)
    if kind != RASTER:
        raise StrokeError(f"kind: {kind}; {RASTER} is expected", sequence)
    for name, side in (("width", width), ("height", height)):
        if not 1 <= side <= LONGEST_SIDE:
            raise StrokeError(f"{name}: {side}; 1 to {LONGEST_SIDE} are allowed", sequence)
    if len(message) != HEAD.size + width * height:
        expected = HEAD.size + width * height
        raise StrokeError(f"stroke: {len(message)} bytes; {width} x {height} pixels take {expected}", sequence)
    return Stroke(sequence, np.frombuffer(message, np.uint8, offset=HEAD.size).reshape(height, width))
