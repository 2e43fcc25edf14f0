"""From a picture to the input of a network that learned from whole pictures, every step kept because it is shown."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from receptive.preprocessing.pixels import coloured, fit, is_framed, resized
from receptive.preprocessing.reading import AsItIs, Pixels, Shape
from receptive.preprocessing.steps import Box, Preparation, Step, StepName, paper

HALF = 128  # grey level from which a corner is light


@dataclass(frozen=True)
class Photo(AsItIs):
    """A whole picture, prepared as the network's training pictures were.

    It is brought to their colours and their size, and from there to the network's input as they were. negated: the
    training pictures show light things on black, as Fashion-MNIST's authors made theirs from photos on white paper; a
    picture on light paper is then turned round.
    """

    learned: Shape  # of the training pictures
    input: Shape  # of the network
    negated: bool = False

    def prepare(self, picture: Pixels) -> Preparation:
        """picture: uint8 (H, W) or (H, W, 3). The input is float32 (C, H, W) from 0 to 1; nothing is ever blank."""
        way = _Way(picture)
        light = None
        if self.negated:
            way.to("grey", coloured(way.image, 1))
            light = on_light_paper(way.pixels)
            way.to("ink", 255 - way.image if light else way.image, always=True)
        channels, height, width = self.learned
        way.to("colour" if channels == 3 else "grey", coloured(way.image, channels))
        if way.image.shape[2:] != (height, width):
            way.to("size", resized(way.image, height, width))
        way.to("colour" if self.input[0] == 3 else "grey", coloured(way.image, self.input[0]))
        if is_framed(way.image.shape, self.input):
            rows, columns = self.input[1] - height, self.input[2] - width
            way.to("pad", way.fitted(self.input), Box(columns // 2, rows // 2, width, height))
        else:
            way.to("resize", way.fitted(self.input))
        values = way.image[0].numpy().astype(np.float32) / np.float32(255)
        return Preparation(False, None if light is None else paper(light), lambda: way.steps, values)


class _Way:
    """A picture on its way, with every step that changed something."""

    def __init__(self, picture: Pixels) -> None:
        self.image = torch.from_numpy(picture.reshape(1, *picture.shape[:2], -1).copy()).permute(0, 3, 1, 2)
        self.steps = [Step("grey" if picture.ndim == 2 else "colour", picture)]

    @property
    def pixels(self) -> Pixels:
        """As they are now, (H, W) or (H, W, 3)."""
        pixels: Pixels = self.image[0].permute(1, 2, 0).contiguous().numpy()
        return pixels[..., 0] if pixels.shape[2] == 1 else pixels

    def to(self, name: StepName, image: Tensor, box: Box | None = None, *, always: bool = False) -> None:
        """One step further."""
        changed = image.shape != self.image.shape
        self.image = image
        if changed or always:
            self.steps.append(Step(name, self.pixels, box))

    def fitted(self, shape: Shape) -> Tensor:
        """The picture at the network's input shape."""
        return fit(self.image, shape)


def on_light_paper(grey: Pixels) -> bool:
    """True if most of the corners are light."""
    corners = grey[:: max(len(grey) - 1, 1), :: max(len(grey[0]) - 1, 1)]
    return bool(np.median(corners) >= HALF)
