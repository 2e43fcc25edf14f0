"""Traces against figures worked out by hand."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from convnets.catalogue import build
from convnets.trace import TraceError, trace

PICTURE = torch.zeros(1, 1, 32, 32)


def test_todays_lenet5_has_the_figures_worked_out_by_hand() -> None:
    found = trace(build("lenet5"), PICTURE)
    assert found.parameters == 61_706
    assert found.macs == 416_520
    assert [found[name].receptive_field for name in ("c1", "s2", "c3", "s4", "c5")] == [5, 6, 14, 16, 32]
    assert [found[name].jump for name in ("c1", "s2", "c3", "s4", "c5")] == [1, 2, 2, 4, 4]
    assert {name: found[name].macs for name in ("c1", "c3", "c5", "f6", "output")} == {
        "c1": 117_600, "c3": 240_000, "c5": 48_000, "f6": 10_080, "output": 840,
    }  # fmt: skip


def test_todays_lenet5_is_eleven_layers_in_a_row() -> None:
    layers = trace(build("lenet5"), PICTURE).layers
    names = ["c1", "c1_relu", "s2", "c3", "c3_relu", "s4", "c5", "c5_relu", "f6", "f6_relu", "output"]
    assert [layer.name for layer in layers] == names
    assert [layer.inputs for layer in layers] == [["input"], *([name] for name in names[:-1])]
    assert layers[0].kind == "convolution"
    assert layers[0].input_shape == [1, 32, 32]
    assert layers[0].output_shape == [6, 28, 28]
    assert (layers[0].kernel, layers[0].stride, layers[0].padding) == ([5, 5], [1, 1], [0, 0])
    assert layers[0].weights == ["c1.weight", "c1.bias"]
    assert layers[2].kind == "max-pooling"
    assert layers[8].input_shape == [120]


def test_the_1998_network_has_the_papers_parameters_and_connections() -> None:
    found = trace(build("lenet5-1998"), PICTURE)
    assert len(found.layers) == 13
    assert found.parameters == 60_000
    assert found.connections == 340_908
    expected = {
        "c1": (156, 122_304), "s2": (12, 5_880), "c3": (1_516, 151_600), "s4": (32, 2_000),
        "c5": (48_120, 48_120), "f6": (10_164, 10_164), "output": (0, 840),
    }  # fmt: skip
    assert {name: (found[name].parameters, found[name].connections) for name in expected} == expected
    feeds = found["c3"].feeds
    assert feeds is not None
    assert feeds[0] == [0, 1, 2]
    assert feeds[15] == [0, 1, 2, 3, 4, 5]
    assert found["c1"].feeds is None


class Residual(nn.Module):
    """A stride, a dilation, two paths added, a function, a concatenation, and a flattening in between."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 4, 3, stride=2, padding=1)
        self.wide = nn.Conv2d(4, 4, 3, padding=2, dilation=2, groups=2, bias=False)
        self.head = nn.Linear(8 * 4 * 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = functional.relu(x + self.wide(x))
        x = torch.cat((x, x), dim=1)
        x = functional.max_pool2d(x, 2)
        out: Tensor = self.head(x.flatten(1))
        return out


def test_stride_dilation_groups_and_functions_are_followed() -> None:
    found = trace(Residual(), torch.zeros(1, 1, 16, 16))
    kinds = [(layer.name, layer.kind) for layer in found.layers]
    assert kinds == [
        ("stem", "convolution"), ("wide", "convolution"), ("add", "add"), ("relu", "relu"),
        ("cat", "concatenate"), ("max_pool2d", "max-pooling"), ("head", "linear"),
    ]  # fmt: skip
    # 3; then 3 + 2 * 2 * 2 = 11 on a grid of 2; pooled: 11 + 2 = 13 on a grid of 4; all sixteen: 13 + 3 * 4 = 25.
    assert [layer.receptive_field for layer in found.layers] == [3, 11, 11, 11, 11, 13, 25]
    assert [layer.jump for layer in found.layers] == [2, 2, 2, 2, 2, 4, None]
    assert found["add"].inputs == ["stem", "wide"]
    assert found["head"].inputs == ["max_pool2d"]
    assert found["wide"].feeds == [[0, 1], [0, 1], [2, 3], [2, 3]]
    assert found["stem"].macs == 8 * 8 * 4 * 9
    assert found["stem"].connections == 8 * 8 * 4 * 10
    assert found["wide"].macs == 8 * 8 * 4 * 2 * 9
    assert found["wide"].parameters == 4 * 2 * 9
    assert found["cat"].output_shape == [8, 8, 8]


def test_a_module_used_twice_is_two_layers() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(1, 1, 3, padding=1)

        def forward(self, x: Tensor) -> Tensor:
            out: Tensor = self.conv(self.conv(x))
            return out

    found = trace(Twice(), PICTURE)
    assert [layer.name for layer in found.layers] == ["conv", "conv:2"]
    assert [layer.receptive_field for layer in found.layers] == [3, 5]


def test_nested_modules_are_named_by_their_path_and_global_pooling_sees_everything() -> None:
    network = nn.Sequential(
        nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU()),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Tanh(),
    )
    found = trace(network, torch.zeros(2, 3, 10, 10))
    assert [layer.name for layer in found.layers] == ["0.0", "0.1", "0.2", "1", "3"]
    assert [layer.kind for layer in found.layers][1:4] == ["batch-normalization", "relu", "adaptive-average-pooling"]
    assert [layer.receptive_field for layer in found.layers] == [3, 3, 3, 10, 10]


def test_an_oblong_kernel_has_no_square_receptive_field() -> None:
    found = trace(nn.Sequential(nn.Conv2d(1, 1, (1, 3)), nn.ReLU()), PICTURE)
    assert [layer.receptive_field for layer in found.layers] == [None, None]


def test_a_network_of_vectors_has_no_receptive_field() -> None:
    found = trace(nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2)), torch.zeros(1, 4))
    assert [layer.receptive_field for layer in found.layers] == [None, None, None]
    assert found.macs == 18


def test_the_module_is_left_as_it_was() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Dropout()).train()
    network[2].eval()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    trace(network, torch.randn(4, 1, 8, 8))
    assert network[1].training
    assert not network[2].training
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())


def test_a_forward_pass_that_looks_at_values_is_a_trace_error() -> None:
    class Choosy(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x if x.sum() > 0 else -x

    with pytest.raises(TraceError, match=r"Choosy cannot be traced: .* must not depend on the values"):
        trace(Choosy(), PICTURE)


def test_a_wrong_shape_names_the_layer_that_fails() -> None:
    with pytest.raises(TraceError, match=r"shape \[1, 1, 20, 20\] at c5"):
        trace(build("lenet5"), torch.zeros(1, 1, 20, 20))


def test_two_inputs_are_a_trace_error() -> None:
    class Two(nn.Module):
        def forward(self, x: Tensor, y: Tensor) -> Tensor:
            return x + y

    with pytest.raises(TraceError, match="2 inputs"):
        trace(Two(), PICTURE)


def test_normalization_says_what_it_adds_to_the_variance() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2, eps=0.25), nn.ReLU())
    assert [layer.epsilon for layer in trace(network, torch.zeros(1, 1, 5, 5)).layers] == [None, 0.25, None]
