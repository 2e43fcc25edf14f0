"""Counts of weights and multiplications of a layer, as a convolution and as its alternatives.

Parameters and connections count biases, as Y. LeCun et al. do (Proc. IEEE 86(11), 1998, section II.B); MACs do not.
"""

from dataclasses import dataclass
from typing import NamedTuple

from receptive.operations.limits import OperationError, span_error
from receptive.operations.plan import NamedPadding, Pair, Sides, check_groups, check_same, sides
from receptive.operations.sizes import Axis

LARGEST_COUNT = 2**53  # what a number in JavaScript holds exactly


class Count(NamedTuple):
    """The cost of one kind of layer for one picture."""

    parameters: int
    connections: int
    macs: int


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer from (C, H, W) to `filters` maps, each reading C / groups channels through a window."""

    input_shape: tuple[int, int, int]
    filters: int
    kernel_size: Pair
    stride: Pair = (1, 1)
    padding: Sides | NamedPadding = (0, 0, 0, 0)
    dilation: Pair = (1, 1)
    groups: int = 1
    bottleneck: int | None = None  # 1x1 maps that are put before it

    @property
    def axes(self) -> tuple[Axis, Axis]:
        """The window's way down and across. Raises OperationError where it does not fit."""
        check_same(self.padding, self.stride)
        top, bottom, left, right = sides(self.padding, self.kernel_size, self.dilation)
        (tall, wide), (down, across) = self.kernel_size, self.stride
        rows = Axis(self.input_shape[1], tall, down, top, bottom, self.dilation[0])
        columns = Axis(self.input_shape[2], wide, across, left, right, self.dilation[1])
        if rows.output < 1 or columns.output < 1:
            raise span_error("kernel_size", (rows.span, columns.span), (rows.padded, columns.padded))
        return rows, columns


def counts(layer: Layer) -> dict[str, Count]:
    """The layer as each kind. Raises OperationError where it does not fit or a count is over 2^53.

    `depthwise_separable` is the window on each channel by itself, then 1x1; `pointwise` is 1x1 alone, at the same
    places; `bottleneck`, if requested, is 1x1 to that many maps, at every place of the input, then the layer.
    """
    channels, height, width = layer.input_shape
    check_groups(layer.groups, channels, layer.filters)
    rows, columns = layer.axes
    window = layer.kernel_size[0] * layer.kernel_size[1]
    places = rows.output * columns.output
    reads = channels // layer.groups * window
    counted = {
        "convolution": _shared(places, layer.filters, reads),
        "locally_connected": _unshared(places * layer.filters, reads),
        "fully_connected": _unshared(places * layer.filters, channels * height * width),
        "depthwise_separable": _added(_shared(places, channels, window), _shared(places, layer.filters, channels)),
        "pointwise": _shared(places, layer.filters, channels),
    }
    if layer.bottleneck is not None:
        before = _shared(height * width, layer.bottleneck, channels)
        counted["bottleneck"] = _added(before, _shared(places, layer.filters, layer.bottleneck * window))
    largest = max(max(count) for count in counted.values())
    if largest > LARGEST_COUNT:
        raise OperationError(
            "input_shape",
            "too-many-connections",
            "{count} connections; at most {limit} can be counted exactly",
            count=largest,
            limit=LARGEST_COUNT,
        )
    return counted


def _shared(places: int, filters: int, reads: int) -> Count:
    """Each filter has one set of weights for all places."""
    return Count(filters * (reads + 1), places * filters * (reads + 1), places * filters * reads)


def _unshared(units: int, reads: int) -> Count:
    """Each unit has weights of its own."""
    return Count(units * (reads + 1), units * (reads + 1), units * reads)


def _added(one: Count, other: Count) -> Count:
    return Count(*(a + b for a, b in zip(one, other, strict=True)))
