"""A stroke as it comes over the socket."""

import struct
from typing import Final, Self

import numpy as np

from convnets.why import ExplainedError, Value
from receptive.preprocessing.steps import Grey

HEAD: Final = struct.Struct("<2sBBIHH")  # magic, version, kind, sequence, width, height
MAGIC: Final = b"RX"
VERSION: Final = 1
RASTER: Final = 1
LONGEST_SIDE: Final = 256


class StrokeError(ExplainedError, ValueError):
    """A binary message that is no stroke; the reason names the field, the limit and the value."""

    sequence: int | None = None

    def numbered(self, sequence: int) -> Self:
        """The same error of the stroke with this number."""
        self.sequence = sequence
        return self


class Stroke:
    """The drawing as it is after one more piece of line: `grey` (height, width), 0 ink to 255 paper."""

    __slots__ = ("grey", "sequence")

    def __init__(self, sequence: int, grey: Grey) -> None:
        self.sequence = sequence
        self.grey = grey


def read(message: bytes) -> Stroke:
    """The stroke in a message. Raises `StrokeError`."""
    if len(message) < HEAD.size:
        raise StrokeError(
            "stroke-too-short",
            "stroke: {count} bytes; at least the {needed} of its head are needed",
            count=len(message),
            needed=HEAD.size,
        )
    magic, version, kind, sequence, width, height = HEAD.unpack_from(message)
    if magic != MAGIC:
        raise _head("magic", repr(magic), repr(MAGIC))
    if version != VERSION:
        raise _head("version", version, VERSION).numbered(sequence)
    if kind != RASTER:
        raise _head("kind", kind, RASTER).numbered(sequence)
    for name, side in (("width", width), ("height", height)):
        if not 1 <= side <= LONGEST_SIDE:
            raise StrokeError(
                "stroke-side",
                "stroke: {name} {sent}; 1 to {limit} are allowed",
                name=name,
                sent=side,
                limit=LONGEST_SIDE,
            ).numbered(sequence)
    if len(message) != HEAD.size + width * height:
        expected = HEAD.size + width * height
        raise StrokeError(
            "stroke-length",
            "stroke: {count} bytes; {width} x {height} pixels take {needed}",
            count=len(message),
            width=width,
            height=height,
            needed=expected,
        ).numbered(sequence)
    return Stroke(sequence, np.frombuffer(message, np.uint8, offset=HEAD.size).reshape(height, width))


def _head(name: str, sent: Value, needed: Value) -> StrokeError:
    """The error of a field of the head that has another value than the only one allowed."""
    return StrokeError("stroke-head", "stroke: {name} {sent}; {needed} is needed", name=name, sent=sent, needed=needed)
