"""A recipe, as a course of the loop: reproducible, stoppable, and it learns."""

import math
from dataclasses import replace

import pytest
import torch

from convnets.catalogue import CATALOGUE, build
from convnets.classifier import Classifier
from receptive.training.evaluation import evaluate
from receptive.training.events import Epoch, Event, Started, Step
from receptive.training.recipes.recipe import Recipe, carried_out, learning_rate, milder
from tests.training import plain
from tests.training.digits import RECIPE, drawn

torch.set_num_threads(1)


def done(recipe: Recipe, name: str = "lenet5") -> tuple[Classifier, list[Event]]:
    torch.manual_seed(recipe.seed)
    network = build(name)
    about = CATALOGUE[name]
    return network, list(carried_out(network, drawn(60), drawn(20, seed=2), recipe, about.mean, about.std))


def test_the_events_come_in_order_and_count_right() -> None:
    _, events = done(RECIPE)
    assert events[0] == Started(pictures=80, held_out=20, steps=8)
    assert [type(event) for event in events[1:]] == [*[Step] * 4, Epoch] * 2
    steps = [event for event in events if isinstance(event, Step)]
    assert [step.number for step in steps] == list(range(1, 9))
    epochs = [event for event in events if isinstance(event, Epoch)]
    assert epochs[0].loss == pytest.approx(sum(step.loss for step in steps[:4]) / 4)


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_the_same_seed_gives_the_same_weights(name: str) -> None:
    (_, first), (_, second) = done(RECIPE, name), done(RECIPE, name)
    one, two = first[-1], second[-1]
    assert isinstance(one, Epoch)
    assert isinstance(two, Epoch)
    assert all(torch.equal(one.weights[key], two.weights[key]) for key in one.weights)


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_a_recipe_gives_the_very_bits_of_a_bare_script(name: str) -> None:
    weights, losses = plain.averaged_weights(name, drawn(60), RECIPE)
    _, events = done(RECIPE, name)
    assert [event.loss for event in events if isinstance(event, Step)] == losses
    last = events[-1]
    assert isinstance(last, Epoch)
    assert all(torch.equal(last.weights[key], value) for key, value in weights.items())


def test_another_seed_gives_other_weights() -> None:
    first, second = done(RECIPE)[1][-1], done(replace(RECIPE, seed=5))[1][-1]
    assert isinstance(first, Epoch)
    assert isinstance(second, Epoch)
    assert not torch.equal(first.weights["c1.weight"], second.weights["c1.weight"])


def test_the_loop_stops_when_the_next_event_is_not_asked_for() -> None:
    network = build("lenet5")
    events = carried_out(network, drawn(60), drawn(20, seed=2), RECIPE, 0.0, 1.0)
    assert isinstance(next(events), Started)
    assert isinstance(next(events), Step)
    after_one = {key: value.clone() for key, value in network.state_dict().items()}
    events.close()
    assert all(torch.equal(after_one[key], value) for key, value in network.state_dict().items())
    with pytest.raises(StopIteration):
        next(events)


def test_it_learns() -> None:
    _, events = done(replace(RECIPE, epochs=15, averaging=0.8))
    losses = [event.loss for event in events if isinstance(event, Epoch)]
    assert losses[-1] < 0.6 * losses[0]


def test_the_errors_of_an_epoch_are_those_of_its_averaged_weights() -> None:
    network, events = done(RECIPE)
    last = events[-1]
    assert isinstance(last, Epoch)
    about = CATALOGUE["lenet5"]
    held_out = drawn(20, seed=2)
    ink = torch.nn.functional.pad(held_out.images[..., 0].float() / 255, (2, 2, 2, 2))[:, None]
    before = {key: value.clone() for key, value in network.state_dict().items()}
    batches = [((ink - about.mean) / about.std, held_out.labels)]
    judged = evaluate(network, last.weights, batches, network.loss)
    assert judged.loss == pytest.approx(last.validation_loss)
    assert judged.confusion == last.confusion
    assert torch.equal(judged.called, last.called)
    assert all(torch.equal(before[key], value) for key, value in network.state_dict().items())


def test_the_learning_rate_rises_to_its_highest_and_falls_to_a_hundredth() -> None:
    recipe = replace(RECIPE, learning_rate=1.0, warm_up=0.1)
    assert learning_rate(recipe, 5, 100) == pytest.approx(0.5)
    assert learning_rate(recipe, 10, 100) == pytest.approx(1.0)
    assert learning_rate(recipe, 55, 100) == pytest.approx(0.01 + 0.99 / 2)
    assert learning_rate(recipe, 100, 100) == pytest.approx(0.01)
    rates = [learning_rate(recipe, step, 50) for step in range(5, 51)]
    assert rates == sorted(rates, reverse=True)


def test_distortions_grow_milder_towards_the_end() -> None:
    recipe = replace(RECIPE, mild_from=0.5, mild_strength=0.4, mild_plain=0.3)
    plain = recipe.distortion.plain
    assert milder(recipe, 0.5) == (1.0, plain)
    assert milder(recipe, 1.0) == pytest.approx((0.4, 0.3))
    assert milder(recipe, 0.75) == pytest.approx((0.7, (plain + 0.3) / 2))
    assert math.isfinite(milder(recipe, 0.0)[0])
