"""Every query and its answer: values that can be pickled, answered by any network, refused with a code."""

import inspect
import pickle
import pkgutil
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import receptive.queries
from receptive.engine.answering import Waiting, answer_all
from receptive.networks.loaded import LoadedNetwork
from receptive.networks.opening import open_catalogue
from receptive.operations import OperationError
from receptive.preprocessing.steps import Grey
from receptive.queries.activations import Activate
from receptive.queries.description import Describe
from receptive.queries.dropout import Drop
from receptive.queries.encoding import View
from receptive.queries.explain import Explain
from receptive.queries.frame import Frame
from receptive.queries.layers import Layers
from receptive.queries.parameter import Parameter
from receptive.queries.prediction import Predict
from receptive.queries.query import Query, QueryError
from receptive.queries.stroke import Stroke
from tests.networks.nets import loaded
from tests.preprocessing.digits import seven

ROOT = Path(__file__).parents[2]
INK = np.linspace(0, 1, 32 * 32, dtype=np.float32).reshape(32, 32)
DROP: dict[str, Any] = {"rate": 0.5, "seed": 1, "draws": 3, "whole_channels": False, "training": True}
QUERIES: list[Query[Any]] = [
    Frame(View("lenet5", ("c1", "output"), (("input", 0), ("c1", 2)), True), Stroke(3, seven())),
    Predict("lenet5", INK),
    Activate("lenet5", INK, ("c1",)),
    Activate("lenet5", INK),
    Describe("lenet5"),
    Layers("lenet5"),
    Parameter("lenet5", "c1.weight"),
    Drop("lenet5", INK, "c3", **DROP),
    Explain("lenet5", INK, "c3", 2, 4, 5),
]


@pytest.fixture(scope="module")
def network(weights: Path) -> LoadedNetwork:
    return open_catalogue("lenet5", weights, torch.device("cpu"))


class Nobody:
    """A future that nobody has cancelled."""


def answer(query: Query[Any], network: LoadedNetwork) -> Any:
    ((_, answered, error),) = answer_all([Waiting(query, network, Nobody())])  # type: ignore[arg-type]
    if error is not None:
        raise error
    return answered


def kinds() -> set[type[Query[Any]]]:
    """Every kind of query there is a file for."""
    found = set()
    for module in pkgutil.iter_modules(receptive.queries.__path__):
        for _, kind in inspect.getmembers(import_module(f"receptive.queries.{module.name}"), inspect.isclass):
            if issubclass(kind, Query) and kind is not Query:
                found.add(kind)
    return found


def same(one: Any, other: Any) -> bool:
    """True if two answers are equal, arrays within them included."""
    if isinstance(one, np.ndarray):
        return bool(np.array_equal(one, other))
    if is_dataclass(one):
        return all(same(getattr(one, each.name), getattr(other, each.name)) for each in fields(one))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if hasattr(one, "__dict__"):
        return type(one) is type(other) and same(vars(one), vars(other))
    return bool(one == other)


def test_every_kind_of_query_is_tested_here() -> None:
    assert {type(query) for query in QUERIES} == kinds()


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: type(query).__name__)
def test_a_query_and_its_answer_survive_being_pickled(query: Query[Any], network: LoadedNetwork) -> None:
    again = pickle.loads(pickle.dumps(query))
    assert type(again) is type(query)
    direct, after = answer(query, network), answer(again, network)
    assert same(direct, after)
    assert same(pickle.loads(pickle.dumps(direct)), direct)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: type(query).__name__)
def test_a_query_cannot_be_changed(query: Query[Any]) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(query, fields(query)[0].name, None)  # type: ignore[arg-type]


def test_queries_bring_neither_torch_nor_a_web_framework() -> None:
    names = [f"receptive.queries.{module.name}" for module in pkgutil.iter_modules(receptive.queries.__path__)]
    heavy = ("torch", "fastapi", "starlette", "uvicorn")
    code = f"import sys, {', '.join(names)}\nfound = set({heavy!r}) & set(sys.modules)\nassert not found, found\n"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_prediction_is_the_softmax_of_its_logits_the_likeliest_first(network: LoadedNetwork) -> None:
    prediction = answer(Predict("lenet5", INK), network)
    expected = torch.softmax(torch.from_numpy(prediction.logits), 0).numpy()
    np.testing.assert_allclose(prediction.probabilities, expected, rtol=1e-6)
    top = prediction.top(10)
    assert [each["probability"] for each in top] == sorted(map(float, expected), reverse=True)
    assert top[0]["index"] == prediction.index


def test_only_the_layers_that_are_wanted_are_in_the_answer_in_forward_order(network: LoadedNetwork) -> None:
    assert list(answer(Activate("lenet5", INK, ("s2", "c1")), network).layers) == ["c1", "s2"]


def test_frames_prepared_together_are_those_prepared_alone(network: LoadedNetwork) -> None:
    def frame(grey: Grey) -> Frame:
        return Frame(View("lenet5", ("c1",), (), True), Stroke(1, grey))

    blank = np.full((112, 112), 255, np.uint8)
    queries = [frame(seven()), frame(blank), frame(np.roll(seven(), 9, axis=1)), frame(seven()[:40, :40].copy())]
    outcomes = answer_all([Waiting(query, network, Nobody()) for query in queries])  # type: ignore[arg-type]
    together = {id(one.query): answered for one, answered, _ in outcomes}
    for query in queries:
        alone = answer(query, network)
        assert len(together[id(query)]) == len(alone)
        assert together[id(query)][:64] == alone[:64]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (Activate("lenet5", INK, ("c9",)), "no-such-layer"),
        (Drop("lenet5", INK, "c9", **DROP), "no-such-layer"),
        (Explain("lenet5", INK, "c9", 0), "no-such-layer"),
        (Parameter("lenet5", "c9.weight"), "no-such-parameter"),
        (Frame(View("lenet5", ("c9",)), Stroke(1, seven())), "view-outdated"),
        (Frame(View("lenet5", ("c1",), (("c1", 60),)), Stroke(1, seven())), "view-outdated"),
    ],
)
def test_a_layer_that_is_not_there_any_more_is_a_refusal_with_a_code(
    query: Query[Any], code: str, network: LoadedNetwork
) -> None:
    with pytest.raises(QueryError) as refused:
        answer(query, network)
    assert refused.value.why.code == code


def test_dropout_carries_the_masked_layer_on(network: LoadedNetwork) -> None:
    draws = answer(Drop("lenet5", INK, "f6_relu", **DROP), network)
    np.testing.assert_allclose(draws.after, draws.before * draws.mask * 2, rtol=1e-6)
    output = network.module.get_submodule("output")
    with torch.no_grad():
        np.testing.assert_allclose(draws.logits[0], output(torch.from_numpy(draws.after)).numpy(), rtol=1e-4, atol=1e-5)


def test_more_draws_than_are_allowed_are_refused(network: LoadedNetwork) -> None:
    with pytest.raises(OperationError, match="multiplications"):
        answer(Drop("lenet5", INK, "c1", **{**DROP, "draws": 5000}), network)


def test_a_network_that_fails_at_a_picture_is_an_error_of_that_query() -> None:
    network = loaded("flat", nn.Sequential(nn.Flatten(), nn.Linear(32 * 32, 3)))
    with pytest.raises(RuntimeError):
        answer(Predict("flat", np.zeros((3, 3), np.float32)), network)
    assert answer(Predict("flat", INK), network).model == "flat"
