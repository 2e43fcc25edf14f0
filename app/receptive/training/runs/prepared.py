"""From a run of the lab to a prepared one: trained by the same worker, then reduced to what is shown of it."""

import shutil
import tempfile
from pathlib import Path
from typing import Any, Final

import orjson

from receptive.training.runs import journal
from receptive.training.runs.journal import Journal
from receptive.training.runs.run import About, Run, put
from receptive.training.runs.state import State
from receptive.training.runs.store import SHIPPED
from receptive.training.runs.worker import Orders, carry_out
from receptive.training.settings import RunSettings

KEPT: Final = ("settings.json", "state.json", "network.json", "steps.bin")


def record(name: str, settings: RunSettings, shipped: Path = SHIPPED) -> str:
    """Train a run and keep it under `shipped`; one line that says what came of it.

    Raises RuntimeError where it was interrupted.
    """
    with tempfile.TemporaryDirectory() as place:
        run = Run(Path(place) / name)
        run.folder.mkdir()
        put(run.folder / "settings.json", orjson.dumps(settings.model_dump(mode="json"), option=orjson.OPT_INDENT_2))
        run.reach(State())
        run.describe(About(name))
        ending, _ = carry_out(run, Orders(), None)
        if ending.status not in ("finished", "failed"):
            raise RuntimeError(f"{name} is {ending.status}: {ending.reason}")
        kept = reduce(run, shipped / name)
    return summary_line(kept)


def reduce(run: Run, folder: Path) -> Run:
    """Copy the shown part of a run into `folder`: its log without snapshots, no weights, no paths."""
    kept = Run(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in KEPT:
        shutil.copyfile(run.folder / name, folder / name)
    epochs = max(run.state.epoch, 1)
    shown = {1, (epochs + 1) // 2, epochs}  # whose layers are kept
    with Journal(kept.log) as log:
        for event in journal.events(run.log):
            if event["kind"] != "snapshot":
                log.write(event.pop("kind"), _thinned(event, shown))
    started = run.state.started or ""
    kept.describe(About(folder.name, "", started))
    return kept


def summary_line(run: Run) -> str:
    """A recorded run in one line."""
    state = run.state
    size = sum(path.stat().st_size for path in run.folder.iterdir())
    return f"{run.id}: {state.status} after {state.epoch} epochs, {state.seconds:.1f} s, {size:,} bytes; {state.last}"


def _thinned(event: dict[str, Any], shown: set[int]) -> dict[str, Any]:
    """Everything but its number, which is counted anew, and the layers of most epochs."""
    del event["seq"]
    if "layers" in event and event.get("epoch", 0) not in shown and "confusion" in event:
        event["layers"] = []
    return event
