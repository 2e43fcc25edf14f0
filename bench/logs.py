"""Logs as trainers write them: one of a million steps, and a recorded run written again at its own pace."""

import shutil
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from receptive.training.runs import journal, steps_file
from receptive.training.runs.journal import Journal
from receptive.training.runs.store import SHIPPED, Run, RunStore
from receptive.training.settings import RunSettings

MILLION = 1_000_000
PER_EPOCH = 1000
AT_ONCE = 20  # steps of one event


def of_a_million(runs: Path) -> str:
    """A run of a million steps and a thousand epochs with all that epochs tell; its id."""
    run = RunStore(runs).create(RunSettings(epochs=MILLION // PER_EPOCH).model_dump(mode="json"))
    random = np.random.default_rng(1)
    started, epoch = templates()
    seconds = 0.0
    with Journal(run.log) as log, (run.folder / "steps.bin").open("wb") as file:
        log.write("started", {**started, "steps": MILLION, "per_epoch": PER_EPOCH, "epochs": MILLION // PER_EPOCH})
        for first in range(1, MILLION, AT_ONCE):
            last, before = first + AT_ONCE - 1, seconds
            seconds = last / 1000
            loss = 2.3 * np.exp(-6 * np.arange(first, last + 1) / MILLION) + 0.3 * random.random(AT_ONCE)
            values_of = {"loss": loss, "accuracy": 1 - loss / 3, "rate": np.full(AT_ONCE, 1e-3), "gradient": loss}
            columns = {name: values.astype(np.float32) for name, values in values_of.items()}
            event = {"first": first, "epoch": 1 + first // PER_EPOCH, **columns, "seconds": seconds}
            file.write(steps_file.batch(event, before).tobytes())
            log.write("steps", event)
            if last % PER_EPOCH == 0:
                figures = {"step": last, "loss": float(loss[-1]), "validation_loss": float(loss[-1]) + 0.1}
                log.write("epoch", {**epoch, "epoch": last // PER_EPOCH, **figures, "seconds": seconds})
        log.write("status", {"status": "finished", "reason": "", "why": None, "best_epoch": 1})
    run.change(status="finished", steps=MILLION, step=MILLION, epoch=MILLION // PER_EPOCH, seconds=seconds)
    return run.id


def templates() -> tuple[dict[str, Any], dict[str, Any]]:
    """The beginning and the last epoch of a shipped run."""
    events = list(journal.events(SHIPPED / "prepared-activations-relu" / "events.jsonl"))
    first = [next(event for event in order if event["kind"] == kind) for order, kind in (
        (events, "started"), (reversed(events), "epoch"),
    )]  # fmt: skip
    for event in first:
        del event["seq"], event["kind"]
    return first[0], first[1]


def waiting(runs: Path, of: Run) -> Run:
    """A run that has not begun, to be written as another one was."""
    run = RunStore(runs).create(of.settings)
    shutil.copyfile(of.folder / "network.json", run.folder / "network.json")
    (run.folder / "snapshots").mkdir()
    return run


def replay(of: Run, runs: list[Run]) -> None:
    """Write each of the runs as the recorded one was written: the same events, each at its time."""
    logged = list(journal.events(of.log))
    at, times = 0.0, []
    for event in logged:
        at = event.get("seconds", at)
        times.append(at)
    logs = [Journal(run.log) for run in runs]
    files = [(run.folder / "steps.bin").open("ab", buffering=0) for run in runs]
    for run in runs:
        run.change(status="running", steps=logged[0]["steps"])
    begun, noted = time.monotonic(), 0.0
    for event, due in zip(logged, times, strict=True):
        time.sleep(max(0.0, begun + due - time.monotonic()))
        kind, content = event["kind"], {key: value for key, value in event.items() if key not in ("seq", "kind")}
        for run, log, file in zip(runs, logs, files, strict=True):
            if kind == "steps":
                file.write(steps_file.batch(event, due).tobytes())
            elif kind == "snapshot":
                shutil.copyfile(of.snapshot(event["step"]), run.snapshot(event["step"]))
            log.write(kind, content)
            if kind == "steps" and due - noted >= 1:
                run.change(step=event["first"] + len(event["loss"]) - 1, epoch=event["epoch"], seconds=due)
        noted = due if due - noted >= 1 else noted
    for run in runs:
        run.change(status="finished")


if __name__ == "__main__":
    recorded, *others = [Run(Path(folder)) for folder in sys.argv[1:]]
    replay(recorded, others)
