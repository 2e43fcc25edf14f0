"""Dropout: masks that a seed decides, the share they keep, the scaling, and a network carried on with them."""

import math

import pytest
import torch
from torch import nn

from convnets.lenet import LeNet5, LeNet5Of1998
from receptive.operations.dropout import carried_on, dropout, masks, scale
from receptive.operations.limits import OperationError

X = torch.randn(4, 6, 5, generator=torch.Generator().manual_seed(0)) + 3


def test_the_same_seed_gives_the_same_mask_and_another_one_another() -> None:
    assert torch.equal(dropout(X, 0.5, 7).mask, dropout(X, 0.5, 7).mask)
    assert not torch.equal(dropout(X, 0.5, 7).mask, dropout(X, 0.5, 8).mask)


def test_a_mask_asks_no_other_source_of_chance_and_leaves_it_alone() -> None:
    torch.manual_seed(1)
    first, state = masks((50,), 0.5, 3), torch.get_rng_state()
    torch.manual_seed(2)
    assert torch.equal(first, masks((50,), 0.5, 3))
    torch.manual_seed(1)
    assert torch.equal(state, torch.get_rng_state())


@pytest.mark.parametrize("whole_channels", [False, True])
@pytest.mark.parametrize("shape", [(3,), (84,), (6, 28, 28), (16, 5, 5)])
def test_the_first_draws_are_the_same_however_many_follow(shape: tuple[int, ...], whole_channels: bool) -> None:
    many = masks(shape, 0.4, 11, 50, whole_channels)
    assert torch.equal(many[:1], masks(shape, 0.4, 11, 1, whole_channels))
    assert torch.equal(many[:7], masks(shape, 0.4, 11, 7, whole_channels))
    assert torch.equal(many[0], dropout(torch.ones(shape), 0.4, 11, whole_channels=whole_channels).mask)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_the_share_kept_is_one_minus_the_rate(rate: float) -> None:
    size = 200_000
    kept = float(masks((size,), rate, 1).mean())
    assert abs(kept - (1 - rate)) < 5 * math.sqrt(rate * (1 - rate) / size)  # five standard deviations


@pytest.mark.parametrize("rate", [0.0, 0.2, 0.5, 0.75])
def test_what_is_kept_is_scaled_by_one_over_one_minus_the_rate_and_the_rest_is_zero(rate: float) -> None:
    found = dropout(X, rate, 5)
    assert found.scale == pytest.approx(1 / (1 - rate))
    assert set(found.mask.unique().tolist()) <= {0.0, 1.0}
    torch.testing.assert_close(found.output, torch.where(found.mask == 1, X / (1 - rate), torch.zeros(())))


def test_with_that_scaling_the_expectation_stays_what_it_was() -> None:
    x = torch.tensor([1.0, -2.0, 5.0])
    draws = 40_000
    average = (x * masks((3,), 0.3, 2, draws) * scale(0.3)).mean(0)
    deviation = x.abs() * math.sqrt(0.3 / 0.7 / draws)
    assert bool(((average - x).abs() < 5 * deviation).all())


def test_in_evaluation_nothing_changes() -> None:
    found = dropout(X, 0.5, 1, training=False)
    assert torch.equal(found.output, X)
    assert torch.equal(found.mask, torch.ones_like(X))
    assert found.scale == 1


def test_at_a_rate_of_one_nothing_is_left_as_in_torch() -> None:
    found = dropout(X, 1.0, 1)
    assert torch.equal(found.output, nn.functional.dropout(X, 1.0))
    assert float(found.mask.sum()) == 0
    assert math.isinf(found.scale)


def test_whole_channels_go_or_stay_together() -> None:
    batch = torch.ones(8, 16, 3, 3)
    mask = dropout(batch, 0.5, 3, whole_channels=True).mask
    flat = mask.flatten(2)
    assert torch.equal(flat.amin(2), flat.amax(2))
    assert 0 < float(flat[:, :, 0].mean()) < 1
    assert not torch.equal(mask[0], mask[1])
    one = masks((6, 4), 0.5, 3, 200, whole_channels=True)  # rows and columns are one map
    assert set(one.mean((1, 2)).tolist()) == {0.0, 1.0}
    units = masks((84,), 0.5, 3, whole_channels=True)  # a unit is a channel of one value
    assert torch.equal(units, masks((84,), 0.5, 3))


def test_masks_that_are_too_large_are_refused_before_they_are_made() -> None:
    with pytest.raises(
        OperationError, match=r"^draws: 1,000,000,000 masks of 6x28x28 would have 4,704,000,000,000 values; at most"
    ):
        masks((6, 28, 28), 0.5, 1, 10**9)


@pytest.mark.parametrize("module", [LeNet5(), LeNet5Of1998()], ids=["today", "1998"])
@pytest.mark.parametrize("layer", ["c1", "s2", "c3", "f6", "output"])
def test_a_network_carried_on_with_masks_is_the_network_with_the_layer_replaced(module: nn.Module, layer: str) -> None:
    module.eval()
    picture = torch.randn(1, 1, 32, 32, generator=torch.Generator().manual_seed(4))
    heard: list[torch.Tensor] = []
    with torch.no_grad():
        handle = module.get_submodule(layer).register_forward_hook(lambda _m, _i, output: heard.append(output))
        plain = module(picture)
        handle.remove()
        draws = masks(tuple(heard[0].shape[1:]), 0.5, 9, 3)
        found = carried_on(module, picture, layer, draws, 2.0)
        for row, mask in zip(found, draws, strict=True):
            handle = module.get_submodule(layer).register_forward_hook(lambda _m, _i, output, m=mask: output * m * 2)
            torch.testing.assert_close(row, module(picture)[0], atol=1e-4, rtol=1e-4)
            handle.remove()
        torch.testing.assert_close(module(picture), plain)  # nothing was left behind
        ones = torch.ones(2, *heard[0].shape[1:])
        torch.testing.assert_close(
            carried_on(module, picture, layer, ones, 1.0), plain.expand(2, 10), atol=1e-4, rtol=1e-4
        )
    assert not torch.equal(found[0], found[1])
