"""Pooling against torch's functions, against its windows, and the gradient's way back."""

from typing import Literal

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F

from convnets.layers import Squash, Subsampling
from receptive.operations.limits import OperationError
from receptive.operations.pooling import Pooling, arrange, gradient, pool
from tests.operations.numbers import numbers

Windowed = Literal["max", "average", "l2", "subsampling"]
windowed: st.SearchStrategy[Windowed] = st.sampled_from(["max", "average", "l2", "subsampling"])
thorough = settings(max_examples=150, deadline=None)


@st.composite
def poolings(draw: st.DrawFn) -> tuple[Tensor, Pooling]:
    """Maps and a window that fits on them."""
    size = draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    window = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    padding = draw(st.tuples(*(st.integers(0, side // 2) for side in window)))
    assume(all(side <= length + 2 * around for side, length, around in zip(window, size, padding, strict=True)))
    stride = draw(st.one_of(st.none(), st.tuples(st.integers(1, 4), st.integers(1, 4))))
    kind: Windowed = draw(windowed)
    maps = numbers(draw(st.integers(1, 3)), *size, seed=draw(st.integers(0, 99)))
    return maps, Pooling(kind, window, stride, padding, draw(st.booleans()))


@pytest.mark.parametrize(("shape", "window", "stride", "expected"), [
    ((2, 5, 5), 3, 1, (2, 3, 3)),
    ((6, 28, 28), 2, 2, (6, 14, 14)),
])  # fmt: skip
def test_known_shapes(shape: tuple[int, int, int], window: int, stride: int, expected: tuple[int, int, int]) -> None:
    assert pool(numbers(*shape), Pooling("max", (window, window), (stride, stride))).output.shape == expected


@thorough
@given(poolings())
def test_every_setting_gives_what_torch_gives(given_pooling: tuple[Tensor, Pooling]) -> None:
    maps, asked = given_pooling
    found = pool(maps, asked)
    window, stride, padding = asked.window, asked.stride or asked.window, asked.padding
    if asked.kind == "max":
        output, indices = F.max_pool2d(maps, window, stride, padding, 1, asked.ceil, return_indices=True)
        assert torch.equal(found.output, output)
        assert found.indices is not None
        assert torch.equal(found.indices, indices)
        assert torch.equal(maps.flatten(1).gather(1, indices.flatten(1)).view_as(output), output)
        return
    assert found.indices is None
    if asked.kind == "average":
        assert torch.equal(found.output, F.avg_pool2d(maps, window, stride, padding, asked.ceil))
        return
    total = summed(maps.square() if asked.kind == "l2" else maps, asked)
    if asked.kind == "l2":
        torch.testing.assert_close(found.output, total.sqrt())
    else:
        assert found.before is not None
        assert torch.equal(found.before, total)
        torch.testing.assert_close(found.output, 1.7159 * torch.tanh(2 / 3 * total))


def summed(maps: Tensor, asked: Pooling) -> Tensor:
    """The sum under each window, by ones that slide over an input with room for every window."""
    rows, columns = arrange((maps.shape[0], maps.shape[1], maps.shape[2]), asked)
    room = []
    for axis in columns, rows:
        room += [axis.padding, (axis.output - 1) * axis.stride + axis.window - axis.size - axis.padding]
    ones = torch.ones(len(maps), 1, *asked.window)
    return F.conv2d(F.pad(maps, room), ones, stride=asked.stride or asked.window, groups=len(maps))


@given(st.integers(1, 4), st.integers(1, 9), st.integers(1, 9))
def test_a_global_average_is_the_mean_of_each_map(channels: int, height: int, width: int) -> None:
    maps = numbers(channels, height, width)
    found = pool(maps, Pooling("global-average")).output
    torch.testing.assert_close(found, maps.mean((1, 2), keepdim=True))


def test_l2_without_padding_is_torchs() -> None:
    maps = numbers(3, 8, 8)
    expected = F.lp_pool2d(maps, 2, (2, 2), (2, 2))
    torch.testing.assert_close(pool(maps, Pooling("l2")).output, expected)


def test_subsampling_is_that_of_lenet5_with_its_squashing() -> None:
    layer = Subsampling(6)
    maps = numbers(6, 28, 28)
    found = pool(maps, Pooling("subsampling", coefficient=layer.coefficient, bias=layer.bias))
    assert found.before is not None
    torch.testing.assert_close(found.before, layer(maps[None])[0])
    torch.testing.assert_close(found.output, Squash()(layer(maps[None])[0]))


# --- the gradient


def test_the_gradient_of_max_goes_to_each_windows_winner() -> None:
    maps = torch.tensor([[[1.0, 3, 2, 1], [2, 9, 1, 1], [1, 3, 2, 3], [5, 6, 1, 2]]])
    assert gradient(maps, Pooling()).tolist() == [[[0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1], [0, 1, 0, 0]]]
    overlapping = Pooling("max", (3, 3), (1, 1))
    assert gradient(maps, overlapping).tolist() == [[[0] * 4, [0, 4, 0, 0], [0] * 4, [0] * 4]]


def test_the_gradient_of_average_is_shared_out() -> None:
    assert gradient(numbers(1, 4, 4), Pooling("average")).tolist() == [[[0.25] * 4] * 4]
    assert gradient(numbers(1, 2, 5), Pooling("global-average")) == pytest.approx(torch.full((1, 2, 5), 0.1))


@thorough
@given(poolings(), st.integers(0, 9))
def test_the_gradient_is_that_of_finite_differences(given_pooling: tuple[Tensor, Pooling], seed: int) -> None:
    """In float64; windows with a tie or with nothing but zeros have no derivative, and are left out."""
    maps, asked = given_pooling
    generator = torch.Generator().manual_seed(seed)
    apart = torch.randperm(maps.numel(), generator=generator).view_as(maps).double() + 1
    smooth = Pooling(asked.kind, asked.window, asked.stride, asked.padding, asked.ceil, torch.full((1,), 0.01))
    output = pool(apart, smooth).output
    upstream = torch.randn(output.shape, generator=generator, dtype=torch.float64)
    found = gradient(apart, smooth, upstream)
    step = torch.zeros_like(apart)
    for at in range(min(maps.numel(), 5)):
        step.view(-1)[at] = 1e-5
        change = (pool(apart + step, smooth).output - pool(apart - step, smooth).output) / 2e-5
        torch.testing.assert_close(found.view(-1)[at], (change * upstream).sum(), rtol=1e-4, atol=1e-6)
        step.view(-1)[at] = 0


def test_the_gradient_of_l2_is_zero_where_all_is_zero() -> None:
    assert gradient(torch.zeros(1, 4, 4), Pooling("l2")).tolist() == [[[0] * 4] * 4]


# --- what does not fit


@pytest.mark.parametrize(
    ("pooling", "said"),
    [
        (Pooling(padding=(2, 1)), r"padding: 2x1; at most half the window, 1x1, is allowed, as in PyTorch"),
        (Pooling(window=(5, 4)), r"kernel_size: the window spans 5x4 cells and the input with its padding has 4x4"),
        (Pooling(window=(257, 1)), r"kernel_size: 257x1; sides of 1 to 256 are allowed"),
        (
            Pooling("subsampling", coefficient=torch.ones(2)),
            r"coefficient: 2 values; 1 is needed, or 3, one for each channel",
        ),
        (Pooling("subsampling", bias=torch.ones(4)), r"bias: 4 values; 1 is needed, or 3, one for each channel"),
    ],
)
def test_what_does_not_fit_is_refused(pooling: Pooling, said: str) -> None:
    with pytest.raises(OperationError, match=said):
        pool(numbers(3, 4, 4), pooling)


def test_an_upstream_of_another_shape_is_refused() -> None:
    with pytest.raises(OperationError, match=r"upstream: 1x3x2; the shape of the output, 1x2x2, is needed"):
        gradient(numbers(1, 4, 4), Pooling(), torch.ones(1, 3, 2))


def test_windows_that_read_too_much_are_refused() -> None:
    with pytest.raises(OperationError, match=r"kernel_size: .* multiplications would be needed"):
        pool(torch.zeros(1, 512, 512), Pooling("average", (256, 256), (1, 1)))
