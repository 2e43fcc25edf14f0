"""Ink for a network whose input has another size than the 32x32 that digits are framed for."""

from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from receptive.preprocessing.reading import Ink
from receptive.preprocessing.steps import FIELD, INPUT, Box, Grey, Preparation, Step

Floats = NDArray[np.float32]

NEAR: Final = 8  # pixels by which a picture may be larger than the input for its border to be cut off


@dataclass(frozen=True)
class FramedInk(Ink):
    """A digit framed as MNIST frames it, then brought to `height` x `width`."""

    height: int
    width: int

    def framed(self, preparation: Preparation) -> Preparation:
        """Cut off a border where there is one, else resize the whole."""
        if preparation.blank:
            return preparation
        values = _resized(preparation.input[None, None], self.height, self.width)[0, 0]
        image = np.rint(values * np.float32(255)).astype(np.uint8)
        steps = partial(self._steps, preparation, image)
        return Preparation(False, preparation.paper, steps, image * np.float32(1 / 255))

    def _steps(self, preparation: Preparation, image: Grey) -> list[Step]:
        """The steps of a digit, where the one that leads to this size replaces the last, which pads to 32x32."""
        *before, padded = preparation.steps
        if (self.height, self.width) == (FIELD, FIELD):
            return before
        if min(self.height, self.width) > FIELD and max(self.height, self.width) <= INPUT:
            box = Box((self.width - FIELD) // 2, (self.height - FIELD) // 2, FIELD, FIELD)
            return [*before, Step("pad", image, box)]
        return [*before, padded, Step("resize", image)]


def _resized(inputs: Floats, height: int, width: int) -> Floats:
    """(N, 1, H, W) at another size: a border is cut off where there is one, or the whole is resized."""
    rows, columns = inputs.shape[2] - height, inputs.shape[3] - width
    if 0 <= rows <= NEAR and 0 <= columns <= NEAR:
        top, left = rows // 2, columns // 2
        return inputs[:, :, top : top + height, left : left + width]
    whole = functional.interpolate(torch.from_numpy(inputs), (height, width), mode="bilinear", antialias=True)
    return whole.numpy()
