"""`receptive train`: a network's recipe, or a run on a data set, with a progress bar, weights and a card."""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import torch

from convnets.catalogue import CATALOGUE, build
from convnets.pattern import Pattern, shapes
from receptive.training.allocator import keep_freed_memory
from receptive.training.data import datasets
from receptive.training.data.pictures import DatasetError
from receptive.training.events import Diverged, Epoch, Stopped
from receptive.training.loop import train
from receptive.training.preparation import Prepared, prepare
from receptive.training.recipes import record
from receptive.training.recipes.catalogue import RECIPES
from receptive.training.recipes.recipe import Recipe, carried_out
from receptive.training.resume import Resume
from receptive.training.settings import RunSettings
from receptive.training.terminal.bookmark import Bookmark
from receptive.training.terminal.options import ADJUSTABLE, TrainSettings, command_of, run_settings
from receptive.training.terminal.progress import FetchingBar, shown
from receptive.training.terminal.runcard import RunCard

__all__ = ["TrainSettings", "run", "stages_of"]

SLOW_START = "finding the middle of every stroke, a minute or two"


def run(settings: TrainSettings) -> int:
    """Train and write; the exit status: 0 done, 1 for data that cannot be had or a run that diverged.

    Raises OSError where writing fails, and ValueError for settings that are not possible.
    """
    keep_freed_memory()
    with _threads(settings.threads):
        try:
            path = _carry_out(settings) if settings.dataset is None else _learn(settings, run_settings(settings))
        except DatasetError as error:
            print(f"receptive train: {error}", file=sys.stderr)
            return 1
    if path is None:
        return 1
    print(f"weights: {path}\ncard:    {path.with_suffix('.json')}")
    return 0


def stages_of(settings: TrainSettings) -> tuple[Recipe, ...]:
    """The stages of the network's recipe with what the settings change; each later stage has the next seed."""
    changes = {key: value for key in ADJUSTABLE if (value := getattr(settings, key)) is not None}
    stages = [replace(stage, **changes) for stage in RECIPES[settings.name]]
    if settings.seed is None:
        return tuple(stages)
    return tuple(replace(stage, seed=settings.seed + at) for at, stage in enumerate(stages))


def _carry_out(settings: TrainSettings) -> Path | None:
    """The recipe, stage after stage; where the weights are, or None if it diverged."""
    about, dataset = CATALOGUE[settings.name], datasets.DATASETS["mnist"]
    digits = datasets.load(dataset, settings.data_dir, None if settings.quiet else FetchingBar())
    stages = stages_of(settings)
    torch.manual_seed(stages[0].seed)
    network = build(settings.name)
    behind, total = 0, sum(stage.epochs for stage in stages)
    for stage in stages:
        train_on, held_out = digits.split(0 if stage.joined else datasets.HELD_OUT)
        with closing(carried_out(network, train_on, held_out, stage, about.mean, about.std)) as events:
            for event in shown(events, total, behind=behind, quiet=settings.quiet, first=SLOW_START):
                if not isinstance(event, Epoch):
                    _say(event)
                    return None
                done, weights = behind + event.number, event.weights
                if not stage.joined:
                    judged = record.Judged(done, event.errors, event.held_out)
                path = record.write(
                    settings.name, dataset, stages, done, weights, judged, command_of(settings), settings.out
                )
        network.load_state_dict(weights)
        behind = done
    return path


def _learn(settings: TrainSettings, about: RunSettings) -> Path | None:
    """A run; where the weights are, or None if it diverged."""
    pictures = datasets.obtain(about.dataset, settings.data_dir, None if settings.quiet else FetchingBar())
    if isinstance(about.model, Pattern) and not settings.quiet:
        _show(about.model, pictures.images.shape[1:], len(pictures.classes))
    prepared = prepare(about, pictures)
    card = RunCard(settings.name, about, pictures.classes, command_of(settings))
    bookmark = Bookmark(settings.out, settings.name, about, pictures)
    resume = bookmark.open(card) if settings.resume else None
    try:
        ended = _followed(settings, prepared, card, bookmark, resume)
    except KeyboardInterrupt:
        print(f"receptive train: {_interrupted(bookmark.epoch, about.epochs)}", file=sys.stderr)
        raise
    bookmark.remove()
    if isinstance(ended, Diverged):
        _say(ended)
        return None
    return card.write(prepared, settings.out)


def _followed(
    settings: TrainSettings, prepared: Prepared, card: RunCard, bookmark: Bookmark, resume: Resume | None
) -> Epoch | Diverged | Stopped | None:
    """Train to the end, everything written after every epoch; the last event, None where all was done before."""
    event = None
    done = int(resume.number("step")) if resume else 0
    with closing(train(prepared.network, prepared.source, prepared.course, resume)) as events:
        for event in shown(events, prepared.course.epochs, done=done, quiet=settings.quiet):
            if isinstance(event, Diverged):
                break
            card.add(event)
            if isinstance(event, Epoch):
                card.write(prepared, settings.out)
                bookmark.keep(card, event)
    return event


def _interrupted(epochs: int, all_epochs: int) -> str:
    if not epochs:
        return "interrupted in its first epoch, before there was anything to keep"
    return f"interrupted after epoch {epochs} of {all_epochs}; the same command with --resume goes on from there"


def _say(event: Diverged | Stopped) -> None:
    print(f"receptive train: {event.why}", file=sys.stderr)


def _show(pattern: Pattern, shape: torch.Size, classes: int) -> None:
    """The layers of the pattern, row by row."""
    height, width, channels = shape
    for row in shapes(pattern, (channels, height, width), classes):
        size = " x ".join(map(str, row.shape))
        print(f"{row.name:18} {row.kind:20} {size:>14} {row.parameters:>11,} parameters")


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
