"""Readings: the ways from a picture to a network's input."""

from typing import Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from receptive.preprocessing.decoding import decode, decode_as_it_is
from receptive.preprocessing.ink import prepare
from receptive.preprocessing.steps import Preparation

Pixels = NDArray[np.uint8]  # (H, W), or (H, W, 3)
Shape = tuple[int, int, int]  # (C, H, W)
ReadingName = Literal["ink", "photo", "negated"]


class Reading(Protocol):
    """From the pixels of a picture to a network's input. kind: `ink` on paper, or the whole `photo`."""

    kind: Literal["ink", "photo"]

    def decode(self, data: bytes) -> Pixels:
        """The pixels of an image file. Raises PictureError."""

    def prepare(self, picture: Pixels) -> Preparation:
        """The steps from these pixels to the input."""


class Ink:
    """A digit as MNIST was made: ink is found on paper, framed and centred."""

    kind: Literal["ink", "photo"] = "ink"

    def decode(self, data: bytes) -> Pixels:
        """The grey values of an image file. Raises PictureError."""
        return decode(data)

    def prepare(self, picture: Pixels) -> Preparation:
        """Crop, fit, centre and pad."""
        return self.framed(prepare(picture))

    def framed(self, preparation: Preparation) -> Preparation:
        """A preparation for 32x32, brought to the size that this network takes."""
        return preparation


class AsItIs:
    """The part that readings share which leave the picture whole."""

    kind: Literal["ink", "photo"] = "photo"

    def decode(self, data: bytes) -> Pixels:
        """The pixels of an image file, with its colours where it has some. Raises PictureError."""
        return decode_as_it_is(data)


INK: Final = Ink()
