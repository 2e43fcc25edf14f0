"""Repair of a run whose worker was killed: log, steps and state are made to agree with the weights to go on from."""

from dataclasses import replace
from typing import Any

import orjson

from receptive.training.runs import steps_file
from receptive.training.runs.errors import damaged
from receptive.training.runs.journal import STEPS, Journal, Reader
from receptive.training.runs.run import Run, put
from receptive.training.runs.state import State
from receptive.training.runs.weights_file import HeaderError, metadata_of


def repair(run: Run, journal: Journal) -> State:
    """The state as the files have it, written down. The log gets the last epoch where its weights are kept already.

    Raises OSError and RunDamagedError.
    """
    state, kept = run.state, kept_epoch(run)
    logged, steps = _logged(run)
    if kept is not None:
        if logged < kept["event"]["epoch"]:
            journal.write("epoch", kept["event"])
        state = replace(state, epoch=kept["event"]["epoch"], last=kept["last"], best=kept["best"])
    values = steps_file.read(run.folder / "steps.bin")
    if len(values) < steps:
        values = steps_file.rebuilt(run.log)
    put(run.folder / "steps.bin", values[:steps].tobytes())
    seconds = float(values["seconds"][steps - 1]) if steps else 0.0
    state = replace(state, step=steps, seconds=round(seconds, 3))
    run.reach(state, sync=True)
    return state


def check_continuable(run: Run) -> None:
    """Check that a run can go on from its last epoch. Raises RunDamagedError, NoSuchRunError and OSError."""
    _ = run.settings
    summary = run.summary()
    if summary.damage:
        raise damaged(run.id, run.log.name, summary.damage)
    if kept_epoch(run) is None and summary.epochs:
        raise damaged(run.id, "resume.safetensors", "it is not there")
    run.locked()


def _logged(run: Run) -> tuple[int, int]:
    """The last epoch and the last step in the log that are not void."""
    epoch = step = 0
    newest = b""
    reader = Reader(run.log)
    while lines := reader.lines():
        for line in lines:
            if STEPS in line[:48]:
                newest = line
                continue
            event = orjson.loads(line)
            if event["kind"] == "epoch":
                epoch = event["epoch"]
            elif event["kind"] == "continued":
                epoch, step, newest = min(epoch, event["epoch"]), event["step"], b""
    if newest:
        event = orjson.loads(newest)
        step = event["first"] + len(event["loss"]) - 1
    return epoch, step


def go_back(run: Run, journal: Journal) -> State:
    """The state after the last epoch whose weights are kept; what was written after it is void.

    Raises OSError and RunDamagedError.
    """
    kept = kept_epoch(run)
    event = kept["event"] if kept else {"epoch": 0, "step": 0, "seconds": 0.0}
    journal.write("continued", {"epoch": event["epoch"], "step": event["step"]})
    steps = steps_file.read(run.folder / "steps.bin")
    put(run.folder / "steps.bin", steps[: event["step"]].tobytes())
    for step in run.snapshots():
        if step > event["step"]:
            run.snapshot(step).unlink(missing_ok=True)
    return run.change(
        step=event["step"],
        epoch=event["epoch"],
        seconds=event["seconds"],
        last=kept["last"] if kept else None,
        best=kept["best"] if kept else None,
    )


def kept_epoch(run: Run) -> dict[str, Any] | None:
    """The figures of the epoch that a run goes on from; None before the first. Raises RunDamagedError."""
    path = run.folder / "resume.safetensors"
    if not path.exists():
        return None
    try:
        kept: dict[str, Any] = orjson.loads(metadata_of(path)["kept"])
        if not {"epoch", "step", "seconds"} <= kept["event"].keys() or not {"last", "best"} <= kept.keys():
            raise HeaderError("its metadata lacks the figures of an epoch")
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise damaged(run.id, path.name, error) from error
    return kept
