"""What a worker that was killed could not finish: the log is made whole, and agrees with what the run goes on from."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from receptive.training.runs import points
from receptive.training.runs.journal import STEPS, Journal, Reader
from receptive.training.runs.shelf import Run, State, put


def mend(run: Run, journal: Journal) -> State:
    """The state as the files have it. An epoch that is kept and not told is told now. Raises OSError."""
    state, kept = run.state, kept_of(run)
    told, steps = _told(run)
    if kept is not None:
        if told < kept["event"]["epoch"]:
            journal.write("epoch", kept["event"])
        state = replace(state, epoch=kept["event"]["epoch"], last=kept["last"], best=kept["best"])
    found = points.read(run.folder / "steps.bin")
    if len(found) < steps:
        found = points.rebuilt(run.log)
    put(run.folder / "steps.bin", found[:steps].tobytes())
    seconds = float(found["seconds"][steps - 1]) if steps else 0.0
    state = replace(state, step=steps, seconds=round(seconds, 3))
    run.reach(state)
    return state


def _told(run: Run) -> tuple[int, int]:
    """The last epoch and the last step that the log tells and that are not void."""
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
    """The state after the last epoch that is kept; what was written after it is void. Raises OSError."""
    kept = kept_of(run)
    event = kept["event"] if kept else {"epoch": 0, "step": 0, "seconds": 0.0}
    journal.write("continued", {"epoch": event["epoch"], "step": event["step"]})
    steps = points.read(run.folder / "steps.bin")
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


def kept_of(run: Run) -> dict[str, Any] | None:
    """What is known of the epoch that a run goes on from; None before the first."""
    path = run.folder / "resume.safetensors"
    if not path.exists():
        return None
    found: dict[str, Any] = orjson.loads(words_of(path)["kept"])
    return found


def words_of(path: Path) -> dict[str, str]:
    """The metadata of a safetensors file."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = orjson.loads(file.read(size))
    words: dict[str, str] = header.get("__metadata__", {})
    return words
