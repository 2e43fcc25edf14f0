"""Every kind of layer: its arithmetic against torch, its recognition, and a new kind by one file."""

import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from convnets import kinds
from convnets.kinds.kind import NoTermsError
from convnets.layers import EuclideanRBF, PartialConvolution, Squash, Subsampling
from convnets.trace import explain, trace
from tests.convnets.networks import SMALL


class Calling(nn.Module):
    """A function as a module."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Any:
        return self.function(x)


def normalized(part: Any) -> nn.Module:
    """A normalization with scale, shift and moments that are not those of the start."""
    for name, value in [*part.named_parameters(), *part.named_buffers()]:
        if value.is_floating_point():
            value.data = torch.rand_like(value) + (0.5 if "var" in name or "weight" in name else -0.5)
    return part  # type: ignore[no-any-return]


torch.manual_seed(0)
K = torch.randn(4, 2, 3, 3)
ONE = torch.randn(6, 4, 3, 3)

# (what is called, shape of the input without the batch, kind)
CALLS: dict[str, tuple[Any, tuple[int, ...], str]] = {
    "conv": (nn.Conv2d(4, 6, 3), (4, 7, 6), "convolution"),
    "conv-padded": (nn.Conv2d(4, 6, (3, 5), stride=(2, 1), padding=(1, 3)), (4, 7, 6), "convolution"),
    "conv-dilated": (nn.Conv2d(4, 6, 3, padding=2, dilation=(2, 3)), (4, 9, 8), "convolution"),
    "conv-grouped": (nn.Conv2d(4, 6, 3, groups=2, bias=False), (4, 5, 5), "convolution"),
    "conv-depthwise": (nn.Conv2d(4, 8, 3, padding=1, groups=4), (4, 5, 5), "convolution"),
    "conv-same": (nn.Conv2d(4, 6, 4, padding="same", dilation=2), (4, 9, 8), "convolution"),
    "conv-reflect": (nn.Conv2d(4, 2, 3, padding=2, padding_mode="reflect"), (4, 5, 5), "convolution"),
    "conv-circular": (nn.Conv2d(4, 2, 3, padding=1, padding_mode="circular"), (4, 5, 5), "convolution"),
    "conv-replicate": (nn.Conv2d(4, 2, 3, padding=2, padding_mode="replicate"), (4, 5, 5), "convolution"),
    "conv-1d": (nn.Conv1d(4, 2, 3, padding=1), (4, 9), "convolution"),
    "conv-3d": (nn.Conv3d(2, 3, 2, stride=2, padding=1), (2, 4, 5, 4), "convolution"),
    "conv-call": (lambda x: functional.conv2d(x, ONE, None, 2, padding=1), (4, 7, 6), "convolution"),
    "partial": (PartialConvolution(3, [(0, 1), (2,), (0, 2)], 3), (3, 6, 5), "convolution"),
    "transposed": (nn.ConvTranspose2d(4, 6, 3), (4, 5, 4), "transposed-convolution"),
    "transposed-strided": (
        nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2),
        (4, 5, 4),
        "transposed-convolution",
    ),
    "transposed-dilated": (nn.ConvTranspose2d(4, 2, 3, stride=3, dilation=2), (4, 3, 3), "transposed-convolution"),
    "transposed-even": (
        nn.ConvTranspose2d(4, 2, 4, stride=4, dilation=2, padding=1), (4, 3, 3), "transposed-convolution"
    ),
    "max-pool": (nn.MaxPool2d(3, 2, 1), (2, 7, 8), "max-pooling"),
    "max-pool-ceil": (nn.MaxPool2d(3, 2, ceil_mode=True), (2, 8, 8), "max-pooling"),
    "max-pool-dilated": (nn.MaxPool2d(2, 1, dilation=2), (2, 7, 8), "max-pooling"),
    "max-pool-call": (lambda x: functional.max_pool2d(x, 2), (2, 7, 8), "max-pooling"),
    "average-pool": (nn.AvgPool2d(3, 2, 1), (2, 7, 8), "average-pooling"),
    "average-pool-ceil": (nn.AvgPool2d(3, 2, 1, ceil_mode=True), (2, 8, 8), "average-pooling"),
    "average-pool-inside": (
        nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False), (2, 8, 7), "average-pooling"
    ),
    "average-pool-divisor": (nn.AvgPool2d(3, 2, divisor_override=4), (2, 7, 8), "average-pooling"),
    "average-pool-call": (
        lambda x: functional.avg_pool2d(x, (2, 3), stride=2, padding=(1, 0)), (2, 7, 8), "average-pooling"
    ),
    "l2-pool": (nn.LPPool2d(2, 3, 2), (2, 7, 8), "l2-pooling"),
    "l2-pool-ceil": (nn.LPPool2d(2, 3, 2, ceil_mode=True), (2, 8, 8), "l2-pooling"),
    "adaptive": (nn.AdaptiveAvgPool2d((3, 4)), (2, 7, 8), "adaptive-average-pooling"),
    "adaptive-max": (nn.AdaptiveMaxPool2d(3), (2, 7, 8), "adaptive-max-pooling"),
    "global": (nn.AdaptiveAvgPool2d(1), (2, 7, 8), "adaptive-average-pooling"),
    "global-mean": (lambda x: x.mean((2, 3)), (2, 7, 8), "global-average-pooling"),
    "global-mean-kept": (lambda x: x.mean([-1, -2], keepdim=True), (2, 7, 8), "global-average-pooling"),
    "global-max": (lambda x: x.amax((2, 3)), (2, 7, 8), "global-max-pooling"),
    "subsampling": (Subsampling(3), (3, 6, 4), "subsampling"),
    "linear": (nn.Linear(5, 3), (5,), "linear"),
    "linear-plain": (nn.Linear(5, 3, bias=False), (5,), "linear"),
    "linear-rows": (nn.Linear(5, 3), (4, 5), "linear"),
    "relu": (nn.ReLU(), (2, 3, 3), "relu"),
    "relu-in-place": (nn.ReLU(inplace=True), (2, 3, 3), "relu"),
    "relu-call": (torch.relu_, (2, 3, 3), "relu"),
    "leaky-relu": (nn.LeakyReLU(0.2), (2, 3, 3), "leaky-relu"),
    "prelu": (nn.PReLU(2), (2, 3, 3), "prelu"),
    "gelu": (functional.gelu, (2, 3, 3), "gelu"),
    "hardswish": (nn.Hardswish(), (2, 3, 3), "hardswish"),
    "tanh": (torch.tanh, (4,), "tanh"),
    "clamp": (lambda x: x.clamp(0, 6), (4,), "clamp"),
    "squash": (Squash(), (2, 3, 3), "squash"),
    "batch-norm": (normalized(nn.BatchNorm2d(3, eps=0.1)), (3, 4, 4), "batch-normalization"),
    "batch-norm-plain": (normalized(nn.BatchNorm2d(3, affine=False)), (3, 4, 4), "batch-normalization"),
    "batch-norm-vector": (normalized(nn.BatchNorm1d(3)), (3,), "batch-normalization"),
    "batch-norm-torch": (
        lambda x: torch.batch_norm(x, None, None, torch.ones(3), torch.full((3,), 2.0), False, 0.1, 0.5, False),
        (3, 4, 4),
        "batch-normalization",
    ),
    "group-norm": (normalized(nn.GroupNorm(2, 4)), (4, 3, 3), "group-normalization"),
    "instance-norm": (normalized(nn.InstanceNorm2d(3, affine=True)), (3, 3, 3), "instance-normalization"),
    "layer-norm": (normalized(nn.LayerNorm((3, 4, 4))), (3, 4, 4), "layer-normalization"),
    "layer-norm-vector": (normalized(nn.LayerNorm(5)), (5,), "layer-normalization"),
    "local-response": (nn.LocalResponseNorm(3, alpha=0.5, beta=0.7, k=2.0), (6, 3, 3), "local-response-normalization"),
    "local-response-even": (nn.LocalResponseNorm(4, alpha=0.9), (6, 3, 3), "local-response-normalization"),
    "local-response-call": (lambda x: functional.local_response_norm(x, 5), (6, 3, 3), "local-response-normalization"),
    "softmax": (nn.Softmax(dim=1), (5,), "softmax"),
    "softmax-maps": (lambda x: x.softmax(1), (5, 2, 3), "softmax"),
    "softmax-rows": (lambda x: functional.softmax(x, dim=-1), (5, 2, 3), "softmax"),
    "log-softmax": (nn.LogSoftmax(dim=1), (5,), "log-softmax"),
    "dropout": (nn.Dropout(), (5,), "dropout"),
    "identity": (nn.Identity(), (5,), "identity"),
    "upsample-nearest": (nn.Upsample(scale_factor=2), (2, 3, 4), "upsampling"),
    "upsample-bilinear": (nn.Upsample(scale_factor=2, mode="bilinear"), (2, 3, 4), "upsampling"),
    "interpolate-corners": (
        lambda x: functional.interpolate(x, (7, 5), mode="bilinear", align_corners=True), (2, 3, 4), "upsampling"
    ),
    "interpolate-bicubic": (
        lambda x: functional.interpolate(x, scale_factor=1.5, mode="bicubic"), (2, 4, 4), "upsampling"
    ),
    "interpolate-smaller": (
        lambda x: functional.interpolate(x, (2, 3), mode="bilinear", antialias=True), (2, 6, 7), "upsampling"
    ),
    "rbf": (EuclideanRBF(torch.randn(3, 5)), (5,), "rbf"),
    "add": (lambda x: x + 2, (2, 3, 3), "add"),
    "add-scaled": (lambda x: torch.add(x, x, alpha=3), (2, 3, 3), "add"),
    "subtract": (lambda x: 2 - x, (2, 3, 3), "subtract"),
    "multiply": (lambda x: x * x, (2, 3, 3), "multiply"),
    "multiply-spread": (lambda x: x * x[:, :, :1, :1], (2, 3, 3), "multiply"),
    "divide": (lambda x: x / 3, (2, 3, 3), "divide"),
    "divide-by": (lambda x: 3 / x, (2, 3, 3), "divide"),
    "maximum": (lambda x: torch.maximum(x, x.flip(3)), (2, 3, 3), "maximum"),
    "minimum": (lambda x: torch.minimum(x, x.flip(3)), (2, 3, 3), "minimum"),
    "concatenate": (lambda x: torch.cat((x, 2 * x), 1), (2, 3, 3), "concatenate"),
    "concatenate-rows": (lambda x: torch.cat((x, 2 * x), -2), (2, 3, 3), "concatenate"),
    "stack": (lambda x: torch.stack((x, 2 * x), 1), (2, 3, 3), "stack"),
    "flatten": (nn.Flatten(), (2, 3, 4), "flatten"),
    "view": (lambda x: x.view(1, 4, -1), (2, 3, 4), "reshape"),
    "permute": (lambda x: x.permute(0, 2, 3, 1), (2, 3, 4), "permute"),
    "shuffle-channels": (nn.ChannelShuffle(2), (6, 2, 2), "channel-shuffle"),
    "shuffle-pixels": (nn.PixelShuffle(2), (8, 2, 3), "pixel-shuffle"),
    "unshuffle-pixels": (nn.PixelUnshuffle(2), (2, 4, 6), "pixel-unshuffle"),
    "slice": (lambda x: x[:, 1:, ::2, 1:], (3, 5, 4), "slice"),
    "flip": (lambda x: x.flip(3), (2, 3, 4), "reshape"),
    "zero-pad": (nn.ZeroPad2d((1, 2, 0, 3)), (2, 3, 4), "padding"),
    "constant-pad": (nn.ConstantPad2d(1, 7.0), (2, 3, 4), "padding"),
    "reflection-pad": (nn.ReflectionPad2d(2), (2, 3, 4), "padding"),
    "pad-call": (lambda x: functional.pad(x, (1, 0, 2, 1), value=3.0), (2, 3, 4), "padding"),
    "matrix-product": (lambda x: x @ K[:, :, 0, 0].T, (3, 2), "matrix-product"),
}  # fmt: skip


def called(what: Any) -> nn.Module:
    return what if isinstance(what, nn.Module) else Calling(what)


@pytest.mark.parametrize("name", CALLS)
def test_the_products_and_the_bias_add_up_to_the_value_torch_computed(name: str) -> None:
    what, shape, kind = CALLS[name]
    network = called(what).eval()
    torch.manual_seed(1)
    x = torch.randn(1, *shape)
    row = trace(network, x).layers[-1]
    assert row.kind == kind
    with torch.no_grad():
        expected = network(x.clone())
    assert row.output_shape == list(expected.shape[1:])
    units = list(product(*map(range, expected.shape[1:])))
    for unit in units[:: max(1, len(units) // 60)] + units[-1:]:
        terms = explain(network, x, row.name, unit)
        assert terms.inputs.shape == terms.weights.shape == terms.products.shape
        assert terms.sum == pytest.approx(float(terms.products.sum()) + terms.bias)
        if terms.function is None:
            assert terms.value == terms.sum
        assert terms.value == pytest.approx(float(expected[(0, *unit)]), rel=2e-5, abs=2e-6), unit


@pytest.mark.parametrize("name", ["conv-padded", "conv-grouped", "max-pool-ceil", "average-pool", "transposed-strided"])
def test_the_inputs_of_a_window_are_the_cells_that_it_names(name: str) -> None:
    what, shape, _ = CALLS[name]
    network, x = called(what).eval(), torch.randn(1, *shape)
    row = trace(network, x).layers[-1]
    for unit in product(*map(range, row.output_shape)):
        terms = explain(network, x, row.name, unit)
        assert terms.first is not None
        assert terms.step is not None
        assert terms.maps is not None
        inputs = terms.inputs.reshape(len(terms.maps), *terms.inputs.shape[-2:])
        for at, i, j in product(*map(range, inputs.shape)):
            place = terms.first[0] + i * terms.step[0], terms.first[1] + j * terms.step[1]
            inside = all(0 <= cell < size for cell, size in zip(place, shape[1:], strict=True))
            assert float(inputs[at, i, j]) == (float(x[(0, terms.maps[at], *place)]) if inside else 0.0)


def test_the_largest_of_a_window_is_the_sum_of_a_max_pooling() -> None:
    x = torch.tensor([[[[1.0, 5.0], [5.0, 2.0]]]])
    terms = explain(nn.MaxPool2d(2), x, "max-pooling", (0, 0, 0))
    assert terms.weights.tolist() == [[0, 1], [0, 0]]


def test_the_powers_of_an_l2_pooling_are_its_products() -> None:
    x = torch.tensor([[[[3.0, 0.0], [4.0, 0.0]]]])
    terms = explain(nn.LPPool2d(2, 2), x, "l2-pooling", (0, 0, 0))
    assert terms.products.flatten().tolist() == [9, 0, 16, 0]
    assert (terms.sum, terms.function, terms.value) == (25, "root", 5)


def test_terms_are_those_of_the_time_before_a_value_was_overwritten() -> None:
    network, shape = SMALL["in-place"]
    network.eval()
    x = torch.randn(1, *shape)
    with torch.no_grad():
        before = functional.conv2d(x, network.first.weight, network.first.bias, padding=1)  # type: ignore[union-attr, arg-type]
    assert explain(network, x, "first", (1, 3, 4)).value == pytest.approx(float(before[0, 1, 3, 4]), abs=1e-6)


def test_a_layer_without_known_arithmetic_says_so_with_its_name() -> None:
    with pytest.raises(NoTermsError, match="fft2 is not known") as refused:
        explain(Calling(lambda x: torch.fft.fft2(x).real), torch.zeros(1, 1, 4, 4), "fft_fft2", (0, 0, 0))
    assert refused.value.why.code == "no-terms"


def test_a_unit_that_is_not_there_is_an_index_error() -> None:
    for unit in ((0, 0), (4, 0, 0), (0, -1, 0)):
        with pytest.raises(IndexError, match="no unit"):
            explain(nn.ReLU(), torch.zeros(1, 4, 2, 2), "relu", unit)


# --- the shortest calls


@pytest.mark.parametrize("name", [name for name, (what, _, _) in CALLS.items() if isinstance(what, nn.Module)])
def test_the_shortest_call_of_a_module_computes_what_the_module_computes(name: str) -> None:
    part, shape, _ = CALLS[name]
    part.eval()
    x = torch.randn(3, *shape)
    with torch.inference_mode():
        torch.testing.assert_close(kinds.shortcut(part)(x.clone()), part(x.clone()))


# --- recognition


class Wider(nn.Conv2d):
    """Only its start is its own."""

    def __init__(self, maps: int) -> None:
        super().__init__(maps, 2 * maps, 3)


class Standardized(nn.Conv2d):
    """It computes something else."""

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight - self.weight.mean((1, 2, 3), keepdim=True)
        return functional.conv2d(x, weight, self.bias)


class Doubled(nn.BatchNorm2d):
    """The method that it replaces is that of a parent's parent."""

    def forward(self, x: Tensor) -> Tensor:
        return 2 * super().forward(x)


def test_a_subclass_is_of_its_parents_kind_unless_it_computes_something_else() -> None:
    assert kinds.of_module(Wider(2)) is kinds.of_module(nn.Conv2d(1, 1, 1))
    assert kinds.of_module(Standardized(1, 1, 1)) is None
    assert kinds.of_module(Doubled(1)) is None


def test_a_convolution_with_weights_of_its_own_making_is_followed() -> None:
    network = Standardized(1, 2, 3)
    (row,) = trace(network, torch.zeros(1, 1, 5, 5)).layers
    assert (row.kind, row.weights, row.parameters) == ("convolution", ["weight", "bias"], 20)
    x = torch.randn(1, 1, 5, 5)
    assert explain(network, x, row.name, (1, 2, 2)).value == pytest.approx(
        float(network(x)[0, 1, 2, 2].detach()), abs=1e-6
    )


KIND = '''
"""Values turned around."""

import torch
from torch import nn

from convnets.kinds.kind import Kind, Terms


class Mirror(nn.Module):
    def forward(self, x):
        return -x


class Mirrored(Kind):
    name = "mirrored"
    modules = (Mirror,)

    def terms(self, call, unit):
        value = call["input"][(0, *unit)]
        return Terms(value[None], torch.tensor([-1.0]))


KINDS = (Mirrored(),)
'''
USE = """
import sys
import torch
import convnets.kinds
convnets.kinds.__path__.append(sys.argv[1])
from convnets.kinds.mirrored import Mirror
from convnets.trace import explain, trace
network = torch.nn.Sequential(torch.nn.Conv2d(1, 1, 3), Mirror())
x = torch.randn(1, 1, 4, 4)
assert [row.kind for row in trace(network, x).layers] == ["convolution", "mirrored"]
assert trace(network, x)["1"].receptive_field == 3
assert abs(explain(network, x, "1", (0, 1, 1)).value - float(network(x)[0, 0, 1, 1])) < 1e-6
"""


def test_a_new_kind_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "mirrored.py").write_text(KIND, encoding="utf-8")
    subprocess.run([sys.executable, "-c", USE, str(tmp_path)], check=True)
