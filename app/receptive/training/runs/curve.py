"""A run's curve: its steps with the peaks kept, its epochs, and its notices."""

from typing import Any

from receptive.training.runs import steps_file
from receptive.training.runs.errors import damaged
from receptive.training.runs.run import Run
from receptive.training.runs.summary import log_summary


def curve(run: Run, most: int, first: int = 1, last: int | None = None, smoothing: float = 0.0) -> dict[str, Any]:
    """At most `most` of the steps from `first` to `last`, and everything that is not about single steps."""
    summary = run.summary()  # before the steps, which are written before the log
    return {
        "seq": summary.seq,
        "started": summary.started,
        "latest": _latest(run),
        "epochs": summary.epochs,
        "notices": summary.notices,
        **stretch(run, most, first, last, smoothing),
        "snapshots": run.snapshots(),
    }


def epochs(run: Run, most: int, first: int = 1, last: int | None = None) -> list[dict[str, Any]]:
    """The epochs from `first` to `last` with confusion matrix and layers; of more than `most` an even choice.

    Raises RunDamagedError.
    """
    run.summary()
    try:
        return log_summary(run.log).epochs(most, first, last)
    except (OSError, ValueError) as error:
        raise damaged(run.id, run.log.name, error) from error


def _latest(run: Run) -> dict[str, Any] | None:
    try:
        return log_summary(run.log).latest()
    except (OSError, ValueError) as error:
        raise damaged(run.id, run.log.name, error) from error


def stretch(run: Run, most: int, first: int = 1, last: int | None = None, smoothing: float = 0.0) -> dict[str, Any]:
    """At most `most` of the steps from `first` to `last`, and the running means of loss and accuracy at them."""
    steps = _steps(run)
    start, end = steps_file.bounds(len(steps), first, last)
    begun = max(0, start - steps_file.reach(smoothing))
    means = {
        name: steps_file.running_mean(steps[name][begun:end], smoothing)[start - begun :]
        for name in ("loss", "accuracy")
    }
    which = steps_file.chosen(steps, most, first, last, list(means.values()) if smoothing else [])
    some = steps[which]
    return {
        "steps": len(steps),
        "step": which + 1,
        **{name: some[name].copy() for name in ("loss", "accuracy", "rate", "gradient", "seconds")},
        **{f"mean_{name}": values[which - start] for name, values in means.items()},
    }


def _steps(run: Run) -> steps_file.Steps:
    """All steps, from the log where steps.bin cannot be read. Raises RunDamagedError."""
    place = run.folder / "steps.bin"
    try:
        if place.is_file():
            return steps_file.read(place)
    except OSError:
        pass  # the log has them too
    try:
        return steps_file.rebuilt(run.log)
    except OSError as error:
        raise damaged(run.id, place.name, error) from error
