"""Pictures changed at random before they are learned from: batches (N, C, H, W) of values from 0 to 1.

The network sees each picture a little differently in every epoch, so that it learns what stays the same. What a kind
does at strength 1 is said beside its constant; every kind draws from a generator of its own, so that switching one on
leaves what the others do as it was.
"""

import math
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

from receptive.preprocessing.pixels import GREY
from receptive.training.data.pictures import Pictures
from receptive.training.settings import Augmentation

SHIFT = 0.25  # of the side
TURN = 45.0  # degrees
ZOOM = 1.5  # larger or smaller
SHEAR = 0.5  # pixels to the side for each pixel down
# P. Simard, D. Steinkraus and J. Platt, 2003, section 2: displacements drawn from -1 to 1, smoothed by a Gaussian of
# deviation 4 and multiplied by 34, on pictures with a side of 29.
SMOOTH = 4 / 29  # of the side
BEND = 34 / 29**2  # of the side's square: smoothing leaves one over its deviation
BORDER = 1 / 8  # of the side, around what is cropped
BRIGHTNESS = 0.4  # added to every value
CONTRAST = 0.5  # of the distance to the mean
HUE = 90.0  # degrees
SATURATION = 0.8  # of the distance to grey
GRAIN = 0.25  # standard deviation
ERASED = (0.2, 0.5)  # least and greatest side of the rectangle, of the picture's

KINDS = tuple(Augmentation.model_fields)
BENDS = ("shift", "rotate", "scale", "shear", "elastic")  # one warp together


def augmented(batch: Tensor, augmentation: Augmentation, generator: torch.Generator) -> Tensor:
    """The batch changed; values stay between 0 and 1, what comes in from outside is 0."""
    if not augmentation.any:
        return batch
    seeds = torch.randint(2**31, (len(KINDS),), generator=generator).tolist()
    active = {
        kind: (float(getattr(augmentation, kind)), torch.Generator().manual_seed(seed))
        for kind, seed in zip(KINDS, seeds, strict=True)
        if getattr(augmentation, kind)
    }
    if "crop" in active:
        batch = _crop(batch, *active["crop"])
    if any(kind in active for kind in BENDS):
        batch = _bend(batch, active)
    for kind, change in (("flip", _flip), ("stroke", _stroke), ("erase", _erase)):
        if kind in active:
            batch = change(batch, *active[kind])
    lit = False
    for kind, change in (("light", _light), ("colour", _colour), ("noise", _noise)):
        if kind in active:
            batch, lit = change(batch, *active[kind]), True
    return batch.clamp_(0, 1) if lit else batch


def sheet(pictures: Pictures, augmentation: Augmentation, seed: int, rows: int, cols: int) -> Tensor:
    """(rows, cols, H, W, C) uint8: a picture in each row, of all classes in turn, untouched in the first column."""
    chosen = pictures.fewer(min(rows, len(pictures))).images
    chosen = chosen[torch.arange(rows) % len(chosen)]
    copies = chosen.repeat_interleave(cols - 1, dim=0).permute(0, 3, 1, 2).float() / 255
    changed = augmented(copies, augmentation, torch.Generator().manual_seed(seed)) if len(copies) else copies
    columns = (changed * 255).round().byte().permute(0, 2, 3, 1).unflatten(0, (rows, cols - 1))
    return torch.cat((chosen[:, None], columns), dim=1)


def warped(batch: Tensor, matrix: Tensor, offset: Tensor, displacement: Tensor | None = None) -> Tensor:
    """The batch at other places, between four pixels by distance: (N, C, H, W).

    The value at p is read at matrix p + offset + displacement, in pixels from the centre, across and down;
    matrix: (N, 2, 2), offset: (N, 2), displacement: (N, 2, H, W).
    """
    height, width = batch.shape[2:]
    x = torch.arange(width) - (width - 1) / 2
    y = torch.arange(height) - (height - 1) / 2
    grid = batch.new_empty(len(batch), height, width, 2)
    for axis, side in enumerate((width, height)):
        a, b, c = (matrix[:, axis, 0], matrix[:, axis, 1], offset[:, axis])
        scale = 2 / side  # the grid runs from -1 to 1 between the edges
        row, column = (a * scale)[:, None] * x, (b * scale)[:, None] * y + (c * scale)[:, None]
        torch.add(row[:, None, :], column[:, :, None], out=grid[..., axis])
        if displacement is not None:
            grid[..., axis].add_(displacement[:, axis], alpha=scale)
    return functional.grid_sample(batch, grid, align_corners=False)


def turning(degrees: Tensor) -> Tensor:
    """(N,) -> (N, 2, 2): the matrix by which `warped` turns a picture to the left."""
    angle = degrees * (math.pi / 180)
    cos, sin = angle.cos(), angle.sin()
    return torch.stack((torch.stack((cos, -sin), 1), torch.stack((sin, cos), 1)), 1)


def thickened(batch: Tensor) -> Tensor:
    """Grey dilation: every pixel becomes the brightest of the 3x3 around it."""
    for dim in (2, 3):
        size = batch.shape[dim]
        out = batch.clone()
        for here, there in ((1, 0), (0, 1)):
            some = out.narrow(dim, here, size - 1)
            torch.maximum(some, batch.narrow(dim, there, size - 1), out=some)
        batch = out
    return batch


def elastic(field: Tensor, strength: float) -> Tensor:
    """(N, 2, H, W) drawn from -1 to 1 -> displacements in pixels."""
    height, width = field.shape[2:]
    side = (height + width) / 2
    smooth = _gaussian(height, SMOOTH * side) @ field @ _gaussian(width, SMOOTH * side)
    return smooth.mul_(BEND * side**2 * strength)


def recoloured(hue: Tensor, saturation: Tensor) -> Tensor:
    """(N,) degrees and (N,) factors -> (N, 3, 3): red, green and blue turned about grey, and moved away from it."""
    angle = hue * (math.pi / 180)
    cos, sin = angle.cos()[:, None, None], angle.sin()[:, None, None]
    around = torch.tensor([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]]) / math.sqrt(3)
    turned = cos * torch.eye(3) + (1 - cos) / 3 + sin * around
    factor = saturation[:, None, None]
    stretched = factor * torch.eye(3) + (1 - factor) * torch.tensor(GREY)
    return stretched @ turned


def _spread(count: int, generator: torch.Generator) -> Tensor:
    """(count,) from -1 to 1."""
    return torch.rand(count, generator=generator) * 2 - 1


def _bend(batch: Tensor, active: dict[str, tuple[float, torch.Generator]]) -> Tensor:
    """Enlarged, slanted, turned, moved and bent, all in one reading of the pictures."""
    n, _, height, width = batch.shape

    def drawn(kind: str, most: float) -> Tensor:
        if kind not in active:
            return torch.zeros(n)
        strength, generator = active[kind]
        return _spread(n, generator) * (strength * most)

    zoom, shear = torch.exp(drawn("scale", math.log(ZOOM))), drawn("shear", SHEAR)
    one, zero = torch.ones(n), torch.zeros(n)
    slanted = torch.stack((torch.stack((one, -shear), 1), torch.stack((zero, one), 1)), 1)
    matrix = slanted @ turning(drawn("rotate", TURN)) / zoom[:, None, None]
    across = drawn("shift", SHIFT * width)
    down = drawn("shift", SHIFT * height)
    moved = -(matrix @ torch.stack((across, down), 1)[:, :, None])[:, :, 0]
    if "elastic" not in active:
        return warped(batch, matrix, moved)
    strength, generator = active["elastic"]
    return warped(batch, matrix, moved, elastic(_drawn_field((n, 2, height, width), generator), strength))


def _drawn_field(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Values from -1 to 1 in steps of 2**-15: four from every number drawn, which takes half the time of torch.rand."""
    count = math.prod(shape)
    numbers = torch.randint(-(2**63), 2**63 - 1, (-(-count // 4),), generator=generator)
    return numbers.view(torch.int16)[:count].view(shape).float().div_(2**15)


@cache
def _gaussian(size: int, deviation: float) -> Tensor:
    """(size, size): the symmetric matrix that smooths along a line."""
    place = torch.arange(size, dtype=torch.float32)
    return torch.exp(-((place[:, None] - place) ** 2) / (2 * deviation**2)) / (deviation * math.sqrt(2 * math.pi))


def _crop(batch: Tensor, strength: float, generator: torch.Generator) -> Tensor:
    """Whole pixels, so that nothing is blurred."""
    n, _, height, width = batch.shape
    borders = round(strength * BORDER * height), round(strength * BORDER * width)
    framed = functional.pad(batch, (borders[1], borders[1], borders[0], borders[0]))
    windows = framed.unfold(2, height, 1).unfold(3, width, 1)  # (N, C, places down, places across, H, W)
    down, across = (torch.randint(2 * border + 1, (n,), generator=generator) for border in borders)
    return windows[torch.arange(n), :, down, across]


def _flip(batch: Tensor, strength: float, generator: torch.Generator) -> Tensor:
    mirrored = torch.rand(len(batch), generator=generator) < strength
    return torch.where(mirrored[:, None, None, None], batch.flip(3), batch)


def _stroke(batch: Tensor, strength: float, generator: torch.Generator) -> Tensor:
    """Part of the way to the dilation or to the erosion, which is the dilation of the negative."""
    way = (_spread(len(batch), generator) * strength)[:, None, None, None]
    sign = way.sign()
    return torch.lerp(batch, thickened(batch * sign) * sign, way.abs())


def _erase(batch: Tensor, strength: float, generator: torch.Generator) -> Tensor:
    """A rectangle of zeros: T. DeVries and G. Taylor, 2017."""
    n = len(batch)
    chosen = torch.rand(n, generator=generator) < strength
    inside = []
    for side in batch.shape[2:]:
        length = side * (ERASED[0] + (ERASED[1] - ERASED[0]) * torch.rand(n, generator=generator))
        start = torch.rand(n, generator=generator) * (side - length)
        place = torch.arange(side) + 0.5
        inside.append((place >= start[:, None]) & (place < (start + length)[:, None]))
    rows = inside[0] & chosen[:, None]
    return batch.masked_fill((rows[:, :, None] & inside[1][:, None, :])[:, None], 0)


def _light(batch: Tensor, strength: float, generator: torch.Generator) -> Tensor:
    n = len(batch)
    contrast = 1 + _spread(n, generator) * (CONTRAST * strength)
    brightness = _spread(n, generator) * (BRIGHTNESS * strength)
    base = batch.mean(dim=(1, 2, 3)) * (1 - contrast) + brightness
    return torch.addcmul(base[:, None, None, None], batch, contrast[:, None, None, None])


def _colour(batch: Tensor, strength: float, generator: torch.Generator) -> Tensor:
    n, channels, height, width = batch.shape
    hue, saturation = (_spread(n, generator) * strength for _ in range(2))
    if channels != len(GREY):
        return batch.clone()
    matrix = recoloured(hue * HUE, 1 + saturation * SATURATION)
    return (matrix @ batch.reshape(n, channels, -1)).view(n, channels, height, width)


def _noise(batch: Tensor, strength: float, generator: torch.Generator) -> Tensor:
    return batch + torch.randn(batch.shape, generator=generator) * (GRAIN * strength)
