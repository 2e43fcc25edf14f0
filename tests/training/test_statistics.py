"""Histograms are NumPy's, and a unit that always says the same is dead."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from receptive.training.statistics import BINS, Watch, histogram, observed_activity

torch.set_num_threads(1)


def test_a_histogram_is_numpy_s() -> None:
    values = torch.randn(5000, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    ours = histogram(values)
    counts, edges = np.histogram(values.numpy(), BINS)
    assert list(ours.counts) == counts.tolist()
    assert (ours.low, ours.high) == (edges[0], edges[-1])
    assert ours.mean == pytest.approx(values.mean().item())
    assert ours.deviation == pytest.approx(values.numpy().std())


@pytest.mark.parametrize("value", [0.0, 0.25, -1e6])
def test_equal_values_stand_in_the_middle_of_a_range(value: float) -> None:
    ours = histogram(torch.full((7,), value))
    assert ours.low < value < ours.high
    assert sum(ours.counts) == 7
    assert ours.deviation == pytest.approx(0, abs=1e-6)


class Mixed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.relu = nn.ReLU()
        self.pool = nn.MaxPool2d(2)
        self.second = nn.Linear(4 * 9, 5)
        self.tanh = nn.Tanh()
        self.drop = nn.Dropout(0.5)
        self.last = nn.Linear(5, 2)
        with torch.no_grad():
            self.norm.bias[:2] = torch.tensor([-100.0, -100.0])  # never above zero
            self.second.bias[0] = 1000  # saturated

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool(self.relu(self.norm(self.first(x))))
        return torch.as_tensor(self.last(self.drop(self.tanh(self.second(x.flatten(1))))))


def test_dead_units_are_those_that_answer_all_pictures_alike() -> None:
    torch.manual_seed(1)
    network = Mixed()
    pictures = torch.randn(20, 1, 8, 8)
    with observed_activity(network) as answers:
        network(pictures)
    assert answers.dead == {"first": 0.5, "second": pytest.approx(0.2)}
    with observed_activity(network) as few:
        network(pictures[:3])
    assert few.dead == {}
    assert not any(module._forward_hooks for module in network.modules())


def test_a_notice_is_given_once_for_each_layer() -> None:
    watch = Watch(["a.weight", "a.bias", "b.weight"], [torch.Size((2, 2)), torch.Size((2,)), torch.Size((2, 2))])
    assert watch.exploded(torch.tensor([2e3, 2e3, 1.0])) == [("a", 2e3)]
    assert watch.exploded(torch.tensor([2e3, 0.0, 3e3])) == [("b", 3e3)]
    assert watch.vanished(torch.tensor([2.0**-12, 0.0, 1.0])) == [("a", 2.0**-12)]
    assert watch.vanished(torch.tensor([1e-4, 0.0, 1.0])) == []
