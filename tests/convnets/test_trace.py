"""Traces against figures worked out by hand, against torch's own counters, and the module that is left as it was."""

import copy
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from convnets.catalogue import build
from convnets.trace import TraceError, trace
from tests.convnets.networks import SMALL, Chain, Choosing, InPlace, Pair, ResNet, ShuffleUnit, Swish, Twice, TwoHeads

PICTURE = torch.zeros(1, 1, 32, 32)


def test_todays_lenet5_has_the_figures_worked_out_by_hand() -> None:
    found = trace(build("lenet5"), PICTURE)
    assert found.input == [1, 32, 32]
    assert found.parameters == 61_706
    assert found.macs == 416_520
    assert [found[name].receptive_field for name in ("c1", "s2", "c3", "s4", "c5")] == [5, 6, 14, 16, 32]
    assert [found[name].jump for name in ("c1", "s2", "c3", "s4", "c5")] == [1, 2, 2, 4, 4]
    assert {name: found[name].macs for name in ("c1", "c3", "c5", "f6", "output")} == {
        "c1": 117_600, "c3": 240_000, "c5": 48_000, "f6": 10_080, "output": 840,
    }  # fmt: skip


def test_todays_lenet5_is_eleven_layers_in_a_row_and_a_flattening() -> None:
    found = trace(build("lenet5"), PICTURE)
    names = ["c1", "c1_relu", "s2", "c3", "c3_relu", "s4", "c5", "c5_relu", "f6", "f6_relu", "output"]
    assert [layer.name for layer in found.layers] == [*names[:8], "flatten", *names[8:]]
    assert found["f6"].inputs == ["flatten"]
    layers = found.without_reshapes()
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
    assert len(found.without_reshapes()) == 13
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


@pytest.mark.parametrize("name", SMALL)
def test_multiplications_and_parameters_are_those_that_torch_counts(name: str) -> None:
    network, shape = SMALL[name]
    network.eval()
    x = torch.zeros(1, *shape)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(x)
    found = trace(network, x)
    assert 2 * found.macs == counter.get_total_flops()
    used = {key for layer in found.layers for key in layer.weights}
    assert found.parameters == sum(value.numel() for key, value in network.named_parameters() if key in used)
    assert {key for key, _ in network.named_parameters()} - used <= {
        "auxiliary.weight", "auxiliary.bias", "light.weight", "light.bias",
    }  # fmt: skip


def test_resnet_152_has_the_multiplications_that_torch_counts() -> None:
    network = ResNet((3, 8, 36, 3))
    found = trace(network, torch.zeros(1, 3, 224, 224))
    assert found.macs == 11_513_626_624
    assert found.parameters == sum(value.numel() for value in network.parameters()) == 60_192_808


def test_stride_dilation_groups_and_functions_are_followed() -> None:
    found = trace(SMALL["skip"][0], torch.zeros(1, 1, 16, 16))
    kinds = [(layer.name, layer.kind) for layer in found.layers]
    assert kinds == [
        ("stem", "convolution"), ("wide", "convolution"), ("add", "add"), ("relu", "relu"),
        ("cat", "concatenate"), ("max_pool2d", "max-pooling"), ("flatten", "flatten"), ("head", "linear"),
    ]  # fmt: skip
    assert found["add"].inputs == ["stem", "wide"]
    assert found["cat"].inputs == ["relu", "relu"]
    assert found["head"].inputs == ["flatten"]
    assert found["wide"].feeds == [[0, 1], [0, 1], [2, 3], [2, 3]]
    assert (found["wide"].dilation, found["wide"].groups) == ([2, 2], 2)
    assert found["stem"].macs == 8 * 8 * 4 * 9
    assert found["stem"].connections == 8 * 8 * 4 * 10
    assert found["wide"].macs == 8 * 8 * 4 * 2 * 9
    assert found["wide"].parameters == 4 * 2 * 9
    assert found["cat"].output_shape == [8, 8, 8]


def test_a_module_used_twice_is_two_layers_whose_weights_count_once() -> None:
    found = trace(Twice(), PICTURE)
    assert [layer.name for layer in found.layers] == ["conv", "conv:2"]
    assert [layer.inputs for layer in found.layers] == [["input"], ["conv"]]
    assert [layer.parameters for layer in found.layers] == [10, 10]
    assert found.parameters == 10


def test_weights_that_two_modules_share_count_once() -> None:
    network = Chain(nn.Linear(3, 3), nn.Linear(3, 3))
    network[1].weight = network[0].weight
    found = trace(network, torch.zeros(1, 3))
    assert [layer.weights for layer in found.layers] == [["0.weight", "0.bias"], ["1.weight", "1.bias"]]
    assert found.parameters == 9 + 3 + 3


def test_layers_of_blocks_say_in_which_block_they_are() -> None:
    found = trace(ResNet((1, 1, 1, 1), 4), torch.zeros(1, 3, 64, 64))
    blocks = {layer.name: layer.block for layer in found.layers}
    assert blocks["conv1"] == ""
    assert blocks["layer2.0.conv1"] == "layer2.0"
    assert blocks["layer2.0.downsample.1"] == "layer2.0.downsample"
    assert blocks["layer2.0.add"] == "layer2.0"
    assert found["layer2.0.add"].module is None
    assert found["layer2.0.add"].inputs == ["layer2.0.bn3", "layer2.0.downsample.1"]
    assert found["layer2.0.relu:3"].inputs == ["layer2.0.add"]
    assert found["layer2.0.relu:3"].module == "layer2.0.relu"


def test_modules_and_functions_of_one_kind_have_one_kind() -> None:
    functions: list[Any] = [
        functional.relu, lambda x: torch.flatten(x, 1), lambda x: functional.adaptive_avg_pool2d(x, 2),
        lambda x: functional.softmax(x, 1), lambda x: functional.interpolate(x, scale_factor=2),
        lambda x: functional.dropout(x, training=False), lambda x: functional.max_pool2d(x, 2),
    ]  # fmt: skip
    modules = [
        nn.ReLU(), nn.Flatten(), nn.AdaptiveAvgPool2d(2), nn.Softmax(1), nn.Upsample(scale_factor=2), nn.Dropout(),
        nn.MaxPool2d(2),
    ]  # fmt: skip

    class Calling(nn.Module):
        def forward(self, x: Tensor) -> list[Tensor]:
            return [function(x) for function in functions]

    x = torch.zeros(1, 2, 4, 4)
    called = trace(Calling(), x)
    assert [row.kind for row in called.layers] == [trace(Chain(part), x).layers[0].kind for part in modules]
    assert called.outputs == [row.name for row in called.layers]


def test_pieces_of_a_tensor_are_layers_and_what_reads_one_names_it() -> None:
    found = trace(ShuffleUnit(), torch.zeros(1, 8, 6, 6))
    assert [(row.name, row.kind, row.inputs) for row in found.layers] == [
        ("chunk.0", "split", ["input"]), ("chunk.1", "split", ["input"]), ("reduce", "convolution", ["chunk.1"]),
        ("depth", "convolution", ["reduce"]), ("cat", "concatenate", ["chunk.0", "depth"]),
        ("view", "reshape", ["cat"]), ("transpose", "permute", ["view"]), ("contiguous", "identity", ["transpose"]),
        ("view:2", "reshape", ["contiguous"]),
    ]  # fmt: skip
    assert found["chunk.1"].feeds == [[4], [5], [6], [7]]
    assert [row.inputs for row in found.without_reshapes()] == [["input"], ["reduce"], ["input", "depth"]]


def test_a_module_with_several_outputs_is_traced_as_in_evaluation() -> None:
    network = TwoHeads().train()
    found = trace(network, torch.zeros(1, 1, 8, 8))
    assert found.outputs == ["classes", "boxes"]
    assert [row.name for row in found.layers] == ["body", "mean", "classes", "boxes"]
    assert network.training


def test_tuples_lists_and_dictionaries_pass_through_modules() -> None:
    class Both(nn.Module):
        def forward(self, x: Tensor) -> dict[str, Any]:
            return {"pair": (x + 1, [x * 2])}

    class Sum(nn.Module):
        def forward(self, read: dict[str, Any]) -> Tensor:
            a, (b,) = read["pair"]
            out: Tensor = a - b
            return out

    found = trace(nn.Sequential(Both(), Sum()), torch.zeros(1, 3))
    assert [(row.name, row.inputs) for row in found.layers] == [
        ("0.add", ["input"]), ("0.mul", ["input"]), ("1", ["0.add", "0.mul"]),
    ]  # fmt: skip


def test_a_module_with_two_inputs_takes_two_examples() -> None:
    found = trace(Pair(), (torch.zeros(1, 1, 6, 6), torch.zeros(1, 1, 6, 6)))
    assert found.inputs == {"input": [1, 6, 6], "input:2": [1, 6, 6]}
    assert [row.inputs for row in found.layers] == [["input"], ["input:2"], ["left", "right"]]


def test_what_is_written_in_place_comes_from_the_layer_that_wrote_it() -> None:
    found = trace(InPlace(), torch.zeros(1, 1, 8, 8))
    assert [(row.name, row.inputs) for row in found.layers] == [
        ("first", ["input"]), ("relu", ["first"]), ("second", ["relu"]), ("add", ["second", "relu"]),
        ("relu:2", ["add"]),
    ]  # fmt: skip


def test_a_part_that_is_written_changes_the_whole_and_its_other_views() -> None:
    class Writing(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            y = x * 2
            whole = y.view(-1)
            y[:, 0] = x[:, 1]
            y[:, 1:].add_(3)
            return whole + 1

    found = trace(Writing(), torch.zeros(1, 3))
    inputs = {row.name: row.inputs for row in found.layers}
    assert inputs["setitem"] == ["mul", "getitem"]
    assert inputs["add"] == ["getitem:2"]
    assert inputs["getitem:2"] == ["setitem"]
    assert inputs["write"] == ["setitem", "add"]
    assert inputs["add:2"] == ["write"]


def test_a_layer_that_hands_its_input_on_is_not_taken_for_it() -> None:
    class Residual(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.drop, self.same = nn.Dropout(), nn.Identity()

        def forward(self, x: Tensor) -> Tensor:
            y = self.same(self.drop(x))
            out: Tensor = x + y
            return out

    found = trace(Residual(), torch.zeros(1, 3))
    assert [(row.name, row.inputs) for row in found.layers] == [
        ("drop", ["input"]), ("same", ["drop"]), ("add", ["input", "same"]),
    ]  # fmt: skip


def test_a_module_of_the_users_own_is_named_by_its_path_at_the_function_that_makes_its_output() -> None:
    found = trace(Chain(nn.Conv2d(1, 1, 3), Swish()), PICTURE)
    assert [(row.name, row.kind, row.module) for row in found.layers] == [
        ("0", "convolution", "0"), ("1.sigmoid", "sigmoid", None), ("1", "multiply", "1"),
    ]  # fmt: skip


def test_what_no_kind_knows_is_unknown_with_its_inputs_its_shape_and_its_cost() -> None:
    class Odd(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.recurrent = nn.GRU(4, 5, batch_first=True)

        def forward(self, x: Tensor) -> Tensor:
            made, _ = self.recurrent(x.flatten(2))
            return torch.einsum("nlc,nlc->nl", made, torch.cumsum(made, 1))

    found = trace(Odd(), torch.zeros(1, 3, 2, 2))
    rows = {row.name: (row.operation, row.inputs, row.output_shape) for row in found.layers if row.kind == "unknown"}
    assert rows == {
        "recurrent.gru.0": ("gru", ["flatten"], [3, 5]), "recurrent.gru.1": ("gru", ["flatten"], [1, 5]),
        "cumsum": ("cumsum", ["recurrent.gru.0"], [3, 5]), "einsum": ("einsum", ["recurrent.gru.0", "cumsum"], [3]),
    }  # fmt: skip
    assert found["recurrent.gru.0"].parameters == found.parameters == 3 * 5 * (4 + 5 + 2)
    assert found["recurrent.gru.0"].macs == 3 * 3 * 5 * (4 + 5)
    assert found["einsum"].macs == 3 * 5
    assert found["einsum"].receptive_field is None
    assert found.window("cumsum", 0, 0) is None


def test_a_forward_pass_that_looks_at_values_is_followed_on_the_cpu() -> None:
    for value, name in ((0.0, "dark"), (1.0, "light")):
        found = trace(Choosing(), torch.full((1, 1, 9, 9), value))
        assert found.outputs == [name]


def test_tensors_that_belong_to_no_module_are_constants() -> None:
    class Scaled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.gain = nn.Parameter(torch.ones(1, 3, 1, 1))
            self.offsets = [torch.zeros(3, 1, 1)]
            self.mean = nn.Buffer(torch.zeros(3, 1, 1))

        def forward(self, x: Tensor) -> Tensor:
            out: Tensor = (x - self.mean) * torch.exp(self.gain) + self.offsets[0] + torch.arange(3)[:, None, None]
            return out

    found = trace(Scaled(), torch.zeros(1, 3, 4, 4))
    assert [(row.kind, row.inputs, row.weights) for row in found.layers] == [
        ("subtract", ["input"], []), ("multiply", ["sub"], ["gain"]), ("add", ["mul"], []), ("add", ["add"], []),
    ]  # fmt: skip
    assert found.parameters == 3


def test_a_module_of_one_layer_or_of_none_is_traced() -> None:
    (row,) = trace(nn.Conv2d(1, 2, 3), PICTURE).layers
    assert (row.name, row.weights) == ("convolution", ["weight", "bias"])
    assert trace(nn.Sequential(), PICTURE).layers == []
    assert trace(nn.Sequential(), PICTURE).outputs == ["input"]


def test_a_layer_called_input_is_told_from_the_input() -> None:
    found = trace(nn.Sequential(nn.Sequential(), nn.ReLU()), PICTURE)
    assert found.layers[0].inputs == ["input"]

    class Named(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.input = nn.ReLU()

        def forward(self, x: Tensor) -> Tensor:
            out: Tensor = self.input(x)
            return out

    (row,) = trace(Named(), PICTURE).layers
    assert (row.name, row.inputs, row.module) == ("input:2", ["input"], "input")


def test_normalization_says_what_it_adds_to_the_variance() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2, eps=0.25), nn.ReLU())
    assert [layer.epsilon for layer in trace(network, torch.zeros(1, 1, 5, 5)).layers] == [None, 0.25, None]


# --- the module that was given


def test_the_module_is_left_as_it_was() -> None:
    network = Chain(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(inplace=True), nn.Dropout(), Choosing()).train()
    network[3].eval()
    network[0].register_forward_hook(lambda *_: None)
    weight, bias = network[0].parameters()
    weight.grad = torch.ones_like(weight)
    bias.requires_grad_(False)
    parameters = dict(network.named_parameters())
    before = copy.deepcopy(network.state_dict())
    gradient = weight.grad
    hooks = [dict(part._forward_hooks) for part in network.modules()]
    modes = [part.training for part in network.modules()]
    examples = torch.randn(4, 2, 8, 8), torch.randn(4, 1, 8, 8)  # maps that do not fit at the start, or at the end
    numbers = torch.get_rng_state()
    for example in examples:
        with pytest.raises(TraceError):
            trace(network, example)
    trace(network[:4], examples[1])
    assert [part.training for part in network.modules()] == modes
    assert [dict(part._forward_hooks) for part in network.modules()] == hooks
    assert not any(part._forward_pre_hooks for part in network.modules())
    assert all(value is parameters[name] for name, value in network.named_parameters())
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())
    assert {value.device.type for value in network.state_dict().values()} == {"cpu"}
    assert weight.grad is gradient
    assert torch.equal(gradient, torch.ones_like(gradient))
    assert not bias.requires_grad
    assert torch.equal(torch.get_rng_state(), numbers)


def test_a_module_that_counts_its_calls_or_keeps_what_it_made_does_so_in_a_copy() -> None:
    class Keeping(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.calls = nn.Buffer(torch.zeros(()))
            self.seen: list[Tensor] = []

        def forward(self, x: Tensor) -> Tensor:
            self.calls.add_(1)
            self.seen.append(x)
            return x

    network = Keeping()
    trace(network, PICTURE)
    assert int(network.calls) == 0
    assert network.seen == []


def test_a_hook_that_makes_weights_takes_part() -> None:
    layer = nn.utils.parametrizations.weight_norm(nn.Conv2d(1, 2, 3))
    (row,) = trace(layer, PICTURE).layers
    assert row.kind == "convolution"
    assert row.macs == 30 * 30 * 2 * 9


def test_lazy_modules_get_their_shapes_in_the_copy() -> None:
    network = nn.Sequential(nn.Flatten(), nn.LazyLinear(3))
    found = trace(network, PICTURE)
    assert found["1"].macs == 3 * 1024
    assert isinstance(network[1].weight, nn.UninitializedParameter)


# --- refusals


def test_a_wrong_shape_gives_the_rows_up_to_the_failure_and_the_shapes_that_do_not_fit() -> None:
    with pytest.raises(TraceError, match=r"c5 \(convolution\) reads \[16, 2, 2\] and fails") as refused:
        trace(build("lenet5"), torch.zeros(1, 1, 20, 20))
    error = refused.value
    assert error.why.code == "trace-layer"
    assert [layer.name for layer in error.layers] == ["c1", "c1_relu", "s2", "c3", "c3_relu", "s4"]
    assert error.failure is not None
    assert (error.failure.name, error.failure.inputs) == ("c5", ["s4"])
    assert error.failure.input_shapes == [[16, 2, 2]]
    assert error.failure.weight_shapes == {"c5.weight": [120, 16, 5, 5], "c5.bias": [120]}


@pytest.mark.parametrize(
    ("layer", "shape"), [(nn.BatchNorm2d(3), (2, 4, 4)), (nn.BatchNorm2d(3), (3, 4)), (nn.BatchNorm1d(3), (3, 4, 4))]
)
def test_a_normalization_of_other_maps_is_refused(layer: nn.Module, shape: tuple[int, ...]) -> None:
    with pytest.raises(TraceError, match=r"0 \(batch-normalization\) reads") as refused:
        trace(Chain(layer), torch.zeros(1, *shape))
    with pytest.raises((RuntimeError, ValueError)) as own:
        layer.eval()(torch.zeros(1, *shape))
    assert refused.value.failure is not None
    assert str(own.value).splitlines()[0] in refused.value.failure.message


def test_a_function_whose_shapes_do_not_fit_is_the_failing_row() -> None:
    class Joining(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(1, 1, 3)

        def forward(self, x: Tensor) -> Tensor:
            out: Tensor = x + self.conv(x)
            return out

    with pytest.raises(TraceError, match=r"add \(add\) reads \[1, 32, 32\] and \[1, 30, 30\]") as refused:
        trace(Joining(), PICTURE)
    assert refused.value.failure is not None
    assert refused.value.failure.inputs == ["input", "conv"]


def test_a_module_that_raises_between_layers_says_after_which() -> None:
    class Raising(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            x = x.relu()
            raise ValueError("only on Sundays")

    with pytest.raises(TraceError, match=r"fails after relu \(ValueError: only on Sundays\)") as refused:
        trace(Raising(), PICTURE)
    assert refused.value.why.code == "trace-forward"
    assert [layer.name for layer in refused.value.layers] == ["relu"]


def test_two_inputs_where_one_was_given_are_a_trace_error() -> None:
    with pytest.raises(TraceError, match=r"fails after input .*missing 1 required positional argument"):
        trace(Pair(), PICTURE)


def test_a_module_that_cannot_be_copied_says_why() -> None:
    class Locked(nn.ReLU):
        def __init__(self) -> None:
            super().__init__()
            self.lock = threading.Lock()

    with pytest.raises(TraceError, match=r"Locked cannot be traced, since it cannot be copied: .*lock") as refused:
        trace(Locked(), PICTURE)
    assert refused.value.why.code == "trace-copy"


def test_a_copy_that_is_the_module_itself_is_not_run() -> None:
    class Single(nn.ReLU):
        def __deepcopy__(self, memo: dict[int, Any]) -> "Single":
            return self

    with pytest.raises(TraceError, match="shares parts"):
        trace(nn.Sequential(Single()), PICTURE)


@pytest.mark.parametrize("example", [[], (), "picture", torch.tensor(1.0), (PICTURE, None)])
def test_an_example_that_is_none_is_refused(example: Any) -> None:
    with pytest.raises(TraceError, match="an example is a tensor or a tuple of tensors"):
        trace(nn.ReLU(), example)


def test_a_failing_layer_that_the_module_catches_is_no_failure() -> None:
    class Careful(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.wide, self.narrow = nn.Linear(8, 2), nn.Linear(4, 2)

        def forward(self, x: Tensor) -> Tensor:
            try:
                out: Tensor = self.wide(x)
            except RuntimeError:
                out = self.narrow(x)
            return out

    assert [row.name for row in trace(Careful(), torch.zeros(1, 4)).layers] == ["narrow"]


def test_two_threads_trace_side_by_side() -> None:
    def names() -> Iterator[str]:
        yield from (row.name for row in trace(SMALL["resnet"][0], torch.zeros(1, 3, 64, 64)).layers)

    expected = list(names())
    found: list[list[str]] = []
    threads = [threading.Thread(target=lambda: found.append(list(names()))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected, expected]
