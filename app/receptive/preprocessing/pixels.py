"""Pixels as tensors: their colours and their size, for training pictures and for a visitor's alike."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

CHUNK = 1000  # pictures resized at once
GREY = (0.299, 0.587, 0.114)  # red, green and blue in luma, ITU-R BT.601


def fit(images: Tensor, shape: tuple[int, int, int]) -> Tensor:
    """(N, C, H, W) uint8 at a network's input shape (C, H, W).

    Slightly smaller ones get a border of zeros, as MNIST's 28x28 do in a 32x32; others are resized as a whole.
    """
    channels, height, width = shape
    images = coloured(images, channels)
    if is_framed(images.shape, shape):
        rows, columns = height - images.shape[2], width - images.shape[3]
        top, left = rows // 2, columns // 2
        return functional.pad(images, (left, columns - left, top, rows - top)).contiguous()
    return torch.cat([resized(some, height, width) for some in images.split(CHUNK)])


def is_framed(images: Sequence[int], shape: tuple[int, int, int]) -> bool:
    """True if images of this shape, (..., H, W), get a border of zeros to become (C, H, W)."""
    rows, columns = shape[1] - images[-2], shape[2] - images[-1]
    return 0 <= rows <= shape[1] // 4 and 0 <= columns <= shape[2] // 4


def coloured(images: Tensor, channels: int) -> Tensor:
    """(N, C, H, W) uint8 with so many channels: grey ones repeated, colours as their luma."""
    if images.shape[1] == channels:
        return images
    if images.shape[1] == 1:
        return images.expand(-1, channels, -1, -1)
    weights = torch.tensor(GREY)[:, None, None]
    grey = torch.cat([(some * weights).sum(dim=1, keepdim=True).round().byte() for some in images.split(CHUNK)])
    return grey.expand(-1, channels, -1, -1)


def resized(images: Tensor, height: int, width: int) -> Tensor:
    """(N, C, H, W) uint8 at another size."""
    real = functional.interpolate(
        images.float(), size=(height, width), mode="bilinear", align_corners=False, antialias=True
    )
    return real.round().clamp(0, 255).byte()
