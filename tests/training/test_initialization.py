"""The weights begin where the papers' formulas put them."""

import math
from typing import get_args

import pytest
import torch
from torch import nn

from convnets.catalogue import build
from convnets.layers import PartialConvolution
from convnets.pattern import Pattern
from receptive.training.events import Notice
from receptive.training.initialization import LARGE, SMALL, Scheme, initialize
from receptive.training.loop import train
from receptive.training.preparation import prepare
from receptive.training.settings import RunSettings
from tests.training.digits import drawn

torch.set_num_threads(1)
PICTURES = drawn(60)
CONVOLUTION, MATRIX = (64, 32, 5, 5), (300, 200)
FANS = {CONVOLUTION: (32 * 25, 64 * 25), MATRIX: (200, 300)}


def begun(scheme: Scheme) -> dict[tuple[int, ...], torch.Tensor]:
    torch.manual_seed(3)
    network = nn.Sequential(nn.Conv2d(32, 64, 5), nn.BatchNorm2d(64), nn.Linear(200, 300))
    initialize(network, scheme)
    for layer in (network[0], network[2]):
        assert isinstance(layer, nn.Conv2d | nn.Linear)
        assert layer.bias is not None
        assert scheme == "default" or layer.bias.eq(0).all()
    assert isinstance(network[1], nn.BatchNorm2d)
    assert network[1].weight.eq(1).all()
    return {tuple(value.shape): value.detach() for value in network.parameters() if value.ndim > 1}


@pytest.mark.parametrize("shape", [CONVOLUTION, MATRIX])
def test_xavier_is_uniform_within_the_root_of_6_over_both_fans(shape: tuple[int, ...]) -> None:
    weight = begun("xavier")[shape]
    bound = math.sqrt(6 / sum(FANS[shape]))
    assert 0.99 * bound < weight.abs().max() <= bound
    assert weight.std() == pytest.approx(bound / math.sqrt(3), rel=0.02)
    # torch draws the same numbers from the same generator.
    torch.manual_seed(5)
    theirs = nn.init.xavier_uniform_(torch.empty(shape))
    layer = nn.Conv2d(32, 64, 5, bias=False) if len(shape) == 4 else nn.Linear(200, 300, bias=False)
    torch.manual_seed(5)
    initialize(layer, "xavier")
    assert torch.allclose(layer.weight, theirs, rtol=1e-6)


@pytest.mark.parametrize("shape", [CONVOLUTION, MATRIX])
def test_he_has_a_variance_of_2_over_the_fan_in(shape: tuple[int, ...]) -> None:
    weight = begun("he")[shape]
    assert weight.var() == pytest.approx(2 / FANS[shape][0], rel=0.05)
    assert abs(float(weight.mean())) < 0.01 * math.sqrt(2 / FANS[shape][0]) * 3
    kurtosis = float((weight**4).mean() / (weight**2).mean() ** 2)
    assert kurtosis == pytest.approx(3, abs=0.15)  # a normal distribution's; a uniform one's is 1.8


@torch.no_grad()
def test_he_keeps_the_size_of_the_answers_through_twenty_layers_of_relu() -> None:
    torch.manual_seed(0)
    layers = [nn.Linear(256, 256) for _ in range(20)]
    sizes = {}
    for scheme in ("he", "xavier", "small"):
        x = torch.randn(200, 256)
        for layer in layers:
            initialize(layer, scheme)
            x = layer(x).relu()
        sizes[scheme] = float(x.square().mean())
    assert 0.1 < sizes["he"] < 10
    assert sizes["xavier"] == pytest.approx(2**-20, rel=10)  # half of the variance is lost in each
    assert sizes["xavier"] < 1e-4
    assert sizes["small"] < 1e-30


def test_orthogonal_rows_are_orthogonal() -> None:
    weights = begun("orthogonal")
    rows = weights[CONVOLUTION].flatten(1)
    assert torch.allclose(rows @ rows.T, torch.eye(64), atol=1e-5)
    columns = weights[MATRIX]
    assert torch.allclose(columns.T @ columns, torch.eye(200), atol=1e-5)


def test_too_small_too_large_and_zero() -> None:
    for shape in FANS:
        assert begun("small")[shape].std() == pytest.approx(SMALL, rel=0.02)
        assert begun("large")[shape].std() == pytest.approx(LARGE, rel=0.02)
        assert begun("zeros")[shape].eq(0).all()


def test_a_map_that_reads_more_maps_has_smaller_kernels() -> None:
    network = build("lenet5-1998")
    initialize(network, "he")
    layer = network.get_submodule("c3")
    assert isinstance(layer, PartialConvolution)
    three, four = layer.weight.detach()[: 6 * 3], layer.weight.detach()[6 * 3 : 6 * 3 + 9 * 4]
    assert three.var() == pytest.approx(2 / 75, rel=0.3)
    assert four.var() == pytest.approx(2 / 100, rel=0.3)


@pytest.mark.parametrize("name", ["lenet5", "lenet5-1998"])
@pytest.mark.parametrize("scheme", get_args(Scheme))
def test_every_network_can_begin_with_every_scheme(name: str, scheme: Scheme) -> None:
    settings = RunSettings(model=name, initialization=scheme)
    run, again = prepare(settings, PICTURES), prepare(settings, PICTURES)
    for one, two in zip(run.network.parameters(), again.network.parameters(), strict=True):
        assert torch.equal(one, two)
        assert torch.isfinite(one).all()
    assert torch.isfinite(run.network(torch.zeros(2, 1, 32, 32))).all()


def noticed(**settings: object) -> set[tuple[str, str]]:
    run = prepare(RunSettings.model_validate({"epochs": 1, "held_out": 0} | settings), PICTURES)
    return {
        (event.kind, event.layer) for event in train(run.network, run.source, run.course) if isinstance(event, Notice)
    }


def test_gradients_that_vanish_or_explode_are_named_with_their_layer() -> None:
    deep = Pattern(channels=(8, 8), units=(32, 32, 32))
    assert noticed(model=deep, initialization="he") == set()
    assert ("exploding", "conv1_1") in noticed(model=deep, initialization="large")
    sigmoid = deep.model_copy(update={"activation": "sigmoid", "convolutions": 2})
    assert ("vanishing", "conv1_1") in noticed(model=sigmoid)
    assert ("vanishing", "output") not in noticed(model=sigmoid)
    # From zero, no layer but the last is told anything.
    assert ("vanishing", "fc3") in noticed(model=deep, initialization="zeros")
