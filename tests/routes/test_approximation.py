"""`/operations/approximation`: events as they come, two fits at once, and none that goes on without its client."""

import json
import math
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx2
import numpy as np
import pytest

from receptive.operations.approximation import Done, Problem, approximate
from receptive.schemas import FitDone, FitEvent
from tests.serving import Running

POINTS = [[x / 20, math.sin(x / 5)] for x in range(-20, 21)]
PATIENCE = 30.0  # seconds for what has to happen and usually does at once


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("receptive.routes.operations.approximation.BETWEEN", 0.0)


def events(answer: httpx2.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    """Names and contents, as they come."""
    name = ""
    for line in answer.iter_lines():
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)


def fit(server: Running, **asked: Any) -> list[tuple[str, dict[str, Any]]]:
    url = f"{server.url}/operations/approximation"
    with httpx2.stream("POST", url, json={"points": POINTS, **asked}, timeout=PATIENCE) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        return list(events(answer))


@pytest.mark.usefixtures("unhurried")
def test_the_events_are_those_of_the_pure_function_and_the_pieces_add_up_to_the_curve(untrained: Running) -> None:
    said = fit(untrained, units=4, activation="relu", steps=60, learning_rate=0.02, seed=5)
    points = [(float(np.float32(x)), float(np.float32(y))) for x, y in POINTS]
    expected = list(approximate(Problem(points, 4, "relu", 60, 0.02, 5)))
    assert [name for name, _ in said] == ["fit"] * (len(expected) - 1) + ["done"]
    for (name, found), event in zip(said, expected, strict=True):
        (FitEvent if name == "fit" else FitDone).model_validate(found)
        assert found["step"] == event.step
        assert found["loss"] == pytest.approx(event.loss)
        if isinstance(event, Done):
            assert found == {"step": 60, "loss": pytest.approx(event.loss), "reason": "finished"}
            continue
        np.testing.assert_allclose(found["curve"], event.curve, rtol=1e-5, atol=1e-6)
        assert len(found["x"]) == 101
        assert (found["pieces"] is None) == (found["parameters"] is None) == (event.pieces is None)
        if found["pieces"] is not None:
            assert np.shape(found["pieces"]) == (4, 101)
            np.testing.assert_allclose(np.sum(found["pieces"], axis=0) + found["offset"], found["curve"], atol=1e-5)
            weight, bias, amplitude = (np.array(found["parameters"][name]) for name in ("weight", "bias", "amplitude"))
            piece = amplitude[:, None] * np.maximum(np.outer(weight, found["x"]) + bias[:, None], 0)
            np.testing.assert_allclose(found["pieces"], piece, atol=1e-5)


def test_events_come_one_by_one_and_a_browser_can_keep_up(untrained: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("receptive.routes.operations.approximation.sleep", sleep)
    monkeypatch.setattr("receptive.routes.operations.approximation.BETWEEN", 1000.0)
    said = fit(untrained, steps=5)
    assert len(said) == len(waits) == 7
    assert waits[0] <= 0
    assert all(900 < seconds <= 1000 for seconds in waits[1:])


def test_a_third_fit_is_refused_until_one_of_the_two_has_ended_and_others_are_answered_meanwhile(
    untrained: Running,
) -> None:
    url = f"{untrained.url}/operations/approximation"
    long = {"points": POINTS, "steps": 5000}
    with ExitStack() as both:
        streams = [events(both.enter_context(httpx2.stream("POST", url, json=long, timeout=PATIENCE))) for _ in "12"]
        assert [next(stream)[0] for stream in streams] == ["fit", "fit"]
        third = httpx2.post(url, json=long, timeout=PATIENCE)
        assert third.status_code == 429
        assert third.headers["content-type"] == "application/problem+json"
        assert third.headers["retry-after"] == "5"
        assert "2 curves are being fitted; at most 2 at once are allowed" in third.json()["detail"]
        assert httpx2.get(f"{untrained.url}/models", timeout=PATIENCE).status_code == 200
        relu = {"input": [-1, 1], "kind": "relu"}
        said = httpx2.post(f"{untrained.url}/operations/activation", json=relu, timeout=PATIENCE)
        assert said.json()["output"] == [0, 1]
    _until_all_have_left(untrained)
    assert fit(untrained, steps=1)[-1][0] == "done"


def test_a_fit_whose_client_has_left_computes_no_further_step(
    untrained: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()
    told: list[int] = []

    def watched(problem: Problem) -> Iterator[Any]:
        try:
            for event in approximate(problem):
                told.append(event.step)
                yield event
        finally:
            ended.set()

    monkeypatch.setattr("receptive.operations.approximation.approximate", watched)
    url = f"{untrained.url}/operations/approximation"
    with httpx2.stream("POST", url, json={"points": POINTS, "steps": 5000}, timeout=PATIENCE) as answer:
        stream = events(answer)
        assert [next(stream)[1]["step"] for _ in range(3)] == [0, 1, 2]
    assert ended.wait(PATIENCE)
    assert told[-1] < 5000
    _until_all_have_left(untrained)


def _until_all_have_left(server: Running) -> None:
    """Return when no place is taken; a test that waits for ever has failed."""
    left = threading.Event()
    for _ in range(int(PATIENCE / 0.05)):
        if server.app.state.fits.running == 0:
            return
        left.wait(0.05)
    pytest.fail("a fit goes on without its client")


def test_a_client_that_reads_nothing_loses_its_place(untrained: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("receptive.routes.operations.approximation.BETWEEN", 0.0)
    monkeypatch.setattr("receptive.routes.operations.approximation.LONGEST_SEND", 0.2)
    url = f"{untrained.url}/operations/approximation"
    asked = {"points": POINTS, "units": 200, "steps": 5000}
    with httpx2.stream("POST", url, json=asked, timeout=PATIENCE):  # more than the buffers on the way can hold
        _until_all_have_left(untrained)


@pytest.mark.parametrize(
    ("changed", "detail"),
    [
        ({"points": [[0, 0]]}, "points: one point; 2 to 512 are needed"),
        ({"points": [[0, 0, 0], [1, 1, 1]]}, "points: 3 values in each point; x and y are needed"),
        ({"points": [[0, 0]] * 513}, "points: 1,026 values; 1 to 1,024 are allowed"),
        ({"points": [[0, 0], [11, 0]]}, "points: the value at [1, 0] is 11; finite numbers from -10 to 10 are allowed"),
        ({"points": [[0, 0], [1]]}, "points: row 1 has 1 values, the first row has 2"),
        ({"points": [[0, None], [1, 1]]}, "points: the value at [0, 1] is null; a number is needed"),
        ({"units": 201}, "units: at most 200 is allowed; 201 was sent"),
        ({"units": 0}, "units: at least 1 is needed; 0 was sent"),
        ({"steps": 5001}, "steps: at most 5,000 is allowed; 5001 was sent"),
        ({"learning_rate": 0}, "learning_rate: at least 0.00001 is needed; 0 was sent"),
        ({"activation": "step"}, "activation: one of relu, leaky-relu"),
    ],
)
def test_what_cannot_be_is_refused_before_the_first_event_with_field_limit_and_value(
    untrained: Running, changed: dict[str, Any], detail: str
) -> None:
    answer = httpx2.post(f"{untrained.url}/operations/approximation", json={"points": POINTS, **changed})
    assert answer.status_code == 422
    assert detail in answer.json()["detail"]
    assert untrained.app.state.fits.running == 0
