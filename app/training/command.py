"""`receptive train`: a network's recipe carried out, with a progress bar, weights and a card."""

import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Literal

import torch
from pydantic import BaseModel, ConfigDict, Field
from tqdm import tqdm

from app.training import datasets, record
from app.training.events import Epoch, Started, Step
from app.training.pictures import DatasetError, Pictures
from app.training.recipe import Recipe, carried_out
from app.training.recipes import RECIPES
from models.catalogue import CATALOGUE, build
from models.classifier import Classifier

# What may be set differently from the recipe; the rest of a recipe is changed in recipes.py.
ADJUSTABLE = ("epochs", "batch", "learning_rate", "weight_decay", "warm_up", "averaging", "written", "seed")


class TrainSettings(BaseModel):
    """What is trained on what; a setting that is left out is the recipe's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Literal["lenet5", "lenet5-1998"] = Field("lenet5", description="network of the catalogue")
    dataset: Literal["mnist"] = Field("mnist", description="data set")
    data_dir: Path | None = Field(
        None, description="folder that holds the data set; downloaded to the cache without it"
    )
    out: Path = Field(Path("weights"), description="folder for the weights and their card, written after every epoch")
    epochs: int | None = Field(None, ge=1, le=10_000, description="passes over the data")
    batch: int | None = Field(None, ge=1, le=1024, description="pictures per step")
    learning_rate: float | None = Field(None, gt=0, le=1, description="highest learning rate")
    weight_decay: float | None = Field(None, ge=0, le=1, description="decay of the weights, decoupled as in AdamW")
    warm_up: float | None = Field(None, gt=0, lt=1, description="share of the steps in which the learning rate rises")
    averaging: float | None = Field(None, ge=0, lt=1, description="how much of the average each step keeps")
    written: int | None = Field(None, ge=0, le=100_000, description="drawn digits added to the data")
    seed: int | None = Field(None, ge=0, le=2**31 - 1, description="start of everything random")
    threads: int = Field(1, ge=1, le=256, description="processor threads; another number rounds differently")
    quiet: bool = Field(False, description="no progress bar")


def stages_of(settings: TrainSettings) -> tuple[Recipe, ...]:
    """The stages of the network's recipe with what the settings change; each later stage has the next seed."""
    changes = {key: value for key in ADJUSTABLE if (value := getattr(settings, key)) is not None}
    stages = [replace(stage, **changes) for stage in RECIPES[settings.name]]
    if settings.seed is None:
        return tuple(stages)
    return tuple(replace(stage, seed=settings.seed + at) for at, stage in enumerate(stages))


def command_of(settings: TrainSettings) -> str:
    """The command line that does the same again, without this machine's folders."""
    flags = [
        f"--{key.replace('_', '-')} {value}" for key in ADJUSTABLE if (value := getattr(settings, key)) is not None
    ]
    if settings.data_dir is not None:
        flags.append("--data-dir DIR")
    if settings.threads != 1:
        flags.append(f"--threads {settings.threads}")
    return " ".join(["receptive train", settings.name, *flags])


def run(settings: TrainSettings) -> int:
    """Train and write; the exit status: 0 done, 1 for data that cannot be had. Raises OSError where writing fails."""
    dataset = datasets.DATASETS[settings.dataset]
    try:
        digits = datasets.load(dataset, settings.data_dir, progress=not settings.quiet)
    except DatasetError as error:
        print(f"receptive train: {error}", file=sys.stderr)
        return 1
    stages = stages_of(settings)
    threads = torch.get_num_threads()
    torch.set_num_threads(settings.threads)
    try:
        torch.manual_seed(stages[0].seed)
        network = build(settings.name)
        behind = 0
        for stage in stages:
            train_on, held_out = digits.split(0 if stage.joined else datasets.HELD_OUT)
            for epoch in _epochs(network, train_on, held_out, stage, settings, behind, sum(s.epochs for s in stages)):
                done = behind + epoch.number
                if not stage.joined:
                    judged = record.Judged(done, epoch.errors, epoch.held_out)
                path = record.write(
                    settings.name, dataset, stages, done, epoch.weights, judged, command_of(settings), settings.out
                )
            network.load_state_dict(epoch.weights)
            behind = done
    finally:
        torch.set_num_threads(threads)
    print(f"weights: {path}\ncard:    {path.with_suffix('.json')}")
    return 0


def _epochs(
    network: Classifier,
    train_on: Pictures,
    held_out: Pictures,
    stage: Recipe,
    settings: TrainSettings,
    behind: int,
    epochs: int,
) -> Iterator[Epoch]:
    """The epochs of one stage, their steps shown on a bar."""
    about = CATALOGUE[settings.name]
    with (
        closing(carried_out(network, train_on, held_out, stage, about.mean, about.std)) as events,
        tqdm(disable=settings.quiet, unit="step", dynamic_ncols=True) as bar,
    ):
        bar.set_description("finding the middle of every stroke, a minute or two")
        for event in events:
            match event:
                case Started(steps=steps):
                    bar.reset(steps)
                case Step(epoch=number, loss=loss):
                    bar.set_description(f"epoch {behind + number}/{epochs}  loss {loss:.3f}", refresh=False)
                    bar.update()
                case Epoch():
                    wrong = f"{100 * event.errors / event.held_out:.2f} % wrong" if event.held_out else "nothing"
                    bar.write(f"epoch {behind + event.number}: loss {event.loss:.4f}, {wrong} of what was held out")
                    yield event
