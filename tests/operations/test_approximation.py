"""The fit of a curve: pieces that add up to it, a loss that is its mean square error, and a run that a seed decides."""

import math
from itertools import islice, pairwise

import pytest
import torch
from torch.nn import functional as F

from receptive.operations.activation import function
from receptive.operations.approximation import Done, Fit, Hidden, Problem, approximate
from receptive.operations.choices import ActivationKind

SINE = [(x / 32 - 1, math.sin(3 * (x / 32 - 1))) for x in range(65)]


def fits(problem: Problem) -> list[Fit]:
    return [event for event in approximate(problem) if isinstance(event, Fit)]


@pytest.mark.parametrize("kind", ["relu", "sigmoid", "tanh", "gelu"])
def test_twenty_units_fit_a_sine(kind: ActivationKind) -> None:
    found = fits(Problem(SINE, 20, kind, steps=600, learning_rate=0.03))
    variance = float(torch.tensor([y for _, y in SINE]).var(correction=0))
    assert found[0].loss > 0.5 * variance
    assert found[-1].loss < 0.01 * variance


def test_pieces_and_offset_add_up_to_the_curve_and_are_what_the_parameters_say() -> None:
    for fit in fits(Problem(SINE, 7, "tanh", steps=60)):
        assert fit.x.shape == fit.curve.shape == (101,)
        if fit.pieces is None:
            continue
        torch.testing.assert_close(fit.pieces.values.sum(0) + fit.offset, fit.curve)
        inner = fit.pieces.weight[:, None] * fit.x + fit.pieces.bias[:, None]
        torch.testing.assert_close(fit.pieces.amplitude[:, None] * function("tanh")(inner), fit.pieces.values)
        assert fit.pieces.values.shape == (7, 101)


def test_the_loss_told_is_the_mean_square_error_of_the_curve_told() -> None:
    points = [(-1 + 2 * place / 100, math.cos(place)) for place in range(101)]  # the places at which the curve is told
    y = torch.tensor([y for _, y in points])
    for fit in fits(Problem(points, 5, steps=30)):
        torch.testing.assert_close(fit.x, torch.tensor([x for x, _ in points]))
        assert fit.loss == pytest.approx(float(F.mse_loss(fit.curve, y)), rel=1e-4)


def test_the_steps_are_those_of_torchs_adam() -> None:
    problem = Problem(SINE, 4, "sigmoid", steps=5, learning_rate=0.1, seed=2)
    x, y = (torch.tensor(values) for values in zip(*SINE, strict=True))
    layer = Hidden(problem, x, y)
    adam = torch.optim.Adam(layer.parameters(), lr=0.1, foreach=False)
    losses = []
    for _ in range(6):
        loss = F.mse_loss(layer(x), y)
        losses.append(loss.item())
        adam.zero_grad()
        loss.backward()
        adam.step()
    assert [fit.loss for fit in fits(problem)] == pytest.approx(losses, rel=1e-5)


def test_the_same_seed_gives_the_same_fit_and_another_one_another() -> None:
    first, again, other = (fits(Problem(SINE, 6, steps=40, seed=seed))[-1] for seed in (1, 1, 2))
    assert torch.equal(first.curve, again.curve)
    assert not torch.equal(first.curve, other.curve)


def test_events_are_dense_at_first_then_rarer_and_the_last_step_is_told_with_its_pieces() -> None:
    *found, done = approximate(Problem(SINE, 2, steps=1000))
    steps = [event.step for event in found]
    gaps = [after - before for before, after in pairwise(steps)]
    assert steps[:41] == list(range(41))
    assert max(gaps) == 25
    assert gaps[:-1] == sorted(gaps[:-1])
    assert steps[-1] == 1000
    assert isinstance(done, Done)
    assert done.step == 1000
    assert not done.diverged
    told = [isinstance(event, Fit) and event.pieces is not None for event in found]
    assert told[0]
    assert told[-1]
    assert told[:-1] == [place % 10 == 0 for place in range(len(found) - 1)]


def test_pieces_that_were_told_do_not_change_afterwards() -> None:
    events = approximate(Problem(SINE, 3, steps=50))
    first = next(events)
    assert isinstance(first, Fit)
    assert first.pieces is not None
    before = first.pieces.weight.clone()
    for _ in events:
        pass
    assert torch.equal(first.pieces.weight, before)


def test_nothing_is_computed_that_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = []
    step = torch.optim.Adam.step

    def counted(adam: torch.optim.Adam) -> None:
        steps.append(1)
        step(adam)

    monkeypatch.setattr(torch.optim.Adam, "step", counted)
    events = approximate(Problem(SINE, 3, steps=5000))
    assert len(list(islice(events, 3))) == 3
    assert len(steps) == 2
    events.close()  # type: ignore[attr-defined]
    assert len(steps) == 2


def test_a_loss_that_is_no_number_ends_the_fit() -> None:
    points = [(0.0, 1e30), (1.0, -1e30)]
    *_, last, done = approximate(Problem(points, 3, steps=50))
    assert isinstance(done, Done)
    assert done.diverged
    assert isinstance(last, Fit)
    assert not math.isfinite(last.loss)
    assert done.step == 0


@pytest.mark.parametrize("points", [[(1.0, 2.0), (1.0, 3.0)], [(0.0, 0.0), (0.0, 0.0)], [(-10.0, 10.0), (10.0, -10.0)]])
def test_points_above_each_other_and_far_apart_are_fitted_too(points: list[tuple[float, float]]) -> None:
    found = fits(Problem(points, 3, steps=200))
    assert all(math.isfinite(fit.loss) for fit in found)
    assert bool(found[-1].curve.isfinite().all())


def test_at_the_start_the_pieces_are_spread_over_the_curve() -> None:
    points = [(x + 5, y) for x, y in SINE]  # from 4 to 6
    x, y = (torch.tensor(values) for values in zip(*points, strict=True))
    layer = Hidden(Problem(points, 200), x, y)
    bends = (-layer.bias / layer.weight).detach()
    assert float(bends.min()) == pytest.approx(4, abs=0.1)
    assert float(bends.max()) == pytest.approx(6, abs=0.1)
