"""Digits of other writers: scikit-learn's 1,797, as pictures, through the preprocessing of /predict."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from convnets.classifier import Classifier
from receptive.preprocessing.ink import prepare
from receptive.training.data import bundled

SIDE = 32  # of the picture that an 8x8 bitmap is smoothly enlarged to


@dataclass(frozen=True)
class Framed:
    """ink: (N, 1, 32, 32) in [0, 1], before normalization; labels: (N,) int64."""

    ink: Tensor
    labels: Tensor


def other_writers() -> Framed:
    """scikit-learn's digits, 8x8 in 17 levels, enlarged by bicubic interpolation, as black ink on white."""
    digits = bundled.digits(bundled.folder())
    return as_sent([_enlarged(row.reshape(8, 8)) for row in digits[:, :64]], digits[:, 64].astype(np.int64))


def as_sent(pictures: list[NDArray[np.uint8]], labels: NDArray[np.int64]) -> Framed:
    """Grey pictures of any size, 0 black, as the network meets them when they are sent to /predict."""
    ink = np.stack([prepare(picture).input for picture in pictures])
    return Framed(torch.from_numpy(ink)[:, None], torch.from_numpy(np.asarray(labels, np.int64)))


def _enlarged(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    ink = Image.fromarray(np.pad(image * (255 / 16), 1).astype(np.uint8)).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return 255 - np.asarray(ink)


@torch.inference_mode()
def guesses(network: Classifier, ink: Tensor, mean: float, std: float) -> Tensor:
    """The predicted class of each picture: (N, 1, 32, 32) -> (N,)."""
    network.eval()
    return torch.cat([network.logits(network((some - mean) / std)).argmax(dim=1) for some in ink.split(500)])
