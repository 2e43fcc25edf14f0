"""The learning rate: what torch's schedulers give, warmed up, and known before the run."""

import math
from collections.abc import Callable

import pytest
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, LRScheduler, OneCycleLR, StepLR

from receptive.training.schedules import Schedule, planned, rate

STEPS, PER_EPOCH, HIGHEST = 60, 6, 0.4


def of_torch(make: Callable[[torch.optim.Optimizer], LRScheduler], steps: int = STEPS) -> list[float]:
    """The rates that torch's scheduler gives before step 1, 2 …"""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=HIGHEST)
    scheduler, rates = make(optimizer), []
    for _ in range(steps):
        rates.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        scheduler.step()
    return rates


def ours(schedule: Schedule) -> list[float]:
    return [rate(schedule, HIGHEST, step, STEPS, PER_EPOCH) for step in range(1, STEPS + 1)]


def test_halving_every_other_epoch_is_torch_s() -> None:
    expected = of_torch(lambda optimizer: StepLR(optimizer, 2 * PER_EPOCH, 0.5))
    assert ours(Schedule(kind="step", factor=0.5, every=2)) == pytest.approx(expected)


def test_linear_and_cosine_are_torch_s_and_end_at_the_lowest() -> None:
    # torch counts steps from 0: what it gives before step n + 1 is ours at n.
    linear = of_torch(lambda optimizer: LinearLR(optimizer, 1.0, 0.1, STEPS), STEPS + 1)[1:]
    cosine = of_torch(lambda optimizer: CosineAnnealingLR(optimizer, STEPS, 0.1 * HIGHEST), STEPS + 1)[1:]
    assert ours(Schedule(kind="linear", lowest=0.1)) == pytest.approx(linear)
    assert ours(Schedule(kind="cosine", lowest=0.1)) == pytest.approx(cosine)
    assert ours(Schedule(kind="cosine"))[-1] == pytest.approx(0)


def test_one_cycle_is_torch_s() -> None:
    # torch's cycle of total_steps has its ends at 0 and total_steps - 1, and its peak at 0.3 total_steps - 1.
    expected = of_torch(lambda optimizer: OneCycleLR(optimizer, HIGHEST, total_steps=STEPS, cycle_momentum=False))
    cycle = Schedule(kind="one-cycle", warm_up=(0.3 * STEPS - 1) / (STEPS - 1))
    rates = [rate(cycle, HIGHEST, step, STEPS - 1, PER_EPOCH) for step in range(STEPS)]
    assert rates == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("kind", ["constant", "step", "linear", "cosine"])
def test_a_warm_up_rises_evenly_to_the_highest(kind: str) -> None:
    rates = ours(Schedule.model_validate({"kind": kind, "warm_up": 0.25}))
    assert rates[:15] == pytest.approx([HIGHEST * step / 15 for step in range(1, 16)])
    assert max(rates) == pytest.approx(HIGHEST)


def test_one_cycle_rises_for_three_tenths_unless_told_otherwise() -> None:
    assert ours(Schedule(kind="one-cycle")).index(max(ours(Schedule(kind="one-cycle")))) == round(0.3 * STEPS) - 1
    late = ours(Schedule(kind="one-cycle", warm_up=0.5))
    assert late.index(max(late)) == round(0.5 * STEPS) - 1


@pytest.mark.parametrize("kind", ["constant", "step", "linear", "cosine", "one-cycle"])
@pytest.mark.parametrize("steps", [1, 2, 999, 12_345])
def test_the_planned_curve_is_what_the_run_will_do(kind: str, steps: int) -> None:
    schedule = Schedule.model_validate({"kind": kind, "warm_up": 0.1})
    curve = planned(schedule, HIGHEST, steps, 7)
    assert len(curve) == min(steps, 1000)
    assert (curve[0][0], curve[-1][0]) == (1, steps)
    assert all(value == rate(schedule, HIGHEST, step, steps, 7) and math.isfinite(value) for step, value in curve)
