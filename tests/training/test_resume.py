"""A run that goes on after an epoch is, bit for bit, the run that was not interrupted."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from safetensors.torch import load, save

from convnets.catalogue import build
from convnets.classifier import Classifier
from convnets.pattern import Pattern
from receptive.training.batches import BatchSource
from receptive.training.events import Epoch, Event, Started
from receptive.training.loop import Course, train
from receptive.training.preparation import prepare
from receptive.training.recipes.recipe import DistortedBatches, carried_out
from receptive.training.resume import Resume, ResumeError
from receptive.training.settings import RunSettings
from tests.training.digits import RECIPE, drawn

torch.set_num_threads(1)
PICTURES = drawn(60)
NETWORK = Pattern(channels=(3,), units=(8,), window=4, batch_norm=True, dropout=0.5)
RUN: dict[str, Any] = {"model": NETWORK, "epochs": 4, "batch_size": 20, "learning_rate": 0.03, "clip": 1.0}

Begin = Callable[[], tuple[Classifier, BatchSource, Course]]


def beginning(averaging: float | None = None, **changes: Any) -> Begin:
    def begin() -> tuple[Classifier, BatchSource, Course]:
        run = prepare(RunSettings.model_validate(RUN | changes), PICTURES)
        return run.network, run.source, replace(run.course, averaging=averaging)

    return begin


def through_a_file(resume: Resume) -> Resume:
    raw = save(resume.tensors, {"numbers": json.dumps(resume.numbers, allow_nan=False)})
    length = int.from_bytes(raw[:8], "little")
    numbers = json.loads(json.loads(raw[8 : 8 + length])["__metadata__"]["numbers"])
    return Resume(load(raw), numbers)


def told(event: Event) -> object:
    """An event in a form that can be compared."""
    if not isinstance(event, Epoch):
        return event
    weights = {name: value.tolist() for name, value in event.weights.items()}
    return replace(event, weights={}, called=torch.zeros(0), resume=Resume({}, {})).__repr__(), weights


def assert_goes_on(begin: Begin) -> list[Event]:
    """After each epoch of a run, one that is begun anew and goes on there tells and ends the same."""
    network, source, course = begin()
    whole = list(train(network, source, course))
    ends = [at for at, event in enumerate(whole) if isinstance(event, Epoch)]
    assert len(ends) > 1
    for end in ends:
        epoch = whole[end]
        assert isinstance(epoch, Epoch)
        other, again, same = begin()
        torch.manual_seed(99)
        rest = list(train(other, again, same, through_a_file(epoch.resume)))
        assert rest[0] == whole[0]
        assert [told(event) for event in rest[1:]] == [told(event) for event in whole[end + 1 :]]
        for one, two in zip(network.state_dict().values(), other.state_dict().values(), strict=True):
            assert torch.equal(one, two)
    return whole


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "nesterov", "adam", "adamw"])
def test_with_every_optimizer(optimizer: str) -> None:
    assert_goes_on(beginning(optimizer=optimizer, schedule={"kind": "one-cycle"}, weight_decay=0.01))


def test_with_augmentation() -> None:
    assert_goes_on(beginning(augmentation={"elastic": 0.5, "erase": 0.5}))


def test_with_averaging() -> None:
    assert_goes_on(beginning(averaging=0.9))


@pytest.mark.parametrize("metric", ["validation-loss", "validation-accuracy", "loss"])
@pytest.mark.parametrize("averaging", [None, 0.9])
def test_with_early_stopping_and_the_best_weights(metric: str, averaging: float | None) -> None:
    early = {"metric": metric, "patience": 3, "restore_best": True}
    whole = assert_goes_on(beginning(averaging, epochs=12, early_stopping=early, learning_rate=0.1))
    assert isinstance(whole[0], Started)


def test_with_the_feed_of_a_recipe_which_goes_on_drawing() -> None:
    recipe = replace(RECIPE, epochs=3)

    def begin() -> tuple[Classifier, BatchSource, Course]:
        torch.manual_seed(recipe.seed)
        network = build("lenet5")
        run = prepare(RunSettings(epochs=3, learning_rate=0.002), PICTURES)
        course = replace(run.course, loss=network.loss, averaging=recipe.averaging)
        return network, DistortedBatches(drawn(60), drawn(20, seed=2), recipe, 0.1, 0.3), course

    assert_goes_on(begin)
    assert isinstance(next(carried_out(build("lenet5"), drawn(60), drawn(20), recipe, 0.1, 0.3)), Started)


def test_a_run_that_went_beyond_return_ends_again() -> None:
    _, _, course = beginning()()
    network, source, _ = beginning()()
    wild = replace(course, rate=lambda step, steps, per_epoch: 1e4, clip=None, optimizer=_sgd)
    whole = list(train(network, source, wild))
    epochs = [event for event in whole if isinstance(event, Epoch)]
    if not epochs:
        pytest.skip("it ended within its first epoch")
    other, again, _ = beginning()()
    assert list(train(other, again, wild, epochs[-1].resume))[-1] == whole[-1]


def _sgd(network: torch.nn.Module) -> torch.optim.Optimizer:
    return torch.optim.SGD(network.parameters(), lr=1.0)


def last_of(begin: Begin) -> Resume:
    epoch = list(train(*begin()))[-1]
    assert isinstance(epoch, Epoch)
    return epoch.resume


def test_what_was_kept_of_another_network_is_refused_by_name() -> None:
    kept = last_of(beginning())
    other = beginning(model=Pattern(channels=(3,), units=(9,), window=4, batch_norm=True, dropout=0.5))
    with pytest.raises(ResumeError, match=r"fc1\.bias was kept as \[8\], and the network of these settings has \[9\]"):
        list(train(*other(), kept))


def test_what_is_missing_is_refused_by_name() -> None:
    kept = last_of(beginning())
    for name, less in (
        ("epoch", Resume(kept.tensors, {})),
        ("generator", Resume({key: value for key, value in kept.tensors.items() if key != "generator"}, kept.numbers)),
    ):
        with pytest.raises(ResumeError, match=name):
            list(train(*beginning()(), less))
