"""The terms of one value add up to what the network computed, whatever the layer."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from convnets.lenet import TABLE_I
from convnets.pattern import Pattern
from convnets.patterned import PatternNetwork
from receptive.engine.answering import Waiting, answer_all
from receptive.networks.loaded import LoadedNetwork
from receptive.networks.opening import open_catalogue
from receptive.queries.activations import Activate, Activations
from receptive.queries.explain import Explain, Explanation
from receptive.queries.query import Query, QueryError
from tests.networks.nets import loaded

INK = np.linspace(0, 1, 32 * 32, dtype=np.float32).reshape(32, 32)


class Nobody:
    """A future that nobody has cancelled."""


def answer(query: Query[Any], network: LoadedNetwork) -> Any:
    ((_, answered, error),) = answer_all([Waiting(query, network, Nobody())])  # type: ignore[arg-type]
    if error is not None:
        raise error
    return answered


def explained(network: LoadedNetwork, layer: str, *place: int) -> Explanation:
    explanation: Explanation = answer(Explain(network.network.name, INK, layer, *place), network)
    return explanation


def normalized_pattern() -> LoadedNetwork:
    """Batch normalization with moments, scales and shifts of every size, as training leaves them."""
    torch.manual_seed(4)
    module = PatternNetwork(Pattern(channels=(3, 4), batch_norm=True, dropout=0.5, pooling="average"), (1, 32, 32), 3)
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            for values in (part.running_mean, part.weight, part.bias):
                assert values is not None
                nn.init.normal_(values)
            assert part.running_var is not None
            nn.init.uniform_(part.running_var, 0.2, 3)
    return loaded("pattern", module)


def network_called(name: str, weights: Path) -> LoadedNetwork:
    return normalized_pattern() if name == "pattern" else open_catalogue(name, weights, torch.device("cpu"))


@pytest.mark.parametrize("name", ["lenet5", "lenet5-1998", "pattern"])
def test_the_products_and_the_bias_are_the_value_that_torch_computed(name: str, weights: Path) -> None:
    network = network_called(name, weights)
    recorded: Activations = answer(Activate(name, INK), network)
    for layer, values in recorded.layers.items():
        scale = float(np.abs(values).max())
        corners = {
            (0,) * values.ndim,
            tuple(size - 1 for size in values.shape),
            tuple(size // 2 for size in values.shape),
        }
        for place in corners:
            explanation = explained(network, layer, *place)
            assert explanation.value == pytest.approx(float(values[place]), rel=1e-4, abs=1e-5 * scale), (layer, place)
            assert explanation.inputs.shape == explanation.weights.shape == explanation.products.shape
            assert float(explanation.products.sum()) + explanation.bias == pytest.approx(explanation.sum)


def test_the_window_of_a_convolution_lies_where_its_inputs_were_read(weights: Path) -> None:
    network = network_called("lenet5-1998", weights)
    before = answer(Activate("lenet5-1998", INK, ("s2_squash",)), network).layers["s2_squash"]
    explanation = explained(network, "c3", 7, 3, 6)
    assert explanation.reads == ("s2_squash",)
    assert explanation.maps == (1, 2, 3, 4) == tuple(TABLE_I[7])
    assert (explanation.first, explanation.step) == ((3, 6), (1, 1))
    np.testing.assert_allclose(explanation.inputs, before[1:5, 3:8, 6:11], rtol=1e-5, atol=1e-6)
    assert explanation.function is None


def test_a_window_on_padding_begins_before_the_map_and_reads_zeros_there() -> None:
    explanation = explained(normalized_pattern(), "conv1_1", 2, 0, 0)
    assert explanation.first == (-1, -1)
    assert not explanation.inputs[0, 0].any()
    assert not explanation.inputs[0, :, 0].any()


def test_normalization_shows_its_moments_and_an_activation_its_function() -> None:
    network = normalized_pattern()
    norm = network.module.get_submodule("conv1_1_norm")
    assert isinstance(norm, nn.BatchNorm2d)
    explanation = explained(network, "conv1_1_norm", 1, 5, 6)
    facts = {name: float(values) for name, values in explanation.facts.items()}
    kept = norm.state_dict()
    names = {"mean": "running_mean", "variance": "running_var", "scale": "weight", "shift": "bias"}
    assert facts == pytest.approx({fact: float(kept[name][1]) for fact, name in names.items()})
    assert explanation.epsilon == norm.eps
    value = float(explanation.inputs[0])
    by_formula = (value - facts["mean"]) / (facts["variance"] + norm.eps) ** 0.5 * facts["scale"] + facts["shift"]
    assert explanation.value == pytest.approx(by_formula, rel=1e-6)
    rectified = explained(network, "conv1_1_relu", 1, 5, 6)
    assert (rectified.function, rectified.reads) == ("relu", ("conv1_1_norm",))
    assert rectified.value == max(rectified.sum, 0)


def test_functions_between_the_modules_are_explained_too() -> None:
    class Skip(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(1, 1, 3, padding=1)
            self.output = nn.Linear(32 * 32, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.output(functional.relu(x + self.conv(x)).flatten(1))  # type: ignore[no-any-return]

    network = loaded("skip", Skip())
    conv = answer(Activate("skip", INK, ("conv",)), network).layers["conv"]
    explanation = explained(network, "add", 0, 9, 8)
    assert explanation.reads == ("input", "conv")
    np.testing.assert_allclose(explanation.inputs, [INK[9, 8], conv[0, 9, 8]], rtol=1e-5)
    assert explanation.value == pytest.approx(float(INK[9, 8] + conv[0, 9, 8]), rel=1e-5)


class Odd(nn.Module):
    """A layer that no kind knows, and one whose output has four axes."""

    def __init__(self) -> None:
        super().__init__()
        self.output = nn.Linear(32 * 32, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = x.cumsum(3).unsqueeze(1)
        return self.output(x.flatten(1))  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("layer", "place", "code"),
    [
        ("cumsum", (0, 3, 3), "no-terms"),
        ("unsqueeze", (0, 3, 3), "no-maps"),
        ("conv9", (0, 3, 3), "no-such-layer"),
        ("cumsum", (1, 3, 3), "value-outside"),
        ("cumsum", (0, 32, 3), "value-outside"),
        ("cumsum", (0, 3, -1), "value-outside"),
        ("output", (3,), "value-outside"),
        ("output", (0, 1), "value-outside"),
    ],
)
def test_what_has_no_terms_is_refused_with_a_code(layer: str, place: tuple[int, ...], code: str) -> None:
    network = loaded("odd", Odd())
    assert {row["name"] for row in network.layers} >= {"cumsum", "unsqueeze", "output"}
    with pytest.raises(QueryError) as refused:
        explained(network, layer, *place)
    assert refused.value.why.code == code
