"""Digits as lines of a pen: for every picture, each point's distance to the middle of the nearest stroke."""

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor
from torch.nn import functional

FINE = 2  # points of the distance map along one pixel
REACH = 8.0  # distances are cut here, in points


def distances(images: Tensor) -> Tensor:
    """(N, 28, 28) uint8 -> (N, 56, 56) uint8: the distance to the stroke's middle line in 1/16 of a point."""
    return torch.cat([_distances(chunk) for chunk in images.split(2000)])


def _distances(images: Tensor) -> Tensor:
    grey = functional.interpolate(images[:, None].float(), scale_factor=FINE, mode="bilinear", align_corners=False)
    lines = thin((grey[:, 0] > 110).numpy())
    far = [np.minimum(ndimage.distance_transform_edt(~line), REACH) for line in lines]
    return torch.from_numpy((np.stack(far) * 16).astype(np.uint8))


def thin(shapes: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The one-point-wide middle lines of (N, H, W) shapes, by the parallel algorithm of Zhang and Suen (1984)."""
    line = np.pad(shapes, ((0, 0), (1, 1), (1, 1)))
    changed = True
    while changed:
        changed = False
        for first in (True, False):
            # Neighbours P2 to P9 of the paper: clockwise from north.
            n, ne, e, se = line[:, :-2, 1:-1], line[:, :-2, 2:], line[:, 1:-1, 2:], line[:, 2:, 2:]
            s, sw, w, nw = line[:, 2:, 1:-1], line[:, 2:, :-2], line[:, 1:-1, :-2], line[:, :-2, :-2]
            ring = (n, ne, e, se, s, sw, w, nw)
            count = np.zeros(n.shape, np.uint8)
            turns = np.zeros(n.shape, np.uint8)
            for here, following in zip(ring, (*ring[1:], n), strict=True):
                count += here
                turns += ~here & following
            free = ~(n & e & s) & ~(e & s & w) if first else ~(n & e & w) & ~(n & s & w)
            gone = line[:, 1:-1, 1:-1] & (count >= 2) & (count <= 6) & (turns == 1) & free
            if gone.any():
                line[:, 1:-1, 1:-1] &= ~gone
                changed = True
    return line[:, 1:-1, 1:-1]
