"""Every step of a run as fixed bytes beside its log, so that a million of them are a curve at once."""

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from receptive.training.runs import journal
from receptive.training.runs.regular import open_file

STEP: Final = np.dtype(
    [(name, "<f4") for name in ("loss", "accuracy", "rate", "gradient", "seconds")] + [("epoch", "<u4")]
)
DRAWN: Final = ("loss", "accuracy", "gradient")  # whose peaks are kept
NOTHING: Final = 1e-12  # a share that no float32 tells from none
Steps = NDArray[np.void]
Values = NDArray[np.float32]


def batch(event: dict[str, Any], before: float) -> Steps:
    """The steps of one `steps` event; `before` is when the step before them was done, in seconds."""
    count = len(event["loss"])
    steps = np.empty(count, STEP)
    for name in ("loss", "accuracy", "rate", "gradient"):
        steps[name] = event[name]
    steps["seconds"] = np.linspace(before, event["seconds"], count + 1)[1:]
    steps["epoch"] = event["epoch"]
    return steps


def read(path: Path) -> Steps:
    """All steps, the first one first; those of a torn end are not there."""
    if not path.exists():
        return np.empty(0, STEP)
    with open_file(path) as file:
        count = os.fstat(file.fileno()).st_size // STEP.itemsize
        return np.fromfile(file, STEP, count)


def rebuilt(log: Path) -> Steps:
    """The same from the log, up to where that is damaged. Raises OSError."""
    parts: list[Steps] = []
    before, count = 0.0, 0
    for event in journal.events(log):
        try:
            if event["kind"] == "steps":
                parts.append(batch(event, before))
                before = event["seconds"]
                count += len(parts[-1])
            elif event["kind"] == "continued":
                valid = np.concatenate([*parts, np.empty(0, STEP)])[: event["step"]]
                parts, count = [valid], len(valid)
                before = float(valid["seconds"][-1]) if count else 0.0
        except (KeyError, TypeError, ValueError):
            break
    return np.concatenate([*parts, np.empty(0, STEP)])


def bounds(count: int, first: int = 1, last: int | None = None) -> tuple[int, int]:
    """The places of the steps from `first` to `last`, of so many: from the one, up to the other."""
    start = min(max(first, 1) - 1, count)
    return start, max(start, count if last is None else min(last, count))


def chosen(
    steps: Steps, most: int, first: int = 1, last: int | None = None, beside: Sequence[Values] = ()
) -> NDArray[np.intp]:
    """Places of at most `most` steps between two step numbers that look like all of them.

    Of each stretch the least and the greatest value of everything drawn, and of what is drawn `beside` them, which has
    one value for each of these steps; the first and the last step of all.
    """
    start, end = bounds(len(steps), first, last)
    count = end - start
    if count <= most:
        return np.arange(start, end)
    drawn = [*(steps[name][start:end] for name in DRAWN), *beside]
    size = -(-count // max((most - 2) // (2 * len(drawn)), 1))
    full = count // size
    places = [np.array([start, end - 1])]
    for column in drawn:
        values = np.ascontiguousarray(column)
        parts = values[: full * size].reshape(full, size)
        rest = values[full * size :]
        for extreme in (np.argmin, np.argmax):
            places.append(start + np.arange(full) * size + extreme(parts, axis=1))
            if len(rest):
                places.append(np.array([start + full * size + extreme(rest)]))
    return np.unique(np.concatenate(places))


def running_mean(values: Values, weight: float) -> Values:
    """The exponential mean of what came so far, each value with `1 - weight`; corrected for its beginning, as in
    D. Kingma and J. Ba 2014, so that the first value is itself. What is no number is left out and stays none.
    """
    there = np.isfinite(values)
    sums = values[there].astype(np.float64)
    share, back = weight, 1
    while share > NOTHING and back < len(sums):  # the sum of twice as many is that of the newer and of the older half
        sums[back:] += share * sums[:-back]
        share, back = share * share, 2 * back
    sums *= 1 - weight
    early = sums[: reach(weight)]
    early /= 1 - weight ** np.arange(1.0, len(early) + 1)
    means = np.full(len(values), np.nan, np.float32)
    means[there] = sums
    return means


def reach(weight: float) -> int:
    """After how many steps a value is nothing in the running mean any more."""
    return math.ceil(math.log(NOTHING) / math.log(weight)) if weight > NOTHING else 0
