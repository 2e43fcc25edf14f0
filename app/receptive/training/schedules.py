"""The learning rate from the first step to the last: pure functions, so that the curve is known before the run."""

import math
from collections.abc import Callable
from functools import partial
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Finite = Annotated[float, Field(allow_inf_nan=False)]

CYCLE_RISE = 0.3  # share of the steps in which one cycle rises, where no warm-up says otherwise
CYCLE_START = 1 / 25  # of the highest rate, and
CYCLE_END = 1e-4  # of that one: L. Smith and N. Topin, 2017, with the numbers of torch's OneCycleLR


class Schedule(BaseModel):
    """The schedule of the learning rate during a run."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    kind: Literal["constant", "step", "linear", "cosine", "one-cycle"] = Field(
        "constant",
        description="constant; step, times a factor every few epochs; linear or cosine, falling to the lowest; "
        "one-cycle, up and far down again",
    )
    factor: Finite = Field(0.5, gt=0, le=1, description="what the rate is multiplied by at each step of kind step")
    every: int = Field(10, ge=1, le=10_000, description="epochs between two steps of kind step")
    lowest: Finite = Field(0.0, ge=0, le=1, description="share of the highest rate that linear and cosine end at")
    warm_up: Finite = Field(0.0, ge=0, lt=1, description="share of the run in which the rate first rises from zero")


def rate(schedule: Schedule, highest: float, step: int, steps: int, per_epoch: int) -> float:
    """The learning rate of a step, counted from 1, in a run of `steps`, `per_epoch` of them in an epoch."""
    done = step / steps
    if schedule.kind == "one-cycle":
        return highest * _cycle(schedule.warm_up or CYCLE_RISE, done)
    if done < schedule.warm_up:
        return highest * done / schedule.warm_up
    way = (done - schedule.warm_up) / (1 - schedule.warm_up)
    low = schedule.lowest
    match schedule.kind:
        case "step":
            return float(highest * schedule.factor ** ((step - 1) // per_epoch // schedule.every))
        case "linear":
            return highest * (low + (1 - low) * (1 - way))
        case "cosine":
            return highest * (low + (1 - low) * (1 + math.cos(math.pi * way)) / 2)
        case _:
            return highest


def planned(
    schedule: Schedule, highest: float, steps: int, per_epoch: int, most: int = 1000
) -> list[tuple[int, float]]:
    """The whole curve before the run, as (step, rate) at `most` steps or fewer; the first and the last among them."""
    return sampled(partial(rate, schedule, highest), steps, per_epoch, most)


def sampled(
    rates: Callable[[int, int, int], float], steps: int, per_epoch: int, most: int = 1000
) -> list[tuple[int, float]]:
    """The same of any rate of (step, steps, steps of an epoch)."""
    count = min(steps, most)
    chosen = [1 + round(place * (steps - 1) / max(count - 1, 1)) for place in range(count)]
    return [(step, rates(step, steps, per_epoch)) for step in chosen]


def _cycle(rise: float, done: float) -> float:
    """Up along a half cosine, and down along another one, as a share of the highest rate."""
    if done < rise:
        return _between(CYCLE_START, 1.0, done / rise)
    return _between(1.0, CYCLE_START * CYCLE_END, (done - rise) / (1 - rise))


def _between(start: float, end: float, way: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * way)) / 2
