"""Convolution against the known answers, against torch's own layers, and against its own parts."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from torch import Tensor, nn
from torch.nn import functional as F

from receptive.operations.convolution import convolve, partial_maps
from receptive.operations.plan import Settings, plan, sides
from tests.operations.numbers import Problem, numbers, problems

SQUARE = torch.tensor([[[1.0, 2, 3], [4, 5, 6], [7, 8, 9]]])
SMALL = torch.tensor([[[[1.0, 2], [3, 4]]]])

PYTHON = str.maketrans({"·": "*", "−": "-", "⌊": "(", "⌋": ")", "/": "//"})

thorough = settings(max_examples=150, deadline=None)


def test_cross_correlation_of_one_to_nine_by_one_to_four() -> None:
    assert convolve(SQUARE, SMALL).tolist() == [[[37, 47], [67, 77]]]


def test_convolution_turns_the_kernel() -> None:
    assert convolve(SQUARE, SMALL, settings=Settings(flip=True)).tolist() == [[[23, 33], [53, 63]]]


@pytest.mark.parametrize(("padding", "side"), [((0, 0, 0, 0), 4), ((1, 1, 1, 1), 6)])
def test_two_filters_on_6x6x3_give_two_maps(padding: tuple[int, int, int, int], side: int) -> None:
    assert convolve(numbers(3, 6, 6), numbers(2, 3, 3, 3), settings=Settings(padding=padding)).shape == (2, side, side)


def test_three_layers_on_39x39x3_end_in_1960_numbers() -> None:
    maps, found = numbers(3, 39, 39), []
    for filters, side, stride in ((10, 3, 1), (20, 5, 2), (40, 5, 2)):
        maps = convolve(maps, numbers(filters, len(maps), side, side), settings=Settings(stride=(stride, stride)))
        found.append(tuple(maps.shape))
    assert found == [(10, 37, 37), (20, 17, 17), (40, 7, 7)]
    assert maps.flatten().shape == (1960,)


def in_torch(maps: Tensor, kernel: Tensor, bias: Tensor | None, given: Settings) -> Tensor:
    """The result of torch's layers and functions, put together another way than the operation does it."""
    weight = torch.rot90(kernel, 2, (-2, -1)) if given.flip else kernel
    top, bottom, left, right = sides(given.padding, (kernel.shape[2], kernel.shape[3]), given.dilation)
    if not given.transposed:
        if isinstance(given.padding, str) and given.padding != "full":
            layer = nn.Conv2d(
                len(maps), len(kernel), (kernel.shape[2], kernel.shape[3]), given.stride, given.padding, given.dilation,
                given.groups, bias is not None, given.padding_mode,
            )  # fmt: skip
            layer.weight.data = weight
            if bias is not None:
                layer.bias = nn.Parameter(bias)
            output: Tensor = layer(maps[None])[0].detach()
            return output
        pads = {"zeros": nn.ZeroPad2d, "reflect": nn.ReflectionPad2d, "replicate": nn.ReplicationPad2d}
        pad = {**pads, "circular": nn.CircularPad2d}[given.padding_mode]((left, right, top, bottom))
        return F.conv2d(pad(maps[None]), weight, bias, given.stride, 0, given.dilation, given.groups)[0]
    # One group at a time, so that nothing has to be put in torch's order but by swapping two dimensions.
    each, into = len(kernel) // given.groups, kernel.shape[1]
    maps_of_group = []
    for group in range(given.groups):
        source, own = maps[group * into : (group + 1) * into], slice(group * each, (group + 1) * each)
        maps_of_group.append(
            F.conv_transpose2d(
                source[None], weight[own].transpose(0, 1), None if bias is None else bias[own], given.stride,
                0, given.output_padding, 1, given.dilation,
            )[0]
        )  # fmt: skip
    whole = torch.cat(maps_of_group)
    return whole[:, top : whole.shape[1] - bottom, left : whole.shape[2] - right]


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel:UserWarning")
@thorough
@given(problems())
def test_every_setting_gives_what_torch_gives(problem: Problem) -> None:
    torch.testing.assert_close(convolve(*problem), in_torch(*problem), rtol=0, atol=0)


@thorough
@given(problems())
def test_the_plan_knows_the_shape_before(problem: Problem) -> None:
    maps, kernel, bias, given_settings = problem
    known = plan(maps.shape, kernel.shape, given_settings)
    assert convolve(maps, kernel, bias, given_settings).shape == known.output_shape
    for axis, size in (known.rows, known.output_shape[1]), (known.columns, known.output_shape[2]):
        formula, result = axis.formula.rsplit(" = ", 1)
        assert int(result) == size
        arithmetic = (
            formula.replace("·", "*").replace("−", "-").replace("⌊(", "((").replace(" / ", " // ").replace("⌋", ")")
        )
        assert eval(arithmetic) == size


@thorough
@given(problems())
def test_the_partial_maps_and_the_bias_add_up_to_the_output(problem: Problem) -> None:
    maps, kernel, bias, given_settings = problem
    parts = partial_maps(maps, kernel, given_settings)
    assert parts.shape[:2] == kernel.shape[:2]
    total = parts.sum(1) if bias is None else parts.sum(1) + bias[:, None, None]
    torch.testing.assert_close(total, convolve(*problem), rtol=0, atol=0)


@thorough
@given(problems(transposed=False))
def test_macs_are_the_products_of_one_pass(problem: Problem) -> None:
    """Ones on ones, in the padding too: every output counts the products that made it."""
    maps, kernel, _, asked = problem
    ones = replace(asked, padding_mode="replicate")
    counted = convolve(torch.ones_like(maps), torch.ones_like(kernel), None, ones).sum()
    assert plan(maps.shape, kernel.shape, asked).macs == counted


@thorough
@given(problems(transposed=True))
def test_a_transposed_convolution_turns_back_the_shape_and_the_gradient(problem: Problem) -> None:
    """It is the gradient of the forward one with respect to its input (Dumoulin and Visin 2016, section 4.1)."""
    maps, kernel, _, asked = problem
    output = convolve(maps, kernel, None, asked)
    each, into = len(kernel) // asked.groups, kernel.shape[1]
    weight = torch.rot90(kernel, 2, (-2, -1)) if asked.flip else kernel
    swapped = (
        weight.view(asked.groups, each, into, *kernel.shape[2:])
        .transpose(1, 2)
        .reshape(asked.groups * into, each, *kernel.shape[2:])
    )
    top, bottom, left, right = sides(asked.padding, (kernel.shape[2], kernel.shape[3]), asked.dilation)
    smaller = torch.zeros_like(output).requires_grad_()
    around = F.pad(smaller[None], (left, right, top, bottom))
    forward = F.conv2d(around, swapped, None, asked.stride, 0, asked.dilation, asked.groups)[0]
    reached = forward[:, : maps.shape[1], : maps.shape[2]]
    (gradient,) = torch.autograd.grad(reached, smaller, maps)
    torch.testing.assert_close(output, gradient, rtol=0, atol=0)


def test_every_channel_by_itself_is_a_depthwise_convolution() -> None:
    maps, kernel = numbers(4, 6, 6), numbers(4, 1, 3, 3, seed=1)
    found = convolve(maps, kernel, settings=Settings(groups=4))
    for channel in range(4):
        alone = convolve(maps[channel : channel + 1], kernel[channel : channel + 1])
        assert torch.equal(found[channel : channel + 1], alone)
