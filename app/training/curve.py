"""A run's log as a curve: its steps with the peaks kept, its epochs, and what was said beside them."""

from typing import Any

import orjson

from app.training import journal, points
from app.training.journal import STEPS, Reader
from app.training.runs import Run

LIGHT = ("epoch", "step", "loss", "accuracy", "validation_loss", "validation_accuracy", "best", "seconds")


def curve(run: Run, most: int, first: int = 1, last: int | None = None) -> dict[str, Any]:
    """At most `most` of the steps from `first` to `last`, and everything that is not about single steps."""
    seq = journal.last_seq(run.log)
    place = run.folder / "steps.bin"
    steps = points.read(place) if place.exists() else points.rebuilt(run.log)
    which = points.chosen(steps, most, first, last)
    some = steps[which]
    names = ("loss", "accuracy", "rate", "gradient", "seconds")
    return {
        "seq": seq,
        "steps": len(steps),
        "step": which + 1,
        **{name: some[name].copy() for name in names},
        **_said(run, seq),
        "snapshots": run.snapshots(),
    }


def _said(run: Run, seq: int) -> dict[str, Any]:
    """What is not void of the events that are not steps, as far as `seq`."""
    started: dict[str, Any] | None = None
    epochs: list[dict[str, Any]] = []
    notices: list[dict[str, Any]] = []
    reader = Reader(run.log)
    while lines := reader.lines():
        for line in lines:
            if STEPS in line[:48] or journal.number(line) > seq:
                continue
            event = orjson.loads(line)
            match event["kind"]:
                case "started":
                    started = event
                case "epoch":
                    epochs.append(event)
                case "notice":
                    notices.append(event)
                case "continued":
                    epochs = [epoch for epoch in epochs if epoch["epoch"] <= event["epoch"]]
                    notices = [notice for notice in notices if notice["step"] <= event["step"]]
    light = [{name: epoch[name] for name in LIGHT} for epoch in epochs]
    return {"started": started, "latest": epochs[-1] if epochs else None, "epochs": light, "notices": notices}
