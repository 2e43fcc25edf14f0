"""Movements by hand, and what is left of them after a convolution and after pooling."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from receptive.operations.choices import Motion, Summary
from receptive.operations.invariance import Layers, change, invariance, moved, stages
from receptive.operations.limits import OperationError
from receptive.operations.plan import NamedPadding, Settings
from receptive.operations.pooling import Pooling


def picture(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def layers(**changed: Any) -> Layers:
    usual = Layers(torch.randn(2, 1, 3, 3, generator=torch.Generator().manual_seed(1)), None, Settings(), Pooling())
    return usual._replace(**changed)


# --- movements


def test_whole_shifts_are_exact_and_bring_zeros_in() -> None:
    x = torch.tensor([[[1.0, 2, 3], [4, 5, 6]]])
    assert moved(x, "shift-x", 1).tolist() == [[[0, 1, 2], [0, 4, 5]]]
    assert moved(x, "shift-x", -2).tolist() == [[[3, 0, 0], [6, 0, 0]]]
    assert moved(x, "shift-y", 1).tolist() == [[[0, 0, 0], [1, 2, 3]]]
    assert moved(x, "shift-y", -1).tolist() == [[[4, 5, 6], [0, 0, 0]]]
    for far in (3, -3, 4.5, 512, -512):
        assert moved(x, "shift-x", far).tolist() == [[[0, 0, 0], [0, 0, 0]]]


@pytest.mark.parametrize("motion", ["shift-x", "shift-y"])
def test_between_pixels_a_shift_is_the_weighted_mean_of_its_neighbours(motion: Motion) -> None:
    x = picture(2, 5, 6)
    for whole in (-2, 0, 1):
        expected = 0.75 * moved(x, motion, whole) + 0.25 * moved(x, motion, whole + 1)
        torch.testing.assert_close(moved(x, motion, whole + 0.25), expected)


@pytest.mark.parametrize("motion", ["shift-x", "shift-y", "rotate"])
def test_no_movement_changes_nothing_to_the_bit(motion: Motion) -> None:
    x = picture(3, 7, 5)
    assert torch.equal(moved(x, motion, 0), x)
    assert motion != "rotate" or torch.equal(moved(x, motion, -360), x)


@pytest.mark.parametrize("turns", [-1, 1, 2, 3])
def test_quarter_turns_of_a_square_are_counter_clockwise(turns: int) -> None:
    x = picture(2, 6, 6)
    torch.testing.assert_close(moved(x, "rotate", 90 * turns), torch.rot90(x, turns, (1, 2)), atol=1e-5, rtol=0)


def test_a_half_turn_of_any_picture_turns_it_upside_down() -> None:
    x = picture(1, 4, 9)
    torch.testing.assert_close(moved(x, "rotate", 180), x.flip(1, 2), atol=1e-5, rtol=0)


def test_a_turn_keeps_distances_where_the_picture_is_not_square() -> None:
    x = torch.zeros(1, 21, 41)
    x[0, 10, 26] = 1  # six to the right of the middle
    turned = moved(x, "rotate", 90)[0]
    assert divmod(int(turned.argmax()), 41) == (4, 20)  # six above it
    assert float(turned[4, 20]) == pytest.approx(1, abs=1e-4)


# --- changes


def test_a_change_is_the_distance_over_the_length() -> None:
    before = torch.tensor([3.0, 4.0])
    assert change(before, before) == 0
    assert change(torch.zeros(2), before) == pytest.approx(1)
    assert change(torch.tensor([3.0, 9.0]), before) == pytest.approx(1)
    assert change(torch.zeros(2), torch.zeros(2)) == 0
    assert math.isnan(change(before, torch.zeros(2)))


@pytest.mark.parametrize(("pooling", "reference"), [("max", F.max_pool2d), ("average", F.avg_pool2d)])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_the_stages_are_torchs_convolution_and_pooling_of_the_moved_picture(
    pooling: Summary, reference: Callable[[Tensor, int], Tensor], padding: NamedPadding
) -> None:
    x = picture(1, 9, 8)
    chosen = layers(pooling=Pooling(pooling), settings=Settings(padding=padding), bias=torch.tensor([0.5, -1.0]))
    found = invariance(x, chosen, "shift-x", [-1, 0, 2.5], at=2)
    shifted = moved(x, "shift-x", 2)
    convolved = F.conv2d(shifted[None], chosen.kernel, chosen.bias, padding=padding)[0]
    assert torch.equal(found.stages.input, shifted)
    torch.testing.assert_close(found.stages.convolution, convolved)
    torch.testing.assert_close(found.stages.pooled, reference(convolved, 2))


def test_l2_pooling_is_the_root_of_the_sum_of_squares() -> None:
    chosen = layers(pooling=Pooling("l2"))
    found = stages(picture(1, 6, 6), chosen)
    squares = F.avg_pool2d(found.convolution.square(), 2) * 4
    torch.testing.assert_close(found.pooled, squares.sqrt())


def test_the_curve_is_the_change_of_each_stage_and_zero_where_nothing_moved() -> None:
    x = picture(1, 12, 12)
    found = invariance(x, layers(), "rotate", [-20, 0, 20], at=20)
    still = stages(x, layers())
    assert found.changes[1] == (0, 0, 0)
    expected = [change(now, before) for now, before in zip(found.stages, still, strict=True)]
    assert list(found.changes[2]) == expected
    assert min(found.changes[0]) > 0


def test_a_small_shift_of_a_point_is_lost_in_pooling_and_not_in_the_convolution() -> None:
    x = torch.zeros(1, 8, 8)
    x[0, 4, 4] = 1
    point = layers(kernel=torch.ones(1, 1, 1, 1), pooling=Pooling(window=(4, 4)))
    found = invariance(x, point, "shift-x", [1, 3, 4], at=0)
    assert found.changes[0] == pytest.approx((math.sqrt(2), math.sqrt(2), 0))
    assert found.changes[1].pooled == 0
    assert found.changes[2].pooled == pytest.approx(1)  # shifted out of the picture: 4 + 4 = 8


def test_what_does_not_fit_is_refused_with_field_limit_and_value() -> None:
    x = picture(1, 8, 8)
    with pytest.raises(
        OperationError, match=r"^kernel: the window spans 9x9 cells and the input with its padding has 8x8"
    ):
        invariance(x, layers(kernel=torch.ones(1, 1, 9, 9)), "rotate", [], 0)
    with pytest.raises(OperationError, match=r"^kernel: 3 channels in each filter"):
        invariance(x, layers(kernel=torch.ones(1, 3, 3, 3)), "rotate", [], 0)
    with pytest.raises(OperationError, match=r"^bias: 3 values; 2 are needed"):
        invariance(x, layers(bias=torch.ones(3)), "rotate", [], 0)
    with pytest.raises(OperationError, match=r"^window: the window spans 7x2 cells .* 6x6"):
        invariance(x, layers(pooling=Pooling(window=(7, 2))), "rotate", [], 0)
    with pytest.raises(OperationError, match=r"^positions.1: 513 pixels; -512 to 512"):
        invariance(x, layers(), "shift-x", [1, 513], 0)
    with pytest.raises(OperationError, match=r"^at: -361 degrees; -360 to 360"):
        invariance(x, layers(), "rotate", [1], -361)
    with pytest.raises(
        OperationError,
        match=r"^positions: 780,605,184 multiplications would be needed; at most 200,000,000",
    ):
        invariance(picture(1, 256, 256), layers(kernel=torch.ones(4, 1, 5, 5)), "rotate", [0.0] * 100, 0)
    with pytest.raises(OperationError, match=r"^positions: 409,282,776 multiplications would be needed; at most"):
        invariance(picture(1, 256, 256), layers(pooling=Pooling("max", (128, 128), (2, 2))), "rotate", [1], 0)
    with pytest.raises(OperationError, match=r"^kernel: the convolution would give 510,048 values; at most 262,144"):
        invariance(picture(1, 256, 128), layers(kernel=torch.ones(16, 1, 4, 3)), "rotate", [], 0)
    with pytest.raises(OperationError, match=r"^positions: 481,296,384 multiplications"):
        invariance(picture(1, 512, 512), layers(kernel=torch.ones(1, 1, 1, 1)), "shift-x", [0.0] * 100, 0)
