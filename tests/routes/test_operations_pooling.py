"""Pooling over REST: winners, averages, the gradient's way back, and every kind of bad input."""

from collections.abc import Iterator
from typing import Any

import httpx2
import numpy as np
import pytest

from tests.serving import Running

GRID = [[1, 3, 2, 1], [2, 9, 1, 1], [1, 3, 2, 3], [5, 6, 1, 2]]


@pytest.fixture(scope="module")
def ask(untrained: Running) -> Iterator[Any]:
    """The response of /operations/pooling to these fields."""

    with httpx2.Client(base_url=untrained.url) as client:

        def send(status: int = 200, **fields: Any) -> Any:
            answer = client.post("/operations/pooling", json={"input": GRID, **fields})
            assert answer.status_code == status, answer.text
            return answer.json()

        yield send


def ones(*shape: int) -> Any:
    return np.ones(shape).tolist()


def test_max_says_where_its_winners_are_and_sends_the_gradient_there(ask: Any) -> None:
    assert ask(gradient=True) == {
        "output": [[9, 2], [6, 3]],
        "output_shape": [2, 2],
        "formula": {"height": "⌊(4 + 2·0 − 2) / 2⌋ + 1 = 2", "width": "⌊(4 + 2·0 − 2) / 2⌋ + 1 = 2"},
        "dropped": {"rows": 0, "columns": 0},
        "indices": [[5, 2], [13, 11]],
        "before": None,
        "gradient": [[0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1], [0, 1, 0, 0]],
    }
    upstream = [[1, 2], [3, -4]]
    back = ask(gradient=True, upstream=upstream)["gradient"]
    assert back == [[0, 0, 2, 0], [0, 1, 0, 0], [0, 0, 0, -4], [0, 3, 0, 0]]


def test_average_and_l2(ask: Any) -> None:
    assert ask(kind="average")["output"] == [[3.75, 1.25], [3.75, 2]]
    assert ask(input=[[3, 4]], kind="l2", kernel_size=[1, 2])["output"] == [[5]]
    result = ask(kind="global-average", gradient=True)
    assert (result["output"], result["output_shape"]) == ([[2.6875]], [1, 1])
    assert result["gradient"] == [[1 / 16] * 4] * 4


@pytest.mark.parametrize(
    ("shape", "window", "stride", "expected"),
    [((2, 5, 5), 3, 1, [2, 3, 3]), ((6, 28, 28), 2, 2, [6, 14, 14]), ((6, 28, 28), 2, None, [6, 14, 14])],
)
def test_the_known_shapes(ask: Any, shape: tuple[int, ...], window: int, stride: int, expected: list[int]) -> None:
    result = ask(input=ones(*shape), kernel_size=window, stride=stride)
    assert result["output_shape"] == expected
    assert np.array(result["indices"]).shape == tuple(expected)


def test_the_ceiling_and_what_the_floor_drops(ask: Any) -> None:
    floor, ceil = ask(input=ones(5, 4)), ask(input=ones(5, 4), ceil_mode=True)
    assert (floor["output_shape"], floor["dropped"]) == ([2, 2], {"rows": 1, "columns": 0})
    assert (ceil["output_shape"], ceil["dropped"]) == ([3, 2], {"rows": 0, "columns": 0})
    assert ceil["formula"]["height"] == "⌈(5 + 2·0 − 2) / 2⌉ + 1 = 3"


def test_subsampling_squashes_what_its_coefficient_and_bias_make_of_the_sum(ask: Any) -> None:
    result = ask(kind="subsampling", coefficient=0.25, bias=-1)
    assert result["before"] == [[2.75, 0.25], [2.75, 1]]
    assert result["output"] == pytest.approx(1.7159 * np.tanh(2 / 3 * np.array(result["before"])), rel=1e-6)
    both = ask(input=[GRID, GRID], kind="subsampling", coefficient=[0.25, 1], bias=[-1, 0])
    assert both["before"][0] == result["before"]
    assert both["before"][1] == [[15, 5], [15, 8]]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kernel_size": 5}, "kernel_size: the window spans 5x5 cells and the input with its padding has 4x4"),
        ({"kernel_size": 0}, "kernel_size: a whole number from 1 to 256 is needed, or 2 in a list; 0 was sent"),
        ({"kernel_size": 257}, "kernel_size: a whole number from 1 to 256 is needed"),
        ({"stride": 0}, "stride: a whole number from 1 to 256 is needed, or 2 in a list; 0 was sent"),
        ({"padding": 2}, "padding: 2x2; at most half the window, 1x1, is allowed, as in PyTorch"),
        ({"padding": -1}, "padding: a whole number from 0 to 128 is needed"),
        ({"kind": "median"}, "kind: one of max, average, l2, global-average, subsampling is needed"),
        ({"coefficient": [1, 2], "kind": "subsampling"}, "coefficient: 2 values; 1 is needed, or 1, one for each"),
        ({"bias": [], "kind": "subsampling"}, "bias: 0 values; 1 to 262,144 are allowed"),
        ({"gradient": True, "upstream": [[1]]}, "upstream: 1x1x1; the shape of the output, 1x2x2, is needed"),
        ({"upstream": [[1, 1], [1, 1]]}, "upstream: is used with gradient: true only"),
        ({"input": ones(65, 2, 2)}, "input: 65 channels; at most 64 are allowed"),
        ({"input": [[1, 2], [3]]}, "input: row 1 has 1 values, the first row has 2; all rows need the same"),
        ({"input": ones(1, 512, 512), "kernel_size": 256, "stride": 1},
         "kernel_size: 4,328,587,264 multiplications would be needed; at most 200,000,000 are allowed"),
        ({"input": ones(64, 64, 64), "kernel_size": 256, "padding": 128, "stride": 1},
         "kernel_size: 17,720,934,400 multiplications would be needed; at most 200,000,000 are allowed"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_the_field_the_limit_and_the_value(
    ask: Any, fields: dict[str, Any], said: str
) -> None:
    assert said in ask(422, **fields)["detail"]
