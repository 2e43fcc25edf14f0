"""How the pictures that a network is asked about are read: as ink on paper, or as the pictures that it learned from."""

from typing import Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from receptive.preprocessing.decoding import decode, decode_as_it_is
from receptive.preprocessing.ink import prepare
from receptive.preprocessing.steps import Preparation

Pixels = NDArray[np.uint8]  # (H, W), or (H, W, 3)


class Reading(Protocol):
    """From what is sent to what the network is shown. kind: what 0 and 1 are, paper and ink, or black and white."""

    kind: Literal["ink", "photo"]

    def decode(self, data: bytes) -> Pixels:
        """The pixels of an image file. Raises PictureError."""

    def prepare(self, picture: Pixels) -> Preparation:
        """The way from these to the input."""


class Ink:
    """A digit as MNIST was made: ink is found on paper, framed and centred."""

    kind: Literal["ink", "photo"] = "ink"

    def decode(self, data: bytes) -> Pixels:
        """Its grey values. Raises PictureError."""
        return decode(data)

    def prepare(self, picture: Pixels) -> Preparation:
        """Cropped, fitted, centred and padded."""
        return self.framed(prepare(picture))

    def framed(self, preparation: Preparation) -> Preparation:
        """What is framed for the networks of the catalogue, as this one reads it."""
        return preparation


class AsItIs:
    """What the readings have in common that leave the picture whole."""

    kind: Literal["ink", "photo"] = "photo"

    def decode(self, data: bytes) -> Pixels:
        """Its colours where it has some. Raises PictureError."""
        return decode_as_it_is(data)


INK: Final = Ink()
