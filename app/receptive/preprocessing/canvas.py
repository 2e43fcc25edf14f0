"""From drawings to inputs, all that wait worked out together: for canvases of one size on plain black or white.

The steps are those of picture.py. A drawing comes out the same to the bit, however many others are beside it.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

import numpy as np

from receptive.preprocessing.steps import (
    CRISPER,
    DIGIT,
    EDGE,
    FIELD,
    FULL_CONTRAST,
    HALF,
    INPUT,
    SMALL,
    Box,
    Grey,
    Preparation,
    Step,
    begin,
    box_between,
    fitted_size,
    is_nothing,
    moments,
    paper,
    weights,
)

PLAIN_SHARE: Final = 0.4  # of a picture; with more ink it takes a look which of the two is the paper
WORD: Final = 8  # pixels that are looked at at once

Drawn = tuple[int, int, Box, tuple[int, int]]  # row among the plain ones, place among all, box, size when fitted


def prepare_together(greys: Sequence[Grey]) -> list[Preparation | None]:
    """Each picture's preparation; None for those that are no plain canvas and have to be looked at alone."""
    preparations: list[Preparation | None] = [None] * len(greys)
    sizes: dict[tuple[int, ...], list[int]] = {}
    for place, grey in enumerate(greys):
        if grey.shape[1] % WORD == 0 and max(grey.shape) > SMALL:
            sizes.setdefault(grey.shape, []).append(place)
    for places in sizes.values():
        if len(places) == 1:  # it is faster alone
            continue
        for place, preparation in zip(places, _prepared([greys[place] for place in places]), strict=True):
            preparations[place] = preparation
    return preparations


def _prepared(greys: list[Grey]) -> list[Preparation | None]:
    """As above, for pictures of one size."""
    kept, light, ink = _inks(greys)
    done: list[Preparation | None] = [None] * len(greys)
    drawn: list[Drawn] = []
    for row, (place, box) in enumerate(zip(kept, _boxes(ink), strict=True)):
        if box is None or is_nothing(box):
            done[place] = Preparation(True, paper(light[row]), partial(_first_steps, greys[place], ink[row]))
        else:
            drawn.append((row, place, box, fitted_size(box.width, box.height)))
    if not drawn:
        return done
    small = _fitted(ink, drawn)
    sums = moments(small).tolist()
    padded = np.zeros((len(drawn), INPUT, INPUT), np.uint8)
    inputs = np.empty(padded.shape, np.float32)
    for at, (row, place, box, (columns, rows)) in enumerate(drawn):
        (total, along), (down, _) = sums[at]
        x, y = begin(along / total, columns), begin(down / total, rows)
        fitted = small[at, :rows, :columns]
        padded[at, EDGE + y : EDGE + y + rows, EDGE + x : EDGE + x + columns] = fitted
        steps = partial(_every_step, greys[place], ink[row], box, fitted, padded[at], x, y)
        done[place] = Preparation(False, paper(light[row]), steps, inputs[at])
    np.multiply(padded, np.float32(1 / 255), out=inputs)
    return done


def _first_steps(grey: Grey, ink: Grey) -> list[Step]:
    return [Step("grey", grey), Step("ink", ink)]


def _every_step(grey: Grey, ink: Grey, box: Box, fitted: Grey, padded: Grey, x: int, y: int) -> list[Step]:
    rows, columns = fitted.shape
    field = padded[EDGE : EDGE + FIELD, EDGE : EDGE + FIELD]
    return [
        *_first_steps(grey, ink),
        Step("crop", ink[box.y : box.y + box.height, box.x : box.x + box.width], box),
        Step("fit", fitted),
        Step("centre", field, Box(x, y, columns, rows), (x - (FIELD - columns) // 2, y - (FIELD - rows) // 2)),
        Step("pad", padded, Box(EDGE, EDGE, FIELD, FIELD)),
    ]


def _inks(greys: list[Grey]) -> tuple[list[int], list[bool], Grey]:
    """The plain ones among the pictures, for each of them if its paper is light, and its ink, (N, H, W)."""
    kept, light = [], []
    for place, grey in enumerate(greys):
        corners = grey.item(0), grey.item(grey.shape[1] - 1), grey.item(-grey.shape[1]), grey.item(-1)
        if corners in (_WHITE, _BLACK):
            kept.append(place)
            light.append(corners == _WHITE)
    if not kept:
        return [], [], np.zeros((0, *greys[0].shape), np.uint8)
    strength = np.array([greys[place] for place in kept])
    if all(light):
        np.invert(strength, out=strength)
    elif any(light):
        strength[light] = ~strength[light]
    darkest = strength.reshape(len(kept), -1).max(axis=1)
    most = PLAIN_SHARE * greys[0].size
    plain = [
        dark >= FULL_CONTRAST and np.count_nonzero(one) < most
        for dark, one in zip(darkest.tolist(), strength, strict=True)
    ]
    if not all(plain):
        kept = [place for place, good in zip(kept, plain, strict=True) if good]
        light = [one for one, good in zip(light, plain, strict=True) if good]
        strength, darkest = strength[plain], darkest[plain]
    strength *= strength > (darkest // 10)[:, None, None]
    return kept, light, strength


_WHITE: Final = (255, 255, 255, 255)
_BLACK: Final = (0, 0, 0, 0)


def _boxes(ink: Grey) -> list[Box | None]:
    """The smallest box around everything that is not zero, for each of (N, H, W)."""
    words = ink.view(np.uint64)
    across = np.bitwise_or.reduce(words, axis=1)
    down = np.bitwise_or.reduce(words, axis=2).astype(np.bool_)
    return [box_between(columns.tobytes(), rows.tobytes()) for columns, rows in zip(across, down, strict=True)]


def _fitted(ink: Grey, drawn: Sequence[Drawn]) -> Grey:
    """The contents of each box, scaled to a longer side of 20, at the upper left of (N, 20, 20)."""
    small = np.zeros((len(drawn), DIGIT, DIGIT), np.float32)
    enlarged = []
    for at, (row, _, (x, y, width, height), (columns, rows)) in enumerate(drawn):
        cropped = ink[row, y : y + height, x : x + width].astype(np.float32)
        if (columns, rows) == (width, height):
            small[at, :rows, :columns] = cropped
            continue
        if columns > width or rows > height:
            enlarged.append(at)
        small[at, :rows, :columns] = weights(height, rows) @ (cropped @ weights(width, columns).T)
    darkest = small.reshape(len(drawn), -1).max(axis=1)
    if darkest.min() < FULL_CONTRAST:
        small *= np.where(darkest < FULL_CONTRAST, np.float32(255) / darkest, np.float32(1))[:, None, None]
    for at in enlarged:
        np.clip((small[at] - HALF) * CRISPER + HALF, np.float32(0), np.float32(255), out=small[at])
    small += np.float32(0.5)
    fitted: Grey = small.astype(np.uint8)
    return fitted
