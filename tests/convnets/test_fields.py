"""Receptive fields and the exact windows of cells, against published figures and against autograd."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from convnets.layer import Rectangle
from convnets.trace import trace
from tests.convnets.networks import SMALL, Chain, Pair, ResNet, alexnet, vgg16

PHOTO = torch.zeros(1, 3, 224, 224)


def test_vgg16_sees_212_pixels_at_its_last_pooling() -> None:
    row = trace(vgg16(), PHOTO).layers[-1]
    assert (row.kind, row.receptive_field, row.jump, row.offset) == ("max-pooling", 212, 32, [-90, -90])


def test_resnet_50_sees_483_pixels() -> None:
    row = trace(ResNet((3, 4, 6, 3), 4, paper=True), PHOTO)["layer4.2.relu:3"]
    assert (row.receptive_field, row.jump) == (483, 32)


def test_alexnet_sees_195_pixels_at_its_last_pooling() -> None:
    found = trace(alexnet(), PHOTO)
    assert found["12"].receptive_field == 195
    assert found["12"].jump == 32


def test_strides_dilation_and_a_flattening_are_followed_as_by_hand() -> None:
    # A stride, then 3 + 2 * 2 * 2 = 11 on a grid of 2; pooled 11 + 2 = 13 on a grid of 4; all of it 13 + 3 * 4 = 25.
    network, _ = SMALL["skip"]
    found = trace(network, torch.zeros(1, 1, 16, 16))
    names = ["stem", "wide", "add", "relu", "cat", "max_pool2d", "flatten", "head"]
    assert [found[name].receptive_field for name in names] == [3, 11, 11, 11, 11, 13, 13, 25]
    assert [found[name].jump for name in names] == [2, 2, 2, 2, 2, 4, 4, None]
    assert [found[name].offset for name in ("stem", "wide", "head")] == [[-1, -1], [-5, -5], [-5, -5]]


def test_of_branches_the_field_is_the_union() -> None:
    class Shifted(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            left, right = functional.pad(x, (3, 0))[..., :-3], functional.pad(x, (0, 2))[..., 2:]
            return x + left + right

    row = trace(Shifted(), torch.zeros(1, 1, 9, 9)).layers[-1]
    assert (row.field, row.jumps, row.offset) == ([1, 6], [1, 1], [0, -3])
    assert row.receptive_field is None


def test_an_oblong_field_has_a_height_and_a_width_but_no_side() -> None:
    network, _ = SMALL["oblong"]
    row = trace(network, torch.zeros(1, 1, 12, 9)).layers[-1]
    assert (row.receptive_field, row.jump, row.field, row.jumps) == (None, None, [5, 3], [2, 1])


def test_branches_on_different_grids_have_a_window_for_each_cell_though_no_field() -> None:
    network, shape = SMALL["u-net"]
    found = trace(network, torch.zeros(1, *shape))
    assert found["last"].receptive_field is None
    # The deepest way: of the transposed convolution one cell, which reads two pooled cells, which read three rows each.
    assert found.window("last", 0, 0) == Rectangle(0, 0, 5, 5)


def test_a_network_of_vectors_has_no_receptive_field() -> None:
    found = trace(Chain(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2)), torch.zeros(1, 4))
    assert [layer.receptive_field for layer in found.layers] == [None, None, None]
    assert found.window("0", 0, 0) is None
    assert found.macs == 18


def test_a_formula_and_the_window_of_a_cell_agree_away_from_the_border() -> None:
    found = trace(vgg16(), PHOTO)
    row = found["7"]
    assert row.receptive_field is not None
    assert row.jump is not None
    assert row.offset is not None
    top = row.offset[0] + 20 * row.jump
    assert found.window("7", 20, 20) == Rectangle(top, top, row.receptive_field, row.receptive_field)


def test_each_of_two_pictures_has_a_window_of_its_own() -> None:
    found = trace(Pair(), (torch.zeros(1, 1, 6, 6), torch.zeros(1, 1, 6, 6)))
    assert found.window("left", 1, 2) == Rectangle(1, 2, 3, 3)
    assert found.window("left", 1, 2, "input:2") is None
    assert found.window("maximum", 1, 2, "input:2") == Rectangle(1, 2, 3, 3)


def test_a_cell_that_is_not_there_is_an_index_error() -> None:
    found = trace(nn.Conv2d(1, 1, 3), torch.zeros(1, 1, 6, 6))
    with pytest.raises(IndexError, match=r"4 x 4 cells, and no cell \(4, 0\)"):
        found.window("convolution", 4, 0)


# --- windows found by autograd: the pixels on which a value depends have a gradient


def positive(network: nn.Module) -> nn.Module:
    """Weights above zero, so that no sum and no activation loses a pixel."""
    network = copy.deepcopy(network)
    for value in network.parameters():
        value.data = torch.rand_like(value) + 0.1
    return network.double().eval()


@pytest.fixture
def _pooling_reads_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a window only the largest value has a gradient; the sum of the same window has one everywhere."""

    def pool(x: Tensor, kernel: int, stride: int | None = None, padding: int = 0, *_: Any, **__: Any) -> Tensor:
        return functional.avg_pool2d(x, kernel, stride, padding)

    monkeypatch.setattr(functional, "max_pool2d", pool)


def outputs(network: nn.Module, x: Tensor) -> dict[str, Tensor]:
    """Every module's maps of one pass, before anything is written into them."""
    found: dict[str, Tensor] = {}

    def keep(name: str) -> Callable[..., None]:
        def hook(_: nn.Module, __: Any, made: Any) -> None:
            if isinstance(made, Tensor) and made.ndim == 4:
                found.setdefault(name, made.clone())

        return hook

    handles = [
        part.register_forward_hook(keep(name)) for name, part in network.named_modules() if not [*part.children()]
    ]
    made = network(x)
    for handle in handles:
        handle.remove()
    if isinstance(made, Tensor):
        found["output"] = made
    return found


@pytest.mark.usefixtures("_pooling_reads_all")
@pytest.mark.parametrize("name", SMALL)
def test_the_window_of_a_cell_holds_the_pixels_that_have_a_gradient(name: str) -> None:
    network, shape = SMALL[name]
    network = positive(network)
    torch.manual_seed(2)
    x = (torch.rand(1, *shape, dtype=torch.float64) * 0.1).requires_grad_()
    found = trace(network, x)
    checked = 0
    for layer, made in outputs(network, x).items():
        row = found.outputs[0] if layer == "output" else layer
        if made.ndim < 3:
            made = made[:, :, None, None]
        height, width = made.shape[-2:]
        for at, column in {(0, 0), (height // 2, width // 2), (height - 1, width - 1)}:
            (gradient,) = torch.autograd.grad(made[0, ..., at, column].sum(), x, retain_graph=True)
            rows, columns = gradient[0].abs().sum(0).nonzero(as_tuple=True)
            top, left = int(rows.min()), int(columns.min())
            expected = Rectangle(top, left, int(rows.max()) - top + 1, int(columns.max()) - left + 1)
            assert found.window(row, at, column) == expected, (row, at, column)
            checked += 1
    assert checked >= 3
