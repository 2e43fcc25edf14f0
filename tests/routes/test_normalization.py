"""`/operations/normalization` over HTTP: against torch's modules, batch after batch, and both senses of alpha."""

from typing import Any

import httpx2
import numpy as np
import pytest
import torch
from torch import nn

from tests.serving import Running

RANDOM = np.random.default_rng(0)
MAPS = RANDOM.standard_normal((7, 5, 4)).astype(np.float32)


def ask(server: Running, **asked: Any) -> dict[str, Any]:
    answer = httpx2.post(f"{server.url}/operations/normalization", json=asked)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def close(found: Any, expected: torch.Tensor) -> None:
    torch.testing.assert_close(torch.tensor(found), expected, atol=1e-5, rtol=1e-5)


def test_both_senses_of_alpha_are_answered_and_torch_gives_the_same_with_its_own(untrained: Running) -> None:
    paper = ask(untrained, input=MAPS.tolist(), kind="local-response", alpha=0.02, k=1)
    assert paper["alpha"] == {"paper": pytest.approx(0.02), "torch": pytest.approx(0.1)}
    close(
        paper["output"],
        nn.LocalResponseNorm(5, alpha=paper["alpha"]["torch"], beta=0.75, k=1)(torch.from_numpy(MAPS)[None])[0],
    )
    close((np.array(paper["output"]) * np.array(paper["divisor"])).tolist(), torch.from_numpy(MAPS))
    same = ask(untrained, input=MAPS.tolist(), kind="local-response", alpha=0.1, k=1, convention="torch")
    assert same["output"] == paper["output"]
    assert (same["mean"], same["running_mean"]) == (None, None)


def test_running_statistics_sent_back_with_every_batch_become_those_of_torchs_module(untrained: Running) -> None:
    module = nn.BatchNorm2d(3, momentum=0.2)
    running: dict[str, Any] = {}
    for size in (4, 1, 2):
        batch = RANDOM.standard_normal((size, 3, 4, 4)).astype(np.float32) * 2 + 1
        said = ask(untrained, input=batch.tolist(), kind="batch", momentum=0.2, **running)
        close(said["output"], module(torch.from_numpy(batch)).detach())
        running = {name: said[name] for name in ("running_mean", "running_variance")}
    close(running["running_mean"], module.get_buffer("running_mean"))
    close(running["running_variance"], module.get_buffer("running_var"))
    said = ask(untrained, input=batch.tolist(), kind="batch", training=False, **running)
    close(said["output"], module.eval()(torch.from_numpy(batch)).detach())
    assert said["mean"] == running["running_mean"]
    assert (said["divisor"], said["alpha"]) == (None, None)


def test_histograms_count_all_maps_or_the_one_that_is_asked_for(untrained: Running) -> None:
    whole = ask(untrained, input=MAPS.tolist(), kind="batch", bins=7)
    assert sum(whole["before"]["counts"]) == sum(whole["after"]["counts"]) == 140
    assert len(whole["before"]["counts"]) == 7
    assert len(whole["before"]["edges"]) == 8
    one = ask(untrained, input=MAPS.tolist(), kind="batch", map=2)
    assert sum(one["before"]["counts"]) == 20
    assert one["before"]["mean"] == pytest.approx(float(MAPS[2].mean()), abs=1e-6)
    assert one["after"]["mean"] == pytest.approx(0, abs=1e-6)
    assert one["after"]["standard_deviation"] == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("asked", "detail"),
    [
        ({"input": [[1, 2]], "kind": "batch"}, "input: 2 dimensions; [channels][rows][columns] |"),
        ({"input": [[[1]], [[2]]], "kind": "batch"}, "input: one value in each of 2 channels"),
        ({"input": [[[1, 2]]], "kind": "batch", "size": 5}, "size: is a setting of local-response normalization"),
        ({"input": [[[1, 2]]], "kind": "local-response", "eps": 1}, "eps: is a setting of batch normalization"),
        ({"input": [[[1, 2]]], "kind": "batch", "weight": [1, 2]}, "weight: 2 values; 1 are needed"),
        (
            {"input": [[[1, 2]]], "kind": "batch", "running_variance": [-1]},
            "running_variance: -1; a variance is at least 0",
        ),
        (
            {"input": [[[1, 2]]], "kind": "batch", "momentum": 1.5},
            "momentum: at most 1 is allowed; 1.5",
        ),
        ({"input": [[[1, 2]]], "kind": "batch", "map": 1}, "map: 1; the maps are numbered from 0 to 0"),
        ({"input": [[[1, 2]]], "kind": "batch", "bins": 0}, "bins: at least 1 is needed; 0"),
        ({"input": [[[1, 2]]], "kind": "local-response", "size": 65}, "size: at most 64 is allowed"),
        (
            {"input": [[[1, 2]]], "kind": "local-response", "k": 0},
            "k: at least 0.001 is needed; 0",
        ),
        (
            {"input": [[[1, 2e6]]], "kind": "batch"},
            "input: the value at [0, 0, 1] is 2e+06; finite numbers from -1e+06",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_field_limit_and_value(
    untrained: Running, asked: dict[str, Any], detail: str
) -> None:
    answer = httpx2.post(f"{untrained.url}/operations/normalization", json=asked)
    assert answer.status_code == 422
    assert detail in answer.json()["detail"]
