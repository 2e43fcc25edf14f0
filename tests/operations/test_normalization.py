"""Normalization against torch.nn's modules, against the formulas by hand, and AlexNet's alpha against its paper."""

from typing import Any, cast

import pytest
import torch
from torch import Tensor, nn

from receptive.operations.limits import OperationError
from receptive.operations.normalization import batch_normalized, histogram, local_response


def maps(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)) * 3 + 1


# --- local response


def by_the_paper(a: Tensor, n: int, alpha: float, beta: float, k: float) -> Tensor:
    """Krizhevsky et al. 2012, section 3.3, word by word, in double precision; (C, H, W)."""
    a = a.double()
    result = torch.empty_like(a)
    maps = len(a)
    for i in range(maps):
        low, high = max(0, i - n // 2), min(maps - 1, i + n // 2)
        result[i] = a[i] / (k + alpha * a[low : high + 1].square().sum(0)) ** beta
    return result


@pytest.mark.parametrize("alpha", [1e-4, 0.3])
def test_the_default_is_alexnets_formula_with_its_alpha_times_the_sum(alpha: float) -> None:
    a = maps(16, 6, 5) * 10
    found = local_response(a, alpha=alpha)
    torch.testing.assert_close(found.output.double(), by_the_paper(a, 5, alpha, 0.75, 2.0), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 9])
def test_in_torchs_convention_it_is_torchs_module(size: int) -> None:
    a = maps(2, 7, 4, 3)
    found = local_response(a, size, 0.5, 0.6, 1.5, convention="torch")
    torch.testing.assert_close(found.output, nn.LocalResponseNorm(size, 0.5, 0.6, 1.5)(a))
    torch.testing.assert_close(a / found.divisor, found.output)


def test_the_two_conventions_differ_by_the_size_and_both_alphas_are_told() -> None:
    a = maps(8, 3, 3)
    paper = local_response(a, 5, 0.02)
    torch.testing.assert_close(paper.output, local_response(a, 5, 0.1, convention="torch").output)
    assert (paper.alpha, paper.torch_alpha) == pytest.approx((0.02, 0.1))
    other = local_response(a, 5, 0.02, convention="torch")
    assert (other.alpha, other.torch_alpha) == pytest.approx((0.004, 0.02))
    assert not torch.allclose(paper.output, other.output)


def test_a_map_without_neighbours_is_divided_by_its_own_square_only() -> None:
    found = local_response(torch.tensor([[[2.0]]]), 5, alpha=1.0, beta=1.0, k=1.0)
    assert float(found.output) == pytest.approx(2 / (1 + 4))
    assert float(found.divisor) == pytest.approx(5)


# --- batch


def test_training_and_evaluation_are_those_of_torchs_module_over_several_batches() -> None:
    module = nn.BatchNorm2d(4, eps=1e-3, momentum=0.3)
    with torch.no_grad():
        module.weight.copy_(torch.tensor([1.0, 0.5, -2.0, 3.0]))
        module.bias.copy_(torch.tensor([0.0, 1.0, 2.0, -1.0]))
    weight, bias = module.weight.detach(), module.bias.detach()
    mean, variance = torch.zeros(4), torch.ones(4)
    for seed in range(5):
        batch = maps(seed + 1, 4, 3, 5, seed=seed)
        found = batch_normalized(batch, mean, variance, weight, bias, momentum=0.3, eps=1e-3)
        torch.testing.assert_close(found.output, module(batch).detach())
        mean, variance = found.running_mean, found.running_variance
        torch.testing.assert_close(mean, module.running_mean)
        torch.testing.assert_close(variance, module.running_var)
    module.eval()
    batch = maps(2, 4, 3, 5, seed=9)
    found = batch_normalized(batch, mean, variance, weight, bias, training=False, eps=1e-3)
    torch.testing.assert_close(found.output, module(batch).detach())
    assert torch.equal(found.mean, mean)
    assert torch.equal(found.running_mean, mean)
    assert torch.equal(found.variance, variance)
    assert torch.equal(found.running_variance, variance)


def test_in_training_every_channel_has_mean_zero_and_variance_one() -> None:
    found = batch_normalized(maps(6, 3, 8, 8), eps=1e-9)
    torch.testing.assert_close(found.output.mean((0, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(found.output.var((0, 2, 3), correction=0), torch.ones(3), atol=1e-4, rtol=0)


def test_the_statistics_told_are_those_that_were_used() -> None:
    batch = maps(3, 2, 4, 4)
    found = batch_normalized(batch, eps=0.01)
    wide = [values.view(1, 2, 1, 1) for values in (found.mean, found.variance)]
    torch.testing.assert_close((batch - wide[0]) / (wide[1] + 0.01).sqrt(), found.output)


def test_a_single_picture_counts_as_a_batch_of_one() -> None:
    picture = maps(3, 4, 4)
    found = batch_normalized(picture)
    assert found.output.shape == (3, 4, 4)
    torch.testing.assert_close(found.output, batch_normalized(picture[None]).output[0])


def test_running_statistics_start_at_zero_and_one_and_are_not_written_to() -> None:
    mean, variance = torch.zeros(2), torch.ones(2)
    found = batch_normalized(maps(2, 2, 2, 2), mean, variance, momentum=1.0)
    torch.testing.assert_close(found.running_mean, found.mean)
    torch.testing.assert_close(found.running_variance, found.variance * 8 / 7)  # n / (n - 1)
    assert mean.tolist() == [0, 0]
    assert variance.tolist() == [1, 1]
    torch.testing.assert_close(batch_normalized(maps(2, 2, 2, 2), momentum=0.0).running_variance, variance)


def test_what_does_not_fit_is_refused_with_field_limit_and_value() -> None:
    with pytest.raises(OperationError, match=r"^input: one value in each of 3 channels"):
        batch_normalized(maps(1, 3, 1, 1))
    assert batch_normalized(maps(1, 3, 1, 1), training=False).output.shape == (1, 3, 1, 1)
    for name in ("weight", "bias", "running_mean", "running_variance"):
        with pytest.raises(OperationError, match=rf"^{name}: 2 values; 3 are needed"):
            batch_normalized(maps(1, 3, 2, 2), **cast("dict[str, Any]", {name: torch.ones(2)}))
    with pytest.raises(OperationError, match=r"^running_variance: -1; a variance is at least 0"):
        batch_normalized(maps(2, 2, 2), running_variance=torch.tensor([1.0, -1.0]))


# --- histograms


def test_every_value_is_counted_once_between_edges_that_reach_from_the_smallest_to_the_largest() -> None:
    values = maps(3, 20, 20)
    found = histogram(values, 16)
    assert found.counts.sum() == 1200
    assert len(found.counts) == 16
    assert len(found.edges) == 17
    assert (float(found.edges[0]), float(found.edges[-1])) == (float(values.min()), float(values.max()))
    for place in range(16):
        low, high = found.edges[place], found.edges[place + 1]
        inside = (values.double() >= low) & ((values.double() <= high) if place == 15 else (values.double() < high))
        assert int(found.counts[place]) == int(inside.sum())
    assert found.mean == pytest.approx(float(values.double().mean()))
    assert found.standard_deviation == pytest.approx(float(values.double().std(correction=0)))


def test_equal_values_have_a_histogram_too() -> None:
    found = histogram(torch.full((2, 2), 7.0), 3)
    assert found.counts.tolist() == [0, 4, 0]
    assert found.standard_deviation == 0
