"""A stroke on the wire, and the question that it puts to the engine."""

import struct
from collections.abc import Sequence
from typing import Final, Self

import numpy as np

from receptive.engine.local import Batch, Floats
from receptive.preprocessing.canvas import prepare_together
from receptive.preprocessing.reading import INK, Ink, Reading
from receptive.preprocessing.steps import Grey, Preparation
from receptive.queries.frame import Quantized, View, encode

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


class LiveQuestion:
    """What one visitor's drawing asks, answered with the bytes of a frame."""

    __slots__ = ("_preparation", "_reading", "_stroke", "_view")

    def __init__(self, view: View, stroke: Stroke, reading: Reading = INK) -> None:
        self._view = view
        self._stroke = stroke
        self._reading = reading
        self._preparation: Preparation | None = None

    @property
    def network(self) -> str:
        """The network that is looked at."""
        return self._view.network

    @classmethod
    def together(cls, questions: Sequence[Self]) -> None:
        """Prepare at once all the drawings that allow it."""
        digits = [(question, question._reading) for question in questions if isinstance(question._reading, Ink)]
        prepared = prepare_together([question._stroke.grey for question, _ in digits])
        for (question, reading), preparation in zip(digits, prepared, strict=True):
            question._preparation = None if preparation is None else reading.framed(preparation)

    def ink(self) -> Floats | None:
        """The drawing as input, None for an empty one."""
        if self._preparation is None:
            self._preparation = self._reading.prepare(self._stroke.grey)
        return None if self._preparation.blank else self._preparation.input

    def answer(self, batch: Batch | None, row: int) -> bytes:
        """The frame."""
        preparation = self._preparation or self._reading.prepare(self._stroke.grey)
        quantized = None if batch is None else Quantized.once(batch)
        classes = () if batch is None else batch.network.classes
        return encode(self._view, self._stroke.sequence, preparation, quantized, row, classes)
