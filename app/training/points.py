"""Every step of a run as fixed bytes beside its log, so that a million of them are a curve at once."""

import os
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.training import journal

STEP: Final = np.dtype(
    [(name, "<f4") for name in ("loss", "accuracy", "rate", "gradient", "seconds")] + [("epoch", "<u4")]
)
DRAWN: Final = ("loss", "accuracy", "gradient")  # whose peaks are kept
Steps = NDArray[np.void]


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
    with path.open("rb") as file:
        count = os.fstat(file.fileno()).st_size // STEP.itemsize
        return np.fromfile(file, STEP, count)


def rebuilt(log: Path) -> Steps:
    """The same from the log, where the bytes are missing."""
    found: list[Steps] = []
    before, count = 0.0, 0
    for event in journal.events(log):
        if event["kind"] == "steps":
            found.append(batch(event, before))
            before = event["seconds"]
            count += len(found[-1])
        elif event["kind"] == "continued":
            kept = np.concatenate([*found, np.empty(0, STEP)])[: event["step"]]
            found, count = [kept], len(kept)
            before = float(kept["seconds"][-1]) if count else 0.0
    return np.concatenate([*found, np.empty(0, STEP)])


def chosen(steps: Steps, most: int, first: int = 1, last: int | None = None) -> NDArray[np.intp]:
    """Places of at most `most` steps between two step numbers that look like all of them.

    Of each stretch the least and the greatest value of everything drawn; the first and the last step of all.
    """
    start, end = max(first, 1) - 1, len(steps) if last is None else min(last, len(steps))
    count = end - start
    if count <= most:
        return np.arange(start, max(end, start))
    size = -(-count // max((most - 2) // (2 * len(DRAWN)), 1))
    full = count // size
    places = [np.array([start, end - 1])]
    for name in DRAWN:
        values = np.ascontiguousarray(steps[name][start:end])
        parts = values[: full * size].reshape(full, size)
        rest = values[full * size :]
        for extreme in (np.argmin, np.argmax):
            places.append(start + np.arange(full) * size + extreme(parts, axis=1))
            if len(rest):
                places.append(np.array([start + full * size + extreme(rest)]))
    return np.unique(np.concatenate(places))
