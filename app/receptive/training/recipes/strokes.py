"""Digits written with a pen as people write them where MNIST was not made: each a few strokes through points.

MNIST's writers are from the United States. Elsewhere a 1 has a long upstroke or a foot, a 7 a bar, a 4 stays open
and a 9 ends in a curl. Points are (x, y) in the unit square, y down.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from receptive.training.recipes import pens

Points = NDArray[np.float64]
SIDE = 28 * pens.FINE
BOX = 20 * pens.FINE


@dataclass(frozen=True)
class Stroke:
    """A line through points: with corners at them, or smooth."""

    points: tuple[tuple[float, float], ...]
    smooth: bool = True


def _line(*points: tuple[float, float]) -> Stroke:
    return Stroke(points, smooth=False)


def _curve(*points: tuple[float, float]) -> Stroke:
    return Stroke(points)


_ARCH = ((0.1, 0.22), (0.3, 0.02), (0.7, 0.03), (0.85, 0.25))
_BAR = _line((0.25, 0.52), (0.85, 0.5))
_RING = ((0.8, 0.12), (0.45, 0.0), (0.15, 0.25), (0.4, 0.5), (0.78, 0.3), (0.82, 0.1))

STYLES: dict[int, tuple[tuple[Stroke, ...], ...]] = {
    0: (
        (_curve((0.5, 0.0), (0.12, 0.25), (0.12, 0.75), (0.5, 1.0), (0.88, 0.75), (0.88, 0.25), (0.5, 0.0)),),
        (_curve((0.65, 0.05), (0.2, 0.2), (0.1, 0.7), (0.45, 1.0), (0.85, 0.75), (0.85, 0.25), (0.45, 0.02)),),
    ),
    1: (
        (_line((0.5, 0.0), (0.5, 1.0)),),
        (_line((0.3, 0.22), (0.55, 0.0), (0.55, 1.0)),),
        (_line((0.1, 0.5), (0.6, 0.0), (0.6, 1.0)),),
        (_line((0.2, 0.4), (0.6, 0.0), (0.6, 1.0)),),
        (_line((0.05, 0.62), (0.6, 0.0), (0.55, 1.0)),),
        (_line((0.3, 0.22), (0.55, 0.0), (0.55, 1.0)), _line((0.2, 1.0), (0.9, 1.0))),
        (_line((0.15, 0.4), (0.55, 0.0), (0.55, 1.0)), _line((0.25, 1.0), (0.85, 1.0))),
        (_line((0.5, 0.0), (0.5, 1.0)), _line((0.15, 1.0), (0.9, 0.98))),
    ),
    2: (
        (_curve(*_ARCH, (0.7, 0.5), (0.4, 0.75), (0.1, 1.0)), _line((0.1, 1.0), (0.9, 0.98))),
        (_curve(*_ARCH, (0.6, 0.6), (0.25, 0.9), (0.1, 0.85), (0.25, 0.78), (0.6, 0.95), (0.92, 0.95)),),
        (_curve(*_ARCH, (0.65, 0.6), (0.1, 0.97)), _curve((0.1, 0.97), (0.45, 0.9), (0.7, 0.99), (0.95, 0.9))),
    ),
    3: (
        (
            _curve((0.15, 0.15), (0.45, 0.0), (0.8, 0.2), (0.65, 0.4), (0.4, 0.46)),
            _curve((0.4, 0.46), (0.8, 0.55), (0.85, 0.82), (0.5, 1.0), (0.1, 0.88)),
        ),
        (_line((0.15, 0.0), (0.8, 0.0), (0.45, 0.4)), _curve((0.45, 0.4), (0.85, 0.6), (0.75, 0.92), (0.1, 0.95))),
        (
            _curve(
                (0.15, 0.1), (0.7, 0.05), (0.72, 0.35),
                (0.4, 0.47), (0.5, 0.4), (0.85, 0.65), (0.6, 0.97), (0.1, 0.9),
            ),
        ),
    ),
    4: (
        (_line((0.65, 1.0), (0.65, 0.0), (0.1, 0.65), (0.95, 0.65)),),
        (_line((0.25, 0.0), (0.15, 0.5), (0.85, 0.5)), _line((0.75, 0.0), (0.7, 1.0))),
        (_line((0.55, 0.0), (0.08, 0.62), (0.92, 0.6)), _line((0.62, 0.35), (0.55, 1.0))),
        (_curve((0.5, 0.0), (0.25, 0.35), (0.1, 0.62), (0.4, 0.66), (0.9, 0.58)), _line((0.8, 0.3), (0.55, 1.0))),
        (_line((0.45, 0.0), (0.08, 0.6), (0.9, 0.62)), _line((0.85, 0.28), (0.65, 1.0))),
    ),
    5: (
        (
            _line((0.82, 0.0), (0.25, 0.0), (0.2, 0.45)),
            _curve((0.2, 0.45), (0.65, 0.38), (0.88, 0.7), (0.55, 1.0), (0.1, 0.9)),
        ),
        (_curve((0.85, 0.03), (0.35, 0.05), (0.2, 0.4), (0.7, 0.5), (0.85, 0.75), (0.5, 1.0), (0.1, 0.92)),),
        (
            _line((0.3, 0.0), (0.22, 0.42)),
            _curve((0.22, 0.42), (0.7, 0.42), (0.8, 0.8), (0.15, 0.97)),
            _line((0.28, 0.02), (0.9, 0.0)),
        ),
    ),
    6: (
        (_curve((0.75, 0.02), (0.3, 0.25), (0.1, 0.7), (0.45, 1.0), (0.85, 0.75), (0.55, 0.5), (0.15, 0.72)),),
        (_curve((0.55, 0.0), (0.2, 0.4), (0.15, 0.8), (0.5, 1.0), (0.8, 0.78), (0.6, 0.58), (0.18, 0.75)),),
    ),
    7: (
        (_line((0.1, 0.02), (0.88, 0.0), (0.4, 1.0)),),
        (_line((0.1, 0.02), (0.88, 0.0), (0.4, 1.0)), _BAR),
        (_line((0.12, 0.2), (0.12, 0.0), (0.88, 0.0), (0.4, 1.0)),),
        (_line((0.12, 0.2), (0.15, 0.02), (0.88, 0.0), (0.4, 1.0)), _BAR),
        (_curve((0.08, 0.15), (0.3, 0.05), (0.6, 0.1), (0.9, 0.0), (0.6, 0.5), (0.45, 1.0)), _BAR),
        (_line((0.1, 0.02), (0.88, 0.0)), _curve((0.88, 0.0), (0.6, 0.4), (0.5, 1.0)), _BAR),
    ),
    8: (
        (
            _curve(
                (0.8, 0.12), (0.45, 0.0), (0.18, 0.22), (0.5, 0.47), (0.85, 0.75), (0.5, 1.0), (0.15, 0.77),
                (0.5, 0.47), (0.82, 0.22), (0.75, 0.08),
            ),
        ),
        (
            _curve((0.5, 0.0), (0.22, 0.22), (0.5, 0.45), (0.78, 0.22), (0.5, 0.0)),
            _curve((0.5, 0.45), (0.15, 0.72), (0.5, 1.0), (0.85, 0.72), (0.5, 0.45)),
        ),
    ),
    9: (
        (_curve(*_RING), _line((0.82, 0.1), (0.72, 1.0))),
        (_curve(*_RING), _curve((0.82, 0.1), (0.85, 0.6), (0.7, 0.95), (0.35, 1.0), (0.1, 0.85))),
        (_curve(*_RING), _curve((0.82, 0.1), (0.9, 0.55), (0.75, 0.9), (0.15, 1.0))),
        (_curve(*_RING, (0.84, 0.5), (0.75, 0.88), (0.4, 1.0), (0.12, 0.9)),),
        (
            _curve(
                (0.8, 0.25), (0.5, 0.5), (0.15, 0.3),
                (0.4, 0.02), (0.8, 0.15), (0.85, 0.6), (0.6, 0.97), (0.15, 0.9),
            ),
        ),
    ),
}  # fmt: skip


def written(count: int, seed: int) -> tuple[Tensor, Tensor]:
    """`count` digits, every digit as often: distance maps as pens.py makes them, (count, 56, 56) uint8, and labels."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % 10
    maps = np.stack([_distance(_write(int(label), random)) for label in labels])
    return torch.from_numpy((maps * 16).astype(np.uint8)), torch.from_numpy(labels.astype(np.int64))


def _write(digit: int, random: np.random.Generator) -> list[Points]:
    """One digit's lines on the canvas of the distance maps: no two hands hit the same points."""
    styles = STYLES[digit]
    strokes = styles[random.integers(len(styles))]
    lines = [_path(stroke, random) for stroke in strokes]
    width = np.exp(random.normal(-0.35, 0.22))
    slant = random.normal(0.1, 0.2)
    everything = np.concatenate(lines)
    low, high = everything.min(axis=0), everything.max(axis=0)
    size = np.maximum(high - low, 0.05)
    shaped = []
    for line in lines:
        x, y = ((line - (low + high) / 2) / max(size[1], size[0] * 0.6)).T
        shaped.append(np.stack((x * width - slant * y, y), axis=1) * BOX + SIDE / 2)
    return shaped


def _path(stroke: Stroke, random: np.random.Generator) -> Points:
    points = np.array(stroke.points)
    points = points + random.normal(0, 0.035, points.shape)
    if not stroke.smooth:
        return points
    # Catmull and Rom's spline through the points.
    padded = np.concatenate((2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]))
    t = np.linspace(0, 1, 6, endpoint=False)[:, None]
    pieces = [_between(padded[i : i + 4], t) for i in range(len(points) - 1)]
    return np.concatenate((*pieces, points[-1:]))


def _between(four: Points, t: Points) -> Points:
    a, b, c, d = four
    point: Points = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return point


def _distance(lines: Sequence[Points]) -> NDArray[np.float32]:
    """(56, 56): how far each point is from the nearest line, in points, at most pens.REACH."""
    starts = np.concatenate([line[:-1] for line in lines]).astype(np.float32)
    along = np.concatenate([line[1:] for line in lines]).astype(np.float32) - starts
    length = np.maximum((along**2).sum(axis=1), 1e-6)
    # |p - s|^2 - 2 t (p - s).a + t^2 |a|^2, with t where the foot of the perpendicular lies on the segment.
    ahead = _PLACES @ along.T - (starts * along).sum(axis=1)
    t = np.clip(ahead / length, 0, 1)
    square = (_PLACES**2).sum(axis=1)[:, None] - 2 * _PLACES @ starts.T + (starts**2).sum(axis=1)
    square += t * (t * length - 2 * ahead)
    far = np.sqrt(np.maximum(square.min(axis=1), 0))
    near: NDArray[np.float32] = np.minimum(far, pens.REACH).reshape(SIDE, SIDE)
    return near


_PLACES = (np.stack(np.meshgrid(np.arange(SIDE), np.arange(SIDE)), axis=2).reshape(-1, 2) + 0.5).astype(np.float32)
