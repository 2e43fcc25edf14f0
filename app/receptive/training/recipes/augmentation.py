"""Distortions of digits, on batches of tensors: one warp, other pens, coarse scans, and the framing of /predict."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from receptive.training.recipes import pens

SIDE = 28  # of an MNIST picture
BOX = 20  # the square that a digit's ink fits
CANVAS = 40  # points along the side of the working canvas, on which pictures are bent
FINE = CANVAS / SIDE
KNOTS = 7  # control points of the elastic displacement along one side


@dataclass(frozen=True)
class Distortion:
    """The amount of each distortion at full strength; lengths in pixels of the 28x28 picture."""

    # The first four are what two standard deviations make.
    rotation: float = 15.0  # degrees
    shear: float = 0.35
    stretch: float = 0.25  # of the logarithm of width over height
    elastic: float = 1.3
    weight: float = 1.0  # how far strokes are thickened and thinned
    shift: float = 0.8
    scale: float = 0.06
    pens: float = 0.12  # share redrawn with a pen of constant width
    scans: float = 0.2  # share sent through a coarse scan
    plain: float = 0.1  # share left exactly as it is


class Augmenter:
    """Distorts (N, 28, 28) pictures; everything random comes from its generator."""

    def __init__(self, distortion: Distortion, generator: torch.Generator) -> None:
        self.distortion = distortion
        self.generator = generator
        place = (torch.arange(CANVAS) + 0.5) / CANVAS * 2 - 1
        self.base = torch.stack((place.repeat(CANVAS), place.repeat_interleave(CANVAS), torch.ones(CANVAS**2)))
        self.spline = _spline(CANVAS, KNOTS)

    def __call__(self, images: Tensor, distances: Tensor, pen: Tensor, strength: float, plain: float) -> Tensor:
        """images (N, 28, 28) uint8, distances (N, 56, 56) uint8 of pens.py -> (N, 1, 32, 32) ink in [0, 1].

        pen (N,) says which have distances only; strength scales every bend; plain is the share only padded.
        """
        recipe = self.distortion
        n = len(images)
        draw = self._uniform(n)
        ends = torch.tensor([plain, plain + (1 - plain) * recipe.pens])
        kind = torch.bucketize(draw, ends).masked_fill(pen, 1)  # 0 plain, 1 pen, 2 bent
        out = images.new_zeros((n, SIDE, SIDE), dtype=torch.float32)
        for value in range(3):
            rows = (kind == value).nonzero().squeeze(1)
            if not len(rows):
                continue
            if value == 0:
                out[rows] = images[rows].float() / 255
                continue
            grid = self._grid(len(rows), strength)
            if value == 1:
                canvas = self._pen(distances[rows].float() / 16, grid)
            else:
                canvas = self._weigh(images[rows].float() / 255, grid, strength)
            out[rows] = self._scan(canvas, strength)
        return functional.pad(out, (2, 2, 2, 2))[:, None]

    def _uniform(self, *shape: int) -> Tensor:
        return torch.rand(shape, generator=self.generator)

    def _spread(self, *shape: int) -> Tensor:
        """Roughly normal, never beyond 2: the tails of a true normal distribution destroy digits."""
        return torch.randn(shape, generator=self.generator).clamp(-2, 2)

    def _grid(self, n: int, strength: float) -> Tensor:
        """The sampling grid of the canvas: rotation, shear, stretch and elastic bending as one warp."""
        recipe = self.distortion
        angle = self._spread(n) * (recipe.rotation / 2 * strength * torch.pi / 180)
        shear = self._spread(n) * (recipe.shear / 2 * strength)
        wide = torch.exp(self._spread(n) * (recipe.stretch / 2 * strength))
        cos, sin = torch.cos(angle), torch.sin(angle)
        a, b = cos * wide, cos * shear - sin
        c, d = sin * wide, sin * shear + cos / wide
        zero = torch.zeros(n)
        matrix = torch.stack((torch.stack((a, b, zero), 1), torch.stack((c, d, zero), 1)), 1)
        grid = (matrix @ self.base).view(n, 2, CANVAS, CANVAS)
        amount = self._uniform(n, 1, 1, 1) * (recipe.elastic * strength * 2 / SIDE)
        knots = self._spread(n, 2, KNOTS, KNOTS) * amount
        grid += self.spline @ knots @ self.spline.T
        return grid.permute(0, 2, 3, 1)

    def _weigh(self, pictures: Tensor, grid: Tensor, strength: float) -> Tensor:
        """Bent, and half of them with thicker or thinner strokes: blurred, bent, then cut at another level."""
        half = len(pictures) // 2
        plain, before = pictures[:half], pictures[half:]
        blurred = _sample(_blur(before, 0.75 + 0.4 * float(self._uniform(1))), grid[half:])
        n = len(before)
        level = torch.exp(self._spread(n, 1, 1) * (0.55 * self.distortion.weight * strength)) * 0.42
        steep = 8 + 12 * self._uniform(n, 1, 1)
        after = torch.sigmoid((blurred - level.clamp(0.12, 0.72)) * steep) * (blurred > 0.03)
        # A thin line can vanish; then the picture is bent only.
        lost = (after.sum(dim=(1, 2)) < 0.35 * FINE**2 * before.sum(dim=(1, 2))).nonzero().squeeze(1)
        if len(lost):
            after[lost] = _sample(before[lost], grid[half:][lost])
        return torch.cat((_sample(plain, grid[:half]), after))

    def _pen(self, distances: Tensor, grid: Tensor) -> Tensor:
        """A line of constant width and full contrast, from 1 to 5.5 pixels of the 28x28 picture wide."""
        n = len(distances)
        half = torch.exp(self._uniform(n, 1, 1) * 1.7) * 0.5 * pens.FINE
        warped = functional.grid_sample(distances[:, None], grid, align_corners=False, padding_mode="border")[:, 0]
        return ((half - warped) * FINE / pens.FINE + 0.5).clamp(0, 1)

    def _scan(self, canvas: Tensor, strength: float) -> Tensor:
        """Some of the pictures through a scan of 16x16 or 32x32, then all of them framed: -> (N, 28, 28)."""
        n = len(canvas)
        kind = (self._uniform(n) / max(self.distortion.scans, 1e-9) * 3).floor().clamp(max=3).long()
        out = canvas.new_empty(n, SIDE, SIDE)
        for value in range(4):
            rows = (kind == value).nonzero().squeeze(1)
            if not len(rows):
                continue
            chosen = canvas[rows]
            if value == 0:  # black and white, stretched to fill 16x16
                chosen = self._threshold(_crop(chosen, 16, torch.ones(len(rows), dtype=torch.bool)))
            elif value == 1:  # grey, 16x16; half of them stretched
                chosen = _crop(chosen, 16, self._uniform(len(rows)) < 0.5)
            elif value == 2:  # black and white, 32x32
                chosen = self._threshold(_crop(chosen, 32, torch.zeros(len(rows), dtype=torch.bool)))
            out[rows] = self.frame(chosen, strength)
        return out

    def _threshold(self, scan: Tensor) -> Tensor:
        level = 0.3 + 0.3 * self._uniform(len(scan), 1, 1)
        return (scan > level * scan.amax(dim=(1, 2), keepdim=True)).float()

    def frame(self, canvas: Tensor, strength: float) -> Tensor:
        """The ink's box fitted to 20x20 and its centre of mass at the centre of 28x28, up to a residual jitter."""
        n = len(canvas)
        _, _, width, height = _box(canvas)
        across, down = _centre(canvas)
        zoom = BOX / torch.maximum(width, height)
        zoom = zoom * torch.exp(self._spread(n) * (self.distortion.scale / 2 * strength))
        jitter = self._spread(2, n) * (self.distortion.shift / 2 * max(strength, 0.5))
        # The centre of mass of an MNIST digit lies within half a pixel of pixel 14, whose middle is at 14.5.
        place = (jitter - 0.5) / zoom
        out = _window(canvas, across + place[0], down + place[1], SIDE / zoom, SIDE / zoom, SIDE)
        return (out / out.amax(dim=(1, 2), keepdim=True).clamp(min=0.1)).clamp(0, 1)


def _sample(images: Tensor, grid: Tensor) -> Tensor:
    return functional.grid_sample(images[:, None], grid, align_corners=False)[:, 0]


def _window(canvas: Tensor, across: Tensor, down: Tensor, width: Tensor, height: Tensor, side: int) -> Tensor:
    """The part of each canvas around (across, down), width by height of its points, as side x side."""
    size = canvas.shape[-1]
    step = (torch.arange(side) + 0.5) / side - 0.5
    x = (across[:, None] + step * width[:, None]) * (2 / size) - 1
    y = (down[:, None] + step * height[:, None]) * (2 / size) - 1
    n = len(canvas)
    grid = torch.stack((x[:, None, :].expand(n, side, side), y[:, :, None].expand(n, side, side)), dim=3)
    return _sample(canvas, grid)


def _crop(canvas: Tensor, side: int, stretched: Tensor) -> Tensor:
    """The ink's box as a scan of side x side, filling it (stretched) or keeping its aspect; each cell an average."""
    left, top, width, height = _box(canvas)
    across, down = left + width / 2, top + height / 2
    square = torch.maximum(width, height)
    # A bare stroke is widened to a third of the square, as writers of boxed digits do, not to a block of ink.
    width = torch.where(stretched, torch.maximum(width, height / 3), square)
    height = torch.where(stretched, torch.maximum(height, width / 3), square)
    return functional.avg_pool2d(_window(canvas, across, down, width, height, side * 2), 2)


def _box(canvas: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """left, top, width and height of what is darker than a fifth, in points."""
    ink = canvas > 0.2
    size = canvas.shape[-1]
    edges = []
    for dim in (1, 2):
        line = ink.any(dim=dim).float()
        first = line.argmax(dim=1)
        last = size - line.flip(1).argmax(dim=1)
        edges.append((first.float(), (last - first).float()))
    (left, width), (top, height) = edges
    return left, top, width, height


def _centre(canvas: Tensor) -> tuple[Tensor, Tensor]:
    """The centre of mass, across and down, in points."""
    place = torch.arange(canvas.shape[-1]) + 0.5
    mass = canvas.sum(dim=(1, 2)).clamp(min=1e-6)
    return (canvas.sum(dim=1) @ place) / mass, (canvas.sum(dim=2) @ place) / mass


def _blur(canvas: Tensor, sigma: float) -> Tensor:
    """A Gaussian blur as two products with a band matrix."""
    size = canvas.shape[-1]
    place = torch.arange(size, dtype=torch.float32)
    kernel = torch.exp(-((place[:, None] - place) ** 2) / (2 * sigma**2))
    kernel = kernel / kernel.sum(dim=1).max()
    across = canvas.reshape(-1, size) @ kernel
    return (across.view(-1, size, size).transpose(1, 2).reshape(-1, size) @ kernel).view(-1, size, size).transpose(1, 2)


def _spline(points: int, knots: int) -> Tensor:
    """Uniform cubic B-spline weights, (points, knots): knot values @ this are smooth along a line."""
    place = torch.linspace(1, knots - 2, points)[:, None] - torch.arange(knots)
    t = place.abs()
    near = 2 / 3 - t**2 + t**3 / 2
    far = (2 - t).clamp(min=0) ** 3 / 6
    return torch.where(t < 1, near, far)
