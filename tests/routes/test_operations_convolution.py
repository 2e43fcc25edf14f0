"""Convolution over REST: the known answers, the shapes, and every kind of bad input."""

from collections.abc import Iterator
from typing import Any

import httpx2
import numpy as np
import pytest

from tests.serving import Running

SQUARE = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
SMALL = {"input": SQUARE, "kernel": [[1, 2], [3, 4]]}


@pytest.fixture(scope="module")
def ask(untrained: Running) -> Iterator[Any]:
    """The response of a path below /operations/convolution to these fields."""

    with httpx2.Client(base_url=untrained.url) as client:

        def send(fields: dict[str, Any], path: str = "", status: int = 200) -> Any:
            answer = client.post(f"/operations/convolution{path}", json=fields)
            assert answer.status_code == status, answer.text
            return answer.json()

        yield send


def ones(*shape: int) -> Any:
    return np.ones(shape).tolist()


def test_the_known_answers(ask: Any) -> None:
    result = ask(SMALL)
    assert result == {
        "output": [[37, 47], [67, 77]],
        "output_shape": [2, 2],
        "parameters": 4,
        "macs": 16,
        "formula": {
            "height": "⌊(3 + 2·0 − 1·(2 − 1) − 1) / 1⌋ + 1 = 2",
            "width": "⌊(3 + 2·0 − 1·(2 − 1) − 1) / 1⌋ + 1 = 2",
        },
        "dropped": {"rows": 0, "columns": 0},
        "partials": None,
    }
    assert ask({**SMALL, "flip": True})["output"] == [[23, 33], [53, 63]]


def test_two_filters_over_three_channels(ask: Any) -> None:
    fields = {"input": ones(3, 6, 6), "kernel": ones(2, 3, 3, 3), "bias": [1, 2]}
    result = ask({**fields, "partials": True})
    assert result["output_shape"] == [2, 4, 4]
    assert result["parameters"] == 2 * (3 * 3 * 3 + 1)
    assert result["macs"] == 2 * 4 * 4 * 3 * 3 * 3
    assert np.array_equal(np.array(result["partials"]).sum(1) + np.array([[[1]], [[2]]]), result["output"])
    assert ask({**fields, "padding": 1})["output_shape"] == [2, 6, 6]


@pytest.mark.parametrize(
    ("i", "k", "s", "p", "d", "o", "dropped"),
    [
        (4, 3, 1, 0, 1, 2, 0),
        (5, 4, 1, 2, 1, 6, 0),
        (5, 3, 1, 1, 1, 5, 0),
        (5, 3, 1, 2, 1, 7, 0),
        (5, 3, 2, 0, 1, 2, 0),
        (5, 3, 2, 1, 1, 3, 0),
        (6, 3, 2, 1, 1, 3, 1),
        (7, 3, 1, 0, 2, 3, 0),
    ],
)
def test_the_figures_of_the_guide(ask: Any, i: int, k: int, s: int, p: int, d: int, o: int, dropped: int) -> None:
    result = ask({"input": ones(i, i), "kernel": ones(k, k), "stride": s, "padding": p, "dilation": d})
    assert result["output_shape"] == [o, o]
    assert result["dropped"] == {"rows": dropped, "columns": dropped}
    assert result["formula"]["height"] == f"⌊({i} + 2·{p} − {d}·({k} − 1) − 1) / {s}⌋ + 1 = {o}"


@pytest.mark.parametrize(
    ("i", "k", "s", "p", "extra", "o"),
    [
        (2, 3, 1, 0, 0, 4),
        (6, 4, 1, 2, 0, 5),
        (5, 3, 1, 1, 0, 5),
        (2, 3, 2, 0, 0, 5),
        (3, 3, 2, 1, 0, 5),
        (3, 3, 2, 1, 1, 6),
    ],
)
def test_the_transposed_figures_of_the_guide(ask: Any, i: int, k: int, s: int, p: int, extra: int, o: int) -> None:
    fields = {"input": ones(i, i), "kernel": ones(k, k), "stride": s, "padding": p}
    result = ask({**fields, "transposed": True, "output_padding": extra})
    assert result["output_shape"] == [o, o]
    assert result["formula"]["width"] == f"({i} − 1)·{s} − 2·{p} + 1·({k} − 1) + {extra} + 1 = {o}"


def test_dimensions_are_answered_as_they_are_asked(ask: Any) -> None:
    assert ask({"input": ones(3, 3), "kernel": ones(1, 1, 2, 2)})["output_shape"] == [2, 2]
    assert ask({"input": ones(1, 3, 3), "kernel": ones(2, 2)})["output_shape"] == [1, 2, 2]
    assert ask({"input": ones(3, 3), "kernel": ones(4, 1, 2, 2)})["output_shape"] == [4, 2, 2]
    assert (
        ask({**SMALL, "bias": 0.5})["output"] == ask({**SMALL, "bias": [0.5]})["output"] == [[37.5, 47.5], [67.5, 77.5]]
    )


def test_every_way_of_writing_padding_and_pairs(ask: Any) -> None:
    for padding, shape in ((1, [4, 4]), ([1, 0], [4, 2]), ([1, 0, 0, 2], [3, 4]), ("valid", [2, 2]), ("same", [3, 3])):
        assert ask({**SMALL, "padding": padding})["output_shape"] == shape
    assert ask({**SMALL, "padding": "full"})["output_shape"] == [4, 4]
    assert ask({**SMALL, "stride": 2})["output_shape"] == ask({**SMALL, "stride": [2, 2]})["output_shape"] == [1, 1]
    result = ask({**SMALL, "padding": [0, 0, 0, 2]})
    assert result["formula"]["width"] == "⌊(3 + 0 + 2 − 1·(2 − 1) − 1) / 1⌋ + 1 = 4"


def test_the_matrix_times_the_vector_is_the_output(ask: Any) -> None:
    fields = {**SMALL, "bias": 3, "padding": 1, "padding_mode": "circular", "stride": 2, "flip": True}
    result = ask(fields, "/matrix")
    assert result["output"] == ask(fields)["output"]
    product = np.array(result["matrix"]) @ np.array(result["vector"])
    assert np.array_equal(product, result["product"])
    assert np.array_equal(product.reshape(result["output_shape"]) + 3, result["output"])
    turned = np.array(SMALL["kernel"])[::-1, ::-1].flatten()
    assert np.array_equal(turned @ np.array(result["columns"]), result["product"])


def test_the_spectra_lead_to_the_circular_convolution(ask: Any) -> None:
    result = ask(SMALL, "/spectrum")
    parts = {name: np.array(result[f"{name}_spectrum_real"]) + 1j * np.array(result[f"{name}_spectrum_imag"])
             for name in ("input", "kernel", "product")}  # fmt: skip
    np.testing.assert_allclose(parts["input"], np.fft.fft2(SQUARE), atol=1e-5)
    np.testing.assert_allclose(parts["input"] * parts["kernel"].conj(), parts["product"], atol=1e-4)
    np.testing.assert_allclose(np.fft.ifft2(parts["product"]).real, result["circular"], atol=1e-4)
    assert result["circular"] == ask({**SMALL, "padding": [0, 1, 0, 1], "padding_mode": "circular"})["output"]
    turned = ask({**SMALL, "flip": True}, "/spectrum")["circular"]
    same = {**SMALL, "flip": True, "padding": [1, 0, 1, 0], "padding_mode": "circular"}
    assert turned == ask(same)["output"]


def test_the_bottleneck_of_the_known_answers(ask: Any) -> None:
    fields = {"input_shape": [192, 28, 28], "filters": 32, "kernel_size": 5, "padding": "same", "bottleneck": 16}
    result = ask(fields, "/counts")
    assert result["output_shape"] == [32, 28, 28]
    assert (result["convolution"]["macs"], result["bottleneck"]["macs"]) == (120_422_400, 12_443_648)
    assert result["fully_connected"]["parameters"] == (192 * 28 * 28 + 1) * 32 * 28 * 28
    assert ask({**fields, "bottleneck": None}, "/counts")["bottleneck"] is None


def test_a_kernel_of_rank_one_in_two_steps(ask: Any) -> None:
    kernel = [[1, 2, 1], [2, 4, 2], [1, 2, 1]]
    result = ask({"input": ones(5, 5), "kernel": kernel}, "/separable")
    assert (result["rank"], result["column"], result["row"]) == (1, [2, 4, 2], [0.5, 1, 0.5])
    assert result["one_step"] == result["two_steps"] == [[16] * 3] * 3
    assert result["macs"] == {"one_step": 81, "two_steps": 45 + 27}


def test_a_volume(ask: Any) -> None:
    result = ask(
        {"input": ones(4, 5, 6), "kernel": ones(2, 3, 3), "stride": [2, 1, 1], "padding": [0, 1, 1], "bias": 1},
        "/volume",
    )
    assert result["output_shape"] == [2, 5, 6]
    assert result["parameters"] == 19
    assert result["output"][0][2][2] == 19
    assert result["formula"]["depth"] == "⌊(4 + 2·0 − 1·(2 − 1) − 1) / 2⌋ + 1 = 2"


# --- bad input: the field, the limit and the value


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kernel": ones(4, 3)}, "kernel: the window spans 4x3 cells and the input with its padding has 3x3"),
        ({"kernel": ones(2, 2), "dilation": 3}, "kernel: the window spans 4x4 cells and the input with"),
        ({"kernel": ones(12, 1)}, "kernel: 12x1; sides of 1 to 11 are allowed"),
        ({"kernel": ones(65, 1, 1, 1)}, "kernel: 65 filters; at most 64 are allowed"),
        ({"kernel": ones(1, 2, 1, 1)}, "kernel: 2 channels in each filter; channels / groups = 1 / 1 = 1 are needed"),
        ({"kernel": ones(2, 1, 1)}, "kernel: 3 dimensions; [rows][columns] | [n][channels][rows][columns] is needed"),
        ({"stride": 0}, "stride: a whole number from 1 to 256 is needed, or 2 in a list; 0 was sent"),
        ({"stride": [1, 2, 3]}, "stride: a whole number from 1 to 256 is needed, or 2 in a list; [1, 2, 3]"),
        ({"stride": 1.5}, "stride: a whole number from 1 to 256 is needed, or 2 in a list; 1.5 was sent"),
        ({"stride": True}, "stride: a whole number from 1 to 256 is needed, or 2 in a list; true was sent"),
        ({"dilation": 0}, "dilation: a whole number from 1 to 256 is needed, or 2 in a list; 0 was sent"),
        ({"padding": -1}, "padding: a whole number from 0 to 256, a list of 2 or 4 of them, or one of same, valid"),
        ({"padding": "half"}, "or one of same, valid, full is needed; \"half\" was sent"),
        ({"padding": "same", "stride": 2}, "padding: same needs stride 1, as in PyTorch; the stride is 2x2"),
        ({"padding": 3, "padding_mode": "reflect"}, "padding: 3; reflect padding allows at most 2 beside 3 cells"),
        ({"padding": 4, "padding_mode": "circular"}, "padding: 4; circular padding allows at most 3 beside 3 cells"),
        ({"padding_mode": "mirror"}, "padding_mode: one of zeros, reflect, replicate, circular is needed"),
        ({"groups": 2}, "groups: 2 does not divide both the 1 input channels and the 1 filters"),
        ({"groups": 0}, "groups: at least 1 is needed; 0 was sent"),
        ({"output_padding": 1}, "output_padding: 1x1; only a transposed convolution has output padding"),
        ({"transposed": True, "output_padding": 1}, "output_padding: 1; at most 0 is allowed"),
        ({"transposed": True, "stride": 2, "output_padding": 2}, "output_padding: 2; at most 1 is allowed"),
        ({"transposed": True, "padding_mode": "reflect"}, "padding_mode: reflect; a transposed convolution crops"),
        ({"transposed": True, "padding": 2}, "padding: 2x2x2x2 crops everything that the output of 4x4 has"),
        ({"bias": [1, 2]}, "bias: 2 values; 1 are needed, one for each filter"),
        ({"bias": "1"}, "bias: the value at [] is \"1\"; a number is needed"),
        ({"input": [[1, 2], [3]]}, "input: row 1 has 1 values, the first row has 2; all rows need the same"),
        ({"input": [[[1], [2, 3]]]}, "input: row [0, 1] has 2 values, the first row has 1; all rows need the same"),
        ({"input": [[1, 2], 3]}, "input: row 1 and the first row differ: one is a list, one is not"),
        ({"input": [[1, "2"]]}, "input: the value at [0, 1] is \"2\"; a number is needed"),
        ({"input": [[1, None]]}, "input: the value at [0, 1] is null; a number is needed"),
        ({"input": [[1, True]]}, "input: the value at [0, 1] is true; a number is needed"),
        ({"input": [[1, 2e9]]}, "input: the value at [0, 1] is 2e+09; finite numbers from -1e+09 to 1e+09 are allowed"),
        ({"input": []}, "input: 0 values; 1 to 262,144 are allowed"),
        ({"input": [[]]}, "input: 0 values; 1 to 262,144 are allowed"),
        ({"input": 5}, "input: 0 dimensions; [rows][columns] | [channels][rows][columns] is needed"),
        ({"input": [[[[1]]]]}, "input: 4+ dimensions; [rows][columns] | [channels][rows][columns] is needed"),
        ({"input": ones(65, 1, 1)}, "input: 65 channels; at most 64 are allowed"),
        ({"speed": 3}, "speed: there is no such field"),
        ({"flip": "yes"}, "flip: true or false is needed; \"yes\" was sent"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_the_field_the_limit_and_the_value(
    ask: Any, fields: dict[str, Any], said: str
) -> None:
    problem = ask({**SMALL, **fields}, status=422)
    assert problem["status"] == 422
    assert said in problem["detail"]
    assert problem["detail"].startswith(said.split(":")[0] + ":" if not said.startswith("or ") else "padding:")


def test_more_values_than_are_allowed_are_refused(ask: Any) -> None:
    said = ask({"input": ones(513, 512), "kernel": [[1]]}, status=422)["detail"]
    assert said.startswith("input: 262,656 values; 1 to 262,144 are allowed")


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        (  # 4.4 terabytes
            "",
            {"input": ones(512, 512), "kernel": ones(64, 1, 11, 11), "transposed": True, "stride": 256},
            "stride: the output of 64x130827x130827 would have 1,095,405,",
        ),
        (
            "",
            {"input": ones(64, 64, 64), "kernel": ones(1, 64, 1, 1), "padding": 256},
            "padding: the padded input of 64x576x576 would have 21,233,664 values; at most 1,048,576 are allowed",
        ),
        (
            "",
            {"input": ones(200, 200), "kernel": ones(64, 1, 1, 1)},
            "kernel: the output of 64x200x200 would have 2,560,000 values; at most 1,048,576 are allowed",
        ),
        (
            "",
            {"input": ones(16, 128, 128), "kernel": ones(16, 16, 11, 11), "padding": "same"},
            "kernel: 507,510,784 multiplications would be needed; at most 200,000,000 are allowed",
        ),
        (
            "",
            {"input": ones(64, 30, 30), "kernel": ones(64, 64, 1, 1), "partials": True},
            "partials: the partial maps would have 3,686,400 values; at most 1,048,576 are allowed",
        ),
        (
            "/matrix",
            {"input": ones(512, 512), "kernel": ones(1, 1)},
            "input: the matrix of 262144x262144 would have 68,719,476,736 cells; at most 65,536 are allowed",
        ),
        (
            "/spectrum",
            {"input": ones(300, 300), "kernel": ones(300, 300), "dilation": 256},
            "kernel: the window spans 76545x76545 cells and the input with its padding has 300x300",
        ),
        (
            "/spectrum",
            {"input": ones(300, 300), "kernel": ones(300, 300)},
            "kernel: 8,100,000,000 multiplications would be needed; at most 200,000,000 are allowed",
        ),
        (
            "/counts",
            {"input_shape": [4096, 4096, 4096], "filters": 4096, "kernel_size": 1},
            "input_shape: 4,722,366,482,938,",
        ),
        (
            "/counts",
            {"input_shape": [1, 4, 4], "filters": 1, "kernel_size": 5},
            "kernel_size: the window spans 5x5 cells and the input with its padding has 4x4",
        ),
        ("/separable", {"input": ones(20, 20), "kernel": ones(12, 1)}, "kernel: 12x1; sides of 1 to 11 are allowed"),
        (
            "/separable",
            {"input": ones(2, 2), "kernel": ones(3, 1)},
            "kernel: the window spans 3x1 cells and the input with its padding has 2x2",
        ),
        (
            "/volume",
            {"input": ones(64, 64, 64), "kernel": ones(1, 1, 1), "padding": 256},
            "padding: the padded input of 576x576x576 would have 191,102,976 values; at most 1,048,576 are allowed",
        ),
        (
            "/volume",
            {"input": ones(64, 64, 64), "kernel": ones(11, 11, 11)},
            "kernel: 209,584,584 multiplications would be needed; at most 200,000,000 are allowed",
        ),
    ],
)
def test_what_would_not_fit_is_refused_before_it_is_allocated(
    ask: Any, path: str, fields: dict[str, Any], said: str
) -> None:
    assert ask(fields, path, 422)["detail"].startswith(said)
