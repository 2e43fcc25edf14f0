"""Examples of a confusion matrix: a few of the held-out pictures of every cell."""

from typing import Final

from torch import Tensor

MOST: Final = 12  # pictures of a cell


def examples(images: Tensor, labels: Tensor, called: Tensor, classes: int) -> dict[str, Tensor]:
    """The first of every cell that is not empty, as "actual-called": (n, H, W, C) uint8; images are (N, C, H, W)."""
    cell = labels * classes + called
    pictures = {}
    for place in cell.unique().tolist():
        first = (cell == place).nonzero()[:MOST, 0]
        pictures[f"{place // classes}-{place % classes}"] = images[first].permute(0, 2, 3, 1).contiguous()
    return pictures
