"""The writer of a run: events of the loop become its log, its weights, and the file that it goes on from."""

import json
import sys
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray
from safetensors.numpy import save
from torch import Tensor

from receptive.training.disk import snapshot_steps
from receptive.training.events import Epoch, Event, Notice, Started, Step
from receptive.training.preparation import Prepared
from receptive.training.runs import steps_file
from receptive.training.runs.examples import examples
from receptive.training.runs.journal import Journal
from receptive.training.runs.run import Run, put, stamp
from receptive.training.runs.state import FIGURES, State
from receptive.training.runs.tensorboard import Board
from receptive.training.schedules import planned
from receptive.training.settings import RunSettings

BETWEEN: Final = 0.1  # seconds between two events of steps
REACHED: Final = 1.0  # seconds between two notes of how far the run is
SYNCED: Final = 2.0  # seconds between two waits for the disk


class RunWriter:
    """Writes the events of a run: `add` each one, then `close`."""

    def __init__(self, run: Run, journal: Journal, settings: RunSettings, prepared: Prepared, state: State) -> None:
        self.run, self.journal, self.settings, self.prepared = run, journal, settings, prepared
        self.state = state
        self._begun = time.monotonic() - state.seconds
        self._waiting: list[Step] = []
        self._flushed = self._reached = self._synced = self._epoch_begun = self._stepped = time.monotonic()
        self._mistaken = 0.0
        steps = steps_file.read(run.folder / "steps.bin")
        self._logged_until = float(steps["seconds"][-1]) if len(steps) else 0.0
        self._paces: deque[float] = deque(maxlen=5)  # seconds of the last epochs
        self._kept: frozenset[int] = frozenset()
        self._steps = (run.folder / "steps.bin").open("ab", buffering=0)
        self._board = Board(run.folder)
        (run.folder / "snapshots").mkdir(exist_ok=True)

    def add(self, event: Event) -> None:
        """Write down one event. Raises OSError."""
        match event:
            case Step():
                self._step(event)
            case Epoch():
                self._epoch(event)
            case Notice():
                self._notice(event)
            case Started():
                self._start(event)

    def close(self) -> None:
        """Write what waits. Raises OSError."""
        self._flush()
        self._steps.close()
        self._board.close()

    # --- the events

    def _start(self, event: Started) -> None:
        source, network = self.prepared.source, self.prepared.network
        self._begun = time.monotonic() - self.state.seconds
        self._reach(steps=event.steps)
        if self.state.step == 0:
            facts = self.run.network
            self.journal.write(
                "started",
                {
                    "time": stamp(),
                    "pictures": event.pictures,
                    "held_out": event.held_out,
                    "steps": event.steps,
                    "per_epoch": source.per_epoch,
                    "epochs": self.settings.epochs,
                    "parameters": facts["parameters"],
                    "classes": facts["classes"],
                    "layers": facts["layers"],
                    "planned": planned(
                        self.settings.schedule, self.settings.learning_rate, event.steps, source.per_epoch
                    ),
                },
            )
        size = sum(value.nbytes for value in network.state_dict().values())
        self._kept = snapshot_steps(self.settings.snapshots, event.steps, size)
        if self.state.step == 0 and 0 in self._kept:
            self._snapshot(0, 0)
        self._epoch_begun = self._flushed = time.monotonic()

    def _step(self, event: Step) -> None:
        self._waiting.append(event)
        self._stepped = time.monotonic()
        if self._stepped - self._flushed >= BETWEEN:
            self._flush()
        if event.number in self._kept:
            self._snapshot(event.number, event.epoch)

    def _flush(self) -> None:
        """Write the steps that wait."""
        if not self._waiting:
            return
        steps, self._waiting = self._waiting, []
        last = steps[-1]
        event: dict[str, Any] = {
            "first": steps[0].number,
            "epoch": last.epoch,
            "loss": _array([step.loss for step in steps]),
            "accuracy": _array([step.accuracy for step in steps]),
            "rate": _array([step.learning_rate for step in steps]),
            "gradient": _array([step.gradient_norm for step in steps]),
            "seconds": round(self._stepped - self._begun, 3),  # of the step, not of what is judged after it
        }
        self._steps.write(steps_file.batch(event, self._logged_until).tobytes())  # before the log
        self.journal.write("steps", event)
        self._board.write(
            last.number,
            {
                "train/loss": last.loss,
                "train/accuracy": last.accuracy,
                "train/learning_rate": last.learning_rate,
                "train/gradient": last.gradient_norm,
            },
        )
        self._logged_until, self._flushed = event["seconds"], time.monotonic()
        values: dict[str, Any] = {"step": last.number, "seconds": event["seconds"]}
        if self._flushed - self._reached >= REACHED:
            self._reach(**values)
        else:
            self.state = replace(self.state, **values)

    def _epoch(self, event: Epoch) -> None:
        """First the weights, then what the run goes on from, then the log: whatever is logged is kept."""
        self._flush()
        logged = self._epoch_event(event)
        figures = {name: logged[name] for name in FIGURES}
        best = figures if event.best else self.state.best
        now = time.monotonic()
        sync = now - self._synced >= SYNCED
        words = {"run": self.run.id, "epoch": str(event.number), "step": str(self.state.step)}
        self._keep("last", event.weights, words, sync=sync)
        if event.best:
            self._keep("best", event.weights, words, sync=sync)
        if event.held_out and (now - self._mistaken >= REACHED or event.number == self.settings.epochs):
            self._mistakes(event, words)
        kept = {"event": logged, "last": figures, "best": best}
        words = {**words, "kept": _dumped(kept), "numbers": json.dumps(event.resume.numbers)}
        self._keep("resume", event.resume.tensors, words, sync=sync)
        self.journal.write("epoch", logged)
        self._board.write(
            self.state.step,
            {
                "epoch/loss": event.loss,
                "epoch/accuracy": event.accuracy,
                "validation/loss": event.validation_loss,
                "validation/accuracy": event.validation_accuracy,
            },
        )
        if sync:
            self.journal.sync()
            self._synced = time.monotonic()
        self._reach(sync=sync, epoch=event.number, last=figures, best=best)

    def _epoch_event(self, event: Epoch) -> dict[str, Any]:
        """An epoch as it stands in the log."""
        now = time.monotonic()
        spent, self._epoch_begun = now - self._epoch_begun, now
        self._paces.append(spent)
        left = (self.settings.epochs - event.number) * sum(self._paces) / len(self._paces)
        return {
            "epoch": event.number,
            "step": self.state.step,
            "loss": event.loss,
            "accuracy": event.accuracy,
            "validation_loss": event.validation_loss,
            "validation_accuracy": event.validation_accuracy,
            "best": event.best,
            "seconds": round(now - self._begun, 3),
            "images_per_second": round(self.prepared.source.pictures / max(spent, 1e-9), 1),
            "seconds_left": round(left, 1),
            "memory": memory(),
            "confusion": event.confusion,
            "layers": [asdict(layer) for layer in event.layers],
        }

    def _notice(self, event: Notice) -> None:
        about = {"what": event.kind, "layer": event.layer, "step": event.step, "epoch": event.epoch}
        self.journal.write("notice", {**about, "norm": event.norm})

    # --- files

    def _mistakes(self, event: Epoch, words: dict[str, str]) -> None:
        images, labels = self.prepared.source.held
        self._keep("mistakes", examples(images, labels, event.called, len(event.confusion)), words, sync=False)
        self._mistaken = time.monotonic()

    def _snapshot(self, step: int, epoch: int) -> None:
        path = self.run.snapshot(step)
        put(path, _saved(self.prepared.network.state_dict(), {"step": str(step), "epoch": str(epoch)}))
        self.journal.write("snapshot", {"step": step, "epoch": epoch})

    def _keep(self, name: str, weights: dict[str, Tensor], words: dict[str, str], *, sync: bool) -> None:
        put(self.run.folder / f"{name}.safetensors", _saved(weights, words), sync=sync)

    def _reach(self, *, sync: bool = False, **values: Any) -> None:
        self.state = replace(self.state, **values)
        self.run.reach(self.state, sync=sync)
        self._reached = time.monotonic()


def _saved(weights: Mapping[str, Tensor], words: dict[str, str]) -> bytes:
    """As safetensors; by way of NumPy, which takes a third of the time and gives the same bytes."""
    return save({name: value.numpy() for name, value in weights.items()}, words)


def _dumped(content: dict[str, Any]) -> str:
    return orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY).decode()


def _array(values: list[float]) -> NDArray[np.float32]:
    return np.array(values, np.float32)


def memory() -> int | None:
    """Bytes of memory that this process has had at most; None where the system does not say."""
    if sys.platform == "win32":
        return None
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
