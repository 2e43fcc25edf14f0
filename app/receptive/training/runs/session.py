"""One session of training: a run from where it stands to its end or an interruption."""

import json
import os
import traceback
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from convnets.pattern import Pattern, shapes
from convnets.trace import trace
from receptive.training.data import datasets
from receptive.training.data.drawings import Drawings
from receptive.training.data.pictures import Pictures
from receptive.training.data.sources import DRAWINGS
from receptive.training.events import Diverged, Stopped
from receptive.training.loop import train
from receptive.training.preparation import Prepared, prepare
from receptive.training.resume import Resume
from receptive.training.runs.endings import Ending, end, explained
from receptive.training.runs.errors import damaged
from receptive.training.runs.journal import Journal
from receptive.training.runs.repair import go_back, repair
from receptive.training.runs.run import Run, put, stamp
from receptive.training.runs.weights_file import metadata_of
from receptive.training.runs.writer import RunWriter
from receptive.training.settings import RunSettings


class Session:
    """A run while it is trained."""

    def __init__(self, run: Run, data_dir: Path | None) -> None:
        self._run, self._data_dir = run, data_dir
        self.written = False

    def run(self, interruption: Callable[[], Ending | None]) -> Ending:
        """Train until the end, or until `interruption` returns an ending; the ending of the run."""
        run = self._run
        try:
            run.change(
                status="running",
                reason="",
                why=None,
                started=run.state.started or stamp(),
                ended=None,
                process=os.getpid(),
            )
            with run.journal() as journal:
                if journal.seq:
                    repair(run, journal)
                return self._trained(journal, interruption)
        except Exception as error:  # noqa: BLE001  whatever it is, the run has to say so
            traceback.print_exc()
            return explained(error)

    def _trained(self, journal: Journal, interruption: Callable[[], Ending | None]) -> Ending:
        run = self._run
        settings = RunSettings.model_validate(run.settings)
        torch.set_num_threads(settings.threads)
        ending = Ending("finished")
        try:
            pictures = self._pictures(settings.dataset)
            prepared = prepare(settings, pictures)
            put(run.folder / "network.json", orjson.dumps(facts(settings, prepared, pictures)))
            resume = resumed(run)
            state = go_back(run, journal) if journal.seq else run.state
            writer = RunWriter(run, journal, settings, prepared, state)
            with closing(train(prepared.network, prepared.source, prepared.course, resume)) as events:
                for event in events:
                    writer.add(event)
                    match event:
                        case Diverged():
                            ending = Ending.because("failed", event.why)
                        case Stopped():
                            ending = Ending.because("finished", event.why)
                    if (requested := interruption()) is not None:
                        ending = requested
                        break
            writer.close()
        except Exception as error:  # noqa: BLE001  whatever it is, the run has to say so
            traceback.print_exc()
            ending = explained(error)
        end(run, journal, ending)
        self.written = True
        return ending

    def _pictures(self, dataset: str) -> Pictures:
        """The training data; a visitor's drawings are those that the run was begun with. Raises DatasetError."""
        if dataset == DRAWINGS:
            return Drawings(self._run.folder, DRAWINGS).pictures()
        return datasets.obtain(dataset, self._data_dir)


def resumed(run: Run) -> Resume | None:
    """Everything that a run goes on from; None before its first epoch. Raises RunDamagedError."""
    path = run.folder / "resume.safetensors"
    if not path.exists():
        return None
    try:
        numbers = json.loads(metadata_of(path)["numbers"])  # first: it looks whether the file is whole
        return Resume(load_file(path), numbers)
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise damaged(run.id, path.name, error) from error


def facts(settings: RunSettings, prepared: Prepared, pictures: Pictures) -> dict[str, Any]:
    """The facts that are needed to open the weights."""
    source, network = prepared.source, prepared.network
    shape = tuple(source.train_on[0].shape[1:])
    height, width, channels = pictures.images.shape[1:]
    if isinstance(settings.model, Pattern):
        rows = [
            {"name": row.name, "kind": row.kind, "shape": row.shape, "parameters": row.parameters}
            for row in shapes(settings.model, (shape[0], shape[1], shape[2]), len(pictures.classes))
        ]
    else:
        layers = trace(network, torch.zeros(1, *shape)).without_reshapes()
        rows = [
            {"name": layer.name, "kind": layer.kind, "shape": layer.output_shape, "parameters": layer.parameters}
            for layer in layers
        ]
    return {
        "model": settings.model if isinstance(settings.model, str) else "pattern",
        "input_shape": shape,
        "picture_shape": (channels, height, width),
        "classes": pictures.classes,
        "mean": prepared.mean,
        "std": prepared.std,
        "parameters": sum(value.numel() for value in network.parameters()),
        "layers": rows,
    }
