"""A pattern's rows are what torch computes, and a pattern that gives no network says which row and why."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from torch import Tensor, nn

from convnets.pattern import MOST_PARAMETERS, Pattern, PatternError, shapes
from convnets.patterned import PatternNetwork
from convnets.trace import trace

PATTERNS = st.builds(
    Pattern,
    channels=st.lists(st.integers(1, 4), max_size=4).map(tuple),
    convolutions=st.integers(1, 2),
    kernel=st.integers(1, 5),
    padding=st.sampled_from(["none", "same"]),
    pooling=st.sampled_from(["max", "average", "none"]),
    window=st.integers(2, 3),
    units=st.lists(st.integers(1, 8), max_size=3).map(tuple),
    activation=st.sampled_from(["relu", "tanh", "sigmoid"]),
    batch_norm=st.booleans(),
    dropout=st.sampled_from([0.0, 0.5]),
)


@settings(max_examples=60, deadline=None)
@given(PATTERNS, st.integers(1, 3), st.integers(1, 14), st.integers(1, 14))
def test_every_row_has_the_shape_and_the_parameters_that_torch_has(
    pattern: Pattern, channels: int, height: int, width: int
) -> None:
    image = (channels, height, width)
    try:
        rows = shapes(pattern, image, 5)
    except PatternError:
        with pytest.raises(PatternError):
            PatternNetwork(pattern, image, 5)
        return
    network = PatternNetwork(pattern, image, 5).eval()
    heard: dict[str, tuple[int, ...]] = {}

    def hear(name: str, module: nn.Module) -> None:
        def keep(_: nn.Module, __: tuple[Tensor, ...], output: Tensor) -> None:
            heard[name] = tuple(output.shape[1:])

        module.register_forward_hook(keep)

    for name, module in network.named_children():
        hear(name, module)
    assert network(torch.zeros(2, *image)).shape == (2, 5)
    assert heard == {row.name: row.shape for row in rows[1:]}
    assert list(heard) == [row.name for row in rows[1:]]
    for row in rows[1:]:
        assert sum(value.numel() for value in network.get_submodule(row.name).parameters()) == row.parameters


def test_multiplications_are_counted_as_the_trace_counts_them() -> None:
    pattern = Pattern(channels=(4, 6), convolutions=2, kernel=3, units=(10,))
    rows = shapes(pattern, (1, 28, 28), 10)
    layers = trace(PatternNetwork(pattern, (1, 28, 28), 10).eval(), torch.zeros(1, 1, 28, 28)).layers
    counted = {row.name: row.macs for row in rows if row.macs}
    assert {layer.name: layer.macs for layer in layers if layer.macs} == counted


def test_the_order_is_that_of_the_pattern() -> None:
    rows = shapes(Pattern(channels=(4, 6), convolutions=2, units=(10,), dropout=0.5), (1, 28, 28), 10)
    assert [row.name for row in rows] == [
        "input", "conv1_1", "conv1_1_relu", "conv1_2", "conv1_2_relu", "pool1",
        "conv2_1", "conv2_1_relu", "conv2_2", "conv2_2_relu", "pool2", "fc1", "fc1_relu", "fc1_dropout", "output",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "image", "row", "reason"),
    [
        (Pattern(channels=(4,) * 5), (1, 28, 28), "pool5", "2x2 window does not fit into maps of 1x1"),
        (
            Pattern(channels=(4, 4), kernel=7, padding="none"),
            (1, 16, 16),
            "conv2_1",
            "7x7 kernel does not fit into maps of 5x5",
        ),
        (Pattern(kernel=4), (1, 28, 28), "conv1_1", "odd kernels only, and 4 is even"),
        (Pattern(channels=(512,), pooling="none", units=(4096,)), (1, 28, 28), "fc1", f"at most {MOST_PARAMETERS:,}"),
        (Pattern(channels=(512, 512), pooling="none"), (1, 32, 32), "conv2_1", "multiplications up to here"),
    ],
)
def test_an_impossible_row_is_named_and_explained(
    pattern: Pattern, image: tuple[int, int, int], row: str, reason: str
) -> None:
    with pytest.raises(PatternError, match=reason) as error:
        shapes(pattern, image, 10)
    assert error.value.row == row
    assert str(error.value).startswith(f"{row}: ")


@pytest.mark.parametrize(
    ("field", "value"),
    [("channels", (0,)), ("convolutions", 5), ("kernel", 12), ("units", (5000,)), ("dropout", 1), ("padding", "full")],
)
def test_counts_out_of_bounds_are_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(ValidationError) as error:
        Pattern.model_validate({field: value})
    assert error.value.errors()[0]["loc"][0] == field


def test_every_field_of_a_pattern_says_what_it_is() -> None:
    assert all(field.description for field in Pattern.model_fields.values())
