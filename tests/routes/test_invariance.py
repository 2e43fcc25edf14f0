"""`/operations/invariance` over HTTP."""

from typing import Any

import httpx2
import numpy as np
import pytest

from tests.serving import Running

POINT = [[float((x, y) == (4, 4)) for x in range(8)] for y in range(8)]


def test_maps_of_one_position_and_the_curve_of_all(untrained: Running) -> None:
    asked = {
        "input": POINT, "kernel": [[1]], "motion": "shift-x", "positions": [0, 1, 4], "at": 1,
        "window": 4,
    }  # fmt: skip
    said = httpx2.post(f"{untrained.url}/operations/invariance", json=asked).json()
    assert said["input"] == said["convolution"] == np.roll(POINT, 1, axis=1).tolist()
    assert said["pooled"] == [[0, 0], [0, 1]]
    root = pytest.approx(2**0.5)
    expected = {"positions": [0, 1, 4], "input": [0, root, 1], "convolution": [0, root, 1], "pooled": [0, 0, 1]}
    assert said["curve"] == expected


def test_where_the_unmoved_map_is_empty_there_is_no_relative_change(untrained: Running) -> None:
    # The point lies in the last column, which the pooling window does not reach until the point moves.
    edge = [[0, 0, 0, 0, 1]] * 2
    asked = {"input": edge, "kernel": [[1]], "motion": "shift-x", "positions": [-1, 0], "window": 2}
    said = httpx2.post(f"{untrained.url}/operations/invariance", json=asked).json()
    assert said["curve"]["pooled"] == [None, 0]


def test_several_channels_and_filters_keep_their_dimensions(untrained: Running) -> None:
    asked = {
        "input": [POINT, POINT], "kernel": np.ones((3, 2, 3, 3)).tolist(), "bias": [0, 1, 2], "padding": "same",
        "motion": "rotate", "at": 30, "kind": "average", "window": [2, 4], "stride": 2,
    }  # fmt: skip
    said = httpx2.post(f"{untrained.url}/operations/invariance", json=asked).json()
    assert [np.shape(said[name]) for name in ("input", "convolution", "pooled")] == [(2, 8, 8), (3, 8, 8), (3, 4, 3)]
    assert said["curve"]["positions"] == []


@pytest.mark.parametrize(
    ("changed", "detail"),
    [
        ({"motion": "zoom"}, 'motion: one of shift-x, shift-y, rotate is needed; "zoom" was sent'),
        ({"kernel": np.ones((9, 9)).tolist()}, "kernel: the window spans 9x9 cells"),
        ({"kernel": np.ones((12, 1)).tolist()}, "kernel: 12x1"),
        ({"window": 9}, "window: the window spans 9x9 cells and the input with its padding has 8x8"),
        ({"window": 0}, "window: "),
        ({"stride": 0}, "stride: "),
        ({"at": 513}, "at: 513 pixels; -512 to 512 are allowed"),
        ({"positions": [1, -999]}, "positions.1: -999 pixels; -512 to 512 are allowed"),
        ({"positions": [0] * 182}, "positions: at most 181 values are allowed"),
        ({"positions": ["x"]}, "positions.0: a number is needed"),
        ({"bias": [1, 2]}, "bias: 2 values; 1 are needed, one for each filter"),
        ({"kernel": np.ones((65, 1, 1, 1)).tolist()}, "kernel: 65 filters; at most 64 are allowed"),
    ],
)
def test_what_cannot_be_is_refused_with_field_limit_and_value(
    untrained: Running, changed: dict[str, Any], detail: str
) -> None:
    asked = {"input": POINT, "kernel": [[1]], "motion": "shift-x", **changed}
    answer = httpx2.post(f"{untrained.url}/operations/invariance", json=asked)
    assert answer.status_code == 422
    assert detail in answer.json()["detail"]
