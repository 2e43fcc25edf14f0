"""The weights of a run on disk, and their card: settings, data, the curve, and which epoch was kept."""

from pathlib import Path
from typing import Any

import torch

from app.training.events import Epoch, Stopped
from app.training.preparing import Prepared
from app.training.record import figure, put
from app.training.settings import RunSettings
from app.training.sources import FOLDER


class RunCard:
    """What is known of a run, epoch by epoch."""

    def __init__(self, name: str, settings: RunSettings, classes: tuple[str, ...], command: str) -> None:
        self.name, self.settings, self.classes, self.command = name, settings, classes, command
        self.history: list[dict[str, Any]] = []
        self.ended: str | None = None
        self._kept: Epoch | None = None

    def add(self, event: Epoch | Stopped) -> None:
        """One more epoch, or the reason why there will be none."""
        if isinstance(event, Stopped):
            self.ended = str(event.why)
            return
        self.history.append(
            {
                "epoch": event.number,
                "loss": event.loss,
                "accuracy": event.accuracy,
                "validation_loss": event.validation_loss,
                "validation_accuracy": event.validation_accuracy,
            }
        )
        early = self.settings.early_stopping
        if self._kept is None or event.best or not (early and early.restore_best):
            self._kept = event

    def write(self, prepared: Prepared, folder: Path) -> Path:
        """The weights to keep and the card in `folder`; the path of the weights. Raises OSError."""
        if self._kept is None:
            raise RuntimeError("there is nothing to write before the first epoch")
        path = folder / f"{self.name}.safetensors"
        return put(path, self._kept.weights, self.about(prepared, self._kept))

    def about(self, prepared: Prepared, kept: Epoch) -> dict[str, Any]:
        """What the card says, beside the file and its sha256."""
        feed = prepared.feed
        settings = self.settings.model_dump(mode="json")
        settings["dataset"] = _without_place(self.settings.dataset)
        return {
            "network": self.name,
            "parameters": sum(value.numel() for value in prepared.network.parameters()),
            "data": {
                "name": settings["dataset"],
                "classes": self.classes,
                "trained_on": feed.pictures,
                "held_out": feed.held_out,
                "mean": prepared.mean,
                "std": prepared.std,
            },
            "settings": settings,
            "seed": self.settings.seed,
            "epochs": len(self.history),
            "kept_epoch": kept.number,
            "stopped": self.ended,
            "validation": figure(self._judged_on(), kept.errors, kept.held_out) if kept.held_out else None,
            "confusion": kept.confusion,
            "history": self.history,
            "command": self.command,
            "torch": torch.__version__.split("+")[0],
        }

    def _judged_on(self) -> str:
        early = self.settings.early_stopping
        chosen = ", by which the kept epoch was chosen" if early and early.restore_best else ""
        return f"the last {100 * self.settings.held_out:g} % of every class, never trained on{chosen}"


def _without_place(dataset: str) -> str:
    """The name of the data set, without this machine's folders."""
    return FOLDER + Path(dataset).name if dataset.startswith(FOLDER) else dataset
