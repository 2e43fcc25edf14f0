"""Softmax, cross-entropy and the penalty as a prior: against torch, and against what probabilities have to be."""

import math

import pytest
import torch
from torch.distributions import Laplace, Normal
from torch.nn import functional as F

from receptive.operations.choices import Penalty
from receptive.operations.limits import OperationError
from receptive.operations.softmax import cross_entropy, prior, softmax

LOGITS = torch.tensor([2.0, -1.0, 0.5, 0.5, 7.0])


@pytest.mark.parametrize("temperature", [0.1, 0.5, 1.0, 3.0, 100.0])
def test_probabilities_and_their_logarithms_are_torchs_of_the_logits_over_the_temperature(temperature: float) -> None:
    found = softmax(LOGITS, temperature)
    torch.testing.assert_close(found.probabilities, F.softmax(LOGITS / temperature, dim=0))
    torch.testing.assert_close(found.log_probabilities, F.log_softmax(LOGITS / temperature, dim=0))
    assert float(found.probabilities.sum()) == pytest.approx(1)
    torch.testing.assert_close(found.log_probabilities.exp(), found.probabilities)


def test_heat_evens_the_classes_out_and_cold_leaves_the_largest_alone() -> None:
    torch.testing.assert_close(softmax(LOGITS, 1e6).probabilities, torch.full((5,), 0.2), atol=1e-5, rtol=0)
    torch.testing.assert_close(softmax(LOGITS, 1e-3).probabilities, F.one_hot(torch.tensor(4), 5).float())
    entropies = [-float((p * p.clamp_min(1e-30).log()).sum()) for p in (softmax(LOGITS, t)[0] for t in (0.5, 1, 2, 4))]
    assert entropies == sorted(entropies)


def test_huge_logits_neither_overflow_nor_lose_the_logarithm() -> None:
    found = softmax(torch.tensor([1e9, -1e9]), 0.01)
    assert found.probabilities.tolist() == [1.0, 0.0]
    assert float(found.log_probabilities[1]) == pytest.approx(-2e11)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0])
def test_loss_and_gradient_are_those_of_cross_entropy(temperature: float, smoothing: float) -> None:
    found = cross_entropy(LOGITS, 2, temperature, smoothing)
    expected = F.cross_entropy(LOGITS / temperature, torch.tensor(2), label_smoothing=smoothing)
    assert found.loss == pytest.approx(float(expected), rel=1e-6)
    by_hand = -(found.targets * softmax(LOGITS, temperature).log_probabilities).sum()
    assert found.loss == pytest.approx(float(by_hand), rel=1e-6)
    assert float(found.targets.sum()) == pytest.approx(1)
    slope = (softmax(LOGITS, temperature).probabilities - found.targets) / temperature
    torch.testing.assert_close(found.gradient, slope, atol=1e-6, rtol=1e-5)


def test_without_smoothing_it_is_the_negative_log_likelihood_of_the_target() -> None:
    found = cross_entropy(LOGITS, 0)
    assert found.loss == pytest.approx(-float(softmax(LOGITS).log_probabilities[0]))
    assert found.targets.tolist() == [1, 0, 0, 0, 0]


def test_a_class_that_is_not_there_is_refused() -> None:
    for target in (-1, 5):
        with pytest.raises(OperationError, match=rf"^target: {target}; the 5 logits are numbered from 0 to 4"):
            cross_entropy(LOGITS, target)


# --- the prior

WEIGHTS = torch.tensor([[0.5, -1.5], [0.0, 2.0]])


@pytest.mark.parametrize("strength", [1e-4, 0.5, 3.0])
def test_the_l2_penalty_is_a_gaussian_prior_but_for_the_constant(strength: float) -> None:
    found = prior(WEIGHTS, "l2", strength)
    assert found.penalty == pytest.approx(strength * 6.5)
    assert found.scale**2 == pytest.approx(1 / (2 * strength))
    density = Normal(0.0, torch.tensor(found.scale, dtype=torch.float64)).log_prob(WEIGHTS.double()).sum()
    assert found.log_prior == pytest.approx(float(density))
    assert found.penalty + found.constant == pytest.approx(-float(density))
    torch.testing.assert_close(found.gradient, 2 * strength * WEIGHTS.double())


@pytest.mark.parametrize("strength", [1e-4, 0.5, 3.0])
def test_the_l1_penalty_is_a_laplace_prior_but_for_the_constant(strength: float) -> None:
    found = prior(WEIGHTS, "l1", strength)
    assert found.penalty == pytest.approx(strength * 4)
    assert found.scale == pytest.approx(1 / strength)
    density = Laplace(0.0, torch.tensor(found.scale, dtype=torch.float64)).log_prob(WEIGHTS.double()).sum()
    assert found.log_prior == pytest.approx(float(density))
    assert found.penalty + found.constant == pytest.approx(-float(density))
    torch.testing.assert_close(found.gradient, strength * WEIGHTS.double().sign())


@pytest.mark.parametrize("penalty", ["l1", "l2"])
def test_the_constant_does_not_depend_on_the_weights_so_that_both_have_one_minimum(penalty: Penalty) -> None:
    here, there = prior(WEIGHTS, penalty, 0.3), prior(WEIGHTS * -7 + 1, penalty, 0.3)
    assert here.constant == there.constant
    assert here.penalty - there.penalty == pytest.approx(there.log_prior - here.log_prior)


def test_without_a_penalty_there_is_no_prior() -> None:
    found = prior(WEIGHTS, "l2", 0.0)
    assert found.penalty == 0
    assert math.isinf(found.scale)
    assert found.log_prior == -math.inf
    assert float(found.gradient.abs().sum()) == 0
