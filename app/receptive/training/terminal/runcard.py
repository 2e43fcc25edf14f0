"""The weights of a run on disk, and their card: settings, data, the curve, and which epoch was kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from receptive.training.data.sources import FOLDER
from receptive.training.events import Epoch, Stopped
from receptive.training.preparation import Prepared
from receptive.training.recipes.record import figure, put
from receptive.training.settings import RunSettings


@dataclass(frozen=True)
class Kept:
    """The epoch whose weights are kept, and how they did on what is held out: rows are what a picture is."""

    number: int
    weights: Mapping[str, Tensor]
    confusion: Sequence[Sequence[int]]

    @property
    def held_out(self) -> int:
        """The number of held-out pictures."""
        return sum(map(sum, self.confusion))

    @property
    def errors(self) -> int:
        """The number of held-out pictures that were classified wrongly."""
        return self.held_out - sum(row[place] for place, row in enumerate(self.confusion))


class RunCard:
    """The card of a run, extended with every epoch."""

    def __init__(self, name: str, settings: RunSettings, classes: tuple[str, ...], command: str) -> None:
        self.name, self.settings, self.classes, self.command = name, settings, classes, command
        self.history: list[dict[str, Any]] = []
        self.ended: str | None = None
        self._kept: Kept | None = None

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
            self._kept = Kept(event.number, event.weights, event.confusion)

    def remembered(self) -> tuple[dict[str, Any], Mapping[str, Tensor]]:
        """The card's content for a run to be continued, and the weights it keeps."""
        kept = self._known()
        return {"history": self.history, "number": kept.number, "confusion": kept.confusion}, kept.weights

    def recall(self, remembered: Mapping[str, Any], weights: Mapping[str, Tensor]) -> None:
        """Restore the card of an interrupted run."""
        self.history = remembered["history"]
        self._kept = Kept(remembered["number"], weights, remembered["confusion"])

    def write(self, prepared: Prepared, folder: Path) -> Path:
        """The weights to keep and the card in `folder`; the path of the weights. Raises OSError."""
        kept = self._known()
        return put(folder / f"{self.name}.safetensors", kept.weights, self.about(prepared, kept))

    def _known(self) -> Kept:
        if self._kept is None:
            raise RuntimeError("there is nothing to write before the first epoch")
        return self._kept

    def about(self, prepared: Prepared, kept: Kept) -> dict[str, Any]:
        """The card's content, without the file and its sha256."""
        source = prepared.source
        settings = self.settings.model_dump(mode="json")
        settings["dataset"] = _without_place(self.settings.dataset)
        return {
            "network": self.name,
            "parameters": sum(value.numel() for value in prepared.network.parameters()),
            "data": {
                "name": settings["dataset"],
                "classes": self.classes,
                "trained_on": source.pictures,
                "held_out": source.held_out,
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
