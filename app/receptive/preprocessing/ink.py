"""From a picture to the network's input, as MNIST was made, every step kept because it is shown."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from receptive.preprocessing.decoding import PictureError, PictureTooLargeError, PictureUnsupportedError, decode
from receptive.preprocessing.steps import (
    CRISPER,
    EDGE,
    FIELD,
    FULL_CONTRAST,
    HALF,
    INPUT,
    LEAST_CONTRAST,
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

__all__ = ["PictureError", "PictureTooLargeError", "PictureUnsupportedError", "decode", "prepare"]

SPECK: Final = 8  # side of a picture in which two pixels may be all the ink there is


def prepare(grey: Grey) -> Preparation:
    """Find the ink, crop it, fit it into 20x20, move its centre of mass to the centre of 28x28, pad to 32x32.

    `grey`: uint8 (H, W), 0 black. A picture without ink is `blank`. An MNIST image passes unchanged.
    """
    light, ink = _ink(grey)
    steps = [Step("grey", grey), Step("ink", ink)]
    box = _bounds(ink)
    if box is None or (is_nothing(box) and max(grey.shape) > SPECK):
        return Preparation(True, paper(light), lambda: steps)
    cropped = np.ascontiguousarray(ink[box.y : box.y + box.height, box.x : box.x + box.width])
    steps.append(Step("crop", cropped, box))

    fitted = _fit(cropped)
    steps.append(Step("fit", fitted))

    rows, columns = fitted.shape
    (total, along), (down, _) = moments(fitted).tolist()
    x, y = begin(along / total, columns), begin(down / total, rows)
    padded = np.zeros((INPUT, INPUT), np.uint8)
    centred = padded[EDGE : EDGE + FIELD, EDGE : EDGE + FIELD]
    centred[y : y + rows, x : x + columns] = fitted
    shift = (x - (FIELD - columns) // 2, y - (FIELD - rows) // 2)
    steps.append(Step("centre", centred, Box(x, y, columns, rows), shift))
    steps.append(Step("pad", padded, Box(EDGE, EDGE, FIELD, FIELD)))
    return Preparation(False, paper(light), lambda: steps, padded * np.float32(1 / 255))


def _bounds(ink: Grey) -> Box | None:
    """The smallest box around everything that is not zero."""
    if ink.shape[1] % 8 == 0 and ink.flags.c_contiguous:  # eight pixels at a time, as on a canvas
        words = ink.view(np.uint64)
        across, down = np.bitwise_or.reduce(words, axis=0), np.bitwise_or.reduce(words, axis=1).astype(np.bool_)
        return box_between(across.tobytes(), down.tobytes())
    return box_between(ink.max(0).tobytes(), ink.max(1).tobytes())


def _fit(cropped: Grey) -> Grey:
    """The ink scaled so that its longer side is 20, its darkest stretched to 255; what was enlarged is made crisp."""
    height, width = cropped.shape
    columns, rows = fitted_size(width, height)
    darkest = float(cropped.max())
    if (columns, rows) == (width, height):
        if darkest >= FULL_CONTRAST:
            return cropped
        stretched: Grey = np.rint(cropped * np.float32(255 / darkest)).astype(np.uint8)
        return stretched
    small = weights(height, rows) @ (cropped.astype(np.float32) @ weights(width, columns).T)
    darkest = float(small.max())
    if darkest < FULL_CONTRAST:
        small *= np.float32(255 / darkest)
    if max(columns, rows) > max(width, height):
        small = np.clip((small - HALF) * CRISPER + HALF, np.float32(0), np.float32(255))
    small += np.float32(0.5)  # weighted means lie between 0 and 255: only what was made crisp has to be clipped
    fitted: Grey = small.astype(np.uint8)
    return fitted


# --- which of ink and paper is which, and where the ink is


def _ink(grey: Grey) -> tuple[bool, Grey]:
    """True if the paper is light, and the ink on it, 0 to 255, everything else 0."""
    flat = _flat_paper(grey)
    if flat is not None:
        light = flat
        strength = ~grey if light else grey  # in bytes, 255 - grey
        darkest = int(strength.max())
        if darkest < LEAST_CONTRAST:
            return light, np.zeros_like(grey)
        tolerance = _grain(strength, darkest) if max(grey.shape) <= SMALL else darkest // 10
        return light, _cut(strength, tolerance, darkest)
    if max(grey.shape) > SMALL:
        return _ink_of_photo(grey)
    return _ink_of_scan(grey)


def _flat_paper(grey: Grey) -> bool | None:
    """True or False where the paper is plainly pure white or pure black, as on a canvas; None where it takes a look."""
    corners = grey[:: max(len(grey) - 1, 1), :: max(len(grey[0]) - 1, 1)].tobytes()
    if corners.strip(b"\xff") and corners.strip(b"\0"):
        return None
    light = corners[0] == 255
    other = np.count_nonzero(~grey if light else grey)
    return light if other < 0.4 * grey.size else None


def _cut(strength: Grey, tolerance: int, darkest: int) -> Grey:
    """Strengths up to the tolerance become 0, the darkest becomes 255, unless it is nearly so already."""
    if tolerance:
        strength = strength * (strength > tolerance)
    if darkest < FULL_CONTRAST:
        strength = np.minimum(np.rint(strength * np.float32(255 / darkest)), 255).astype(np.uint8)
    return strength


def _ink_of_scan(grey: Grey) -> tuple[bool, Grey]:
    """Small pictures: the paper has one level, and the ink may touch every edge."""
    low, high = int(grey.min()), int(grey.max())
    threshold = _otsu(grey)
    light = _is_light(grey, threshold, area=-0.5, corner=0.4)
    if high - low < LEAST_CONTRAST:
        return light, np.zeros_like(grey)
    paper = grey[grey > threshold] if light else grey[grey <= threshold]
    level = float(np.median(paper))
    noise = 1.5 * float(np.median(np.abs(paper - level)))
    distance = (level - grey) if light else (grey - level)
    strength = np.clip(np.rint(distance), 0, 255).astype(np.uint8)
    darkest = int(strength.max())
    if darkest < 6 * noise:
        return light, np.zeros_like(grey)
    return light, _cut(strength, max(_grain(strength, darkest), min(int(3 * noise), darkest // 3)), darkest)


def _grain(strength: Grey, darkest: int) -> int:
    """The level up to which values are paper: 0 in a clean picture, above the faint noise of JPEG elsewhere."""
    strong = np.count_nonzero(strength > 24)
    faint = np.count_nonzero(strength) - strong
    return darkest // 8 if faint > 0.45 * strong else 0


def _ink_of_photo(grey: Grey) -> tuple[bool, Grey]:
    """Larger pictures: the paper may be shaded and grainy; what stands out from its surroundings is ink."""
    light = _is_light(grey, _otsu(grey), area=2.0, corner=0.5)
    picture = Image.fromarray(grey if light else 255 - grey)
    smooth = picture.filter(ImageFilter.BoxBlur(max(1, max(grey.shape) // 200)))
    surroundings = _paper_level(smooth)
    distance = surroundings - np.asarray(smooth, dtype=np.float32)
    darkest = float(np.percentile(distance, 99.7))
    noise = 1.5 * float(np.median(np.abs(distance - np.median(distance))))
    if darkest < max(LEAST_CONTRAST, 6 * noise):
        return light, np.zeros_like(grey)
    tolerance = max(0.3 * darkest, min(4 * noise, 0.6 * darkest))
    mask = Image.fromarray(np.where(distance > tolerance, 255, 0).astype(np.uint8)).filter(ImageFilter.MedianFilter(3))
    strength = np.clip(np.rint(distance * (255 / darkest)), 0, 255).astype(np.uint8)
    strength[np.asarray(mask) == 0] = 0
    return light, strength


def _paper_level(smooth: Image.Image) -> NDArray[np.float32]:
    """The brightness of the paper at each pixel: the brighter end of each neighbourhood, smoothed."""
    width, height = smooth.size
    cells = (max(1, round(8 * width / max(width, height))), max(1, round(8 * height / max(width, height))))
    values = np.asarray(smooth)
    rows = np.array_split(np.arange(height), cells[1])
    columns = np.array_split(np.arange(width), cells[0])
    bright = np.array([[np.percentile(values[np.ix_(r, c)], 85) for c in columns] for r in rows], dtype=np.float32)
    coarse = Image.fromarray(bright.astype(np.uint8)).filter(ImageFilter.MaxFilter(3))
    coarse = coarse.filter(ImageFilter.BoxBlur(1))
    return np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), dtype=np.float32)


def _otsu(grey: Grey) -> int:
    """The grey level that parts the picture into two classes with the least variance within each (Otsu 1979)."""
    counts = np.bincount(grey.ravel(), minlength=256).astype(np.float64)
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * np.arange(256))
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    between[~np.isfinite(between)] = -1.0
    best = np.flatnonzero(between == between.max())
    return int(best[len(best) // 2])


def _is_light(grey: Grey, threshold: int, area: float, corner: float) -> bool:
    """True if the paper is the lighter of the two, by votes of the edge, the whole area and the corners.

    In a photo the paper has most of the area. In a tightly cropped scan heavy ink may have it: there the paper is what
    is commoner at the edge than elsewhere, and the weight of the area is negative.
    """
    bright = grey > threshold
    edge = np.concatenate([bright[0], bright[-1], bright[:, 0], bright[:, -1]])
    corners = bright[[0, 0, -1, -1], [0, -1, 0, -1]]
    votes = area * (bright.mean() - 0.5) + (edge.mean() - 0.5) + corner * (corners.mean() - 0.5)
    return bool(votes > 0)
