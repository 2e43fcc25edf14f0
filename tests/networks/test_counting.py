"""Multiplications counted from shapes, beside torch's own counter."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from receptive.networks.counting import multiplications


class Functional(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        x = functional.conv2d(x, torch.ones(4, 2, 3, 3), stride=2)
        return functional.linear(x.flatten(1), torch.ones(5, x[0].numel())) @ torch.ones(5, 7)


@pytest.mark.parametrize(
    "module",
    [
        nn.Conv2d(2, 6, 3, padding=1, stride=2),
        nn.Conv2d(2, 6, 3, groups=2, dilation=2),
        nn.ConvTranspose2d(2, 4, 3, stride=2),
        nn.Sequential(nn.Flatten(), nn.Linear(2 * 12 * 12, 9), nn.ReLU(), nn.Linear(9, 4, bias=False)),
        nn.Sequential(nn.Conv2d(2, 3, 5), nn.BatchNorm2d(3), nn.MaxPool2d(2)),
        Functional(),
    ],
)
def test_the_count_is_half_of_the_operations_that_torch_counts(module: nn.Module) -> None:
    example = torch.zeros(1, 2, 12, 12)
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), counter:
        module.eval()(example)
    assert multiplications(module, example) == counter.get_total_flops() // 2
