"""A run's log as a curve: its steps with the peaks kept, its epochs, and what was said beside them."""

from typing import Any

from receptive.training.runs import points
from receptive.training.runs.shelf import Run
from receptive.training.runs.telling import telling


def curve(run: Run, most: int, first: int = 1, last: int | None = None, smoothing: float = 0.0) -> dict[str, Any]:
    """At most `most` of the steps from `first` to `last`, and everything that is not about single steps."""
    told = telling(run.log).told()  # before the steps, which are written before they are told
    return {**told, **stretch(run, most, first, last, smoothing), "snapshots": run.snapshots()}


def stretch(run: Run, most: int, first: int = 1, last: int | None = None, smoothing: float = 0.0) -> dict[str, Any]:
    """At most `most` of the steps from `first` to `last`, and the running means of loss and accuracy at them."""
    place = run.folder / "steps.bin"
    steps = points.read(place) if place.exists() else points.rebuilt(run.log)
    start, end = points.bounds(len(steps), first, last)
    begun = max(0, start - points.reach(smoothing))
    means = {
        name: points.running_mean(steps[name][begun:end], smoothing)[start - begun :] for name in ("loss", "accuracy")
    }
    which = points.chosen(steps, most, first, last, list(means.values()) if smoothing else [])
    some = steps[which]
    return {
        "steps": len(steps),
        "step": which + 1,
        **{name: some[name].copy() for name in ("loss", "accuracy", "rate", "gradient", "seconds")},
        **{f"mean_{name}": values[which - start] for name, values in means.items()},
    }
