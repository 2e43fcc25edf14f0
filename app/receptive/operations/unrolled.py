"""A convolution as a matrix: the sparse one that multiplies the flattened input, and im2col's columns.

Dumoulin and Visin 2016, section 4.1; K. Chellapilla, S. Puri and P. Simard, "High Performance Convolutional Neural
Networks for Document Processing", 2006, for im2col.
"""

from math import prod

import torch
from torch import Tensor
from torch.nn import functional as F

from receptive.operations.convolution import pad, turned
from receptive.operations.limits import MATRIX_CELLS, at_most, times
from receptive.operations.plan import PaddingMode, Settings, plan
from receptive.operations.sizes import Axis, TransposedAxis


def matrix(shape: tuple[int, int, int], kernel: Tensor, settings: Settings | None = None) -> Tensor:
    """(O H' W', C H W): times an input of this shape, flattened, it is the convolution without its bias.

    Zeros where no weight connects; where the padding makes two weights meet the same input value, their sum.
    Raises OperationError for more than 65,536 cells.
    """
    settings = settings or Settings()
    arithmetic = plan(shape, kernel.shape, settings)
    rows, columns = prod(arithmetic.output_shape), prod(shape)
    at_most(
        MATRIX_CELLS,
        rows * columns,
        "input",
        "matrix-too-large",
        "the matrix of {shape} would have {count} cells; at most {limit} are allowed: use a smaller input",
        shape=times((rows, columns)),
    )
    filters, height, width = arithmetic.output_shape
    channels, tall, wide = shape
    down, across = (_ways(axis, settings.padding_mode) for axis in (arithmetic.rows, arithmetic.columns))
    # Every way down with every way across: from one input value over one weight to one output value.
    to = (down[0][:, None] * width + across[0]).flatten()
    source = (down[1][:, None] * wide + across[1]).flatten()
    weights = _every_pair(turned(kernel) if settings.flip else kernel, settings.groups)
    laid = weights[:, :, down[2][:, None], across[2]].flatten(2)
    cells = kernel.new_zeros(filters, channels, height * width * tall * wide)
    cells.index_add_(2, to * (tall * wide) + source, laid)
    return cells.view(filters, channels, height * width, tall * wide).transpose(1, 2).reshape(rows, columns)


def im2col(maps: Tensor, kernel: Tensor, settings: Settings | None = None) -> Tensor | None:
    """(C kh kw, H' W'): every window as a column; the flattened filters times it are the convolution.

    None for a transposed convolution, which reads no windows. Raises OperationError for more than 65,536 cells.
    """
    settings = settings or Settings()
    arithmetic = plan(maps.shape, kernel.shape, settings)
    if settings.transposed:
        return None
    sides = (kernel.shape[2], kernel.shape[3])
    shape = (len(maps) * prod(sides), prod(arithmetic.output_shape[1:]))
    at_most(
        MATRIX_CELLS,
        prod(shape),
        "kernel",
        "columns-too-large",
        "the columns of {shape} would have {count} cells; at most {limit} are allowed: use a smaller input or kernel",
        shape=times(shape),
    )
    around = pad(maps, arithmetic.padding, settings.padding_mode)
    return F.unfold(around[None], sides, settings.dilation, 0, settings.stride)[0]


def _every_pair(kernel: Tensor, groups: int) -> Tensor:
    """(O, C, kh, kw) with zeros between channels and filters of different groups."""
    filters, into = kernel.shape[:2]
    dense = kernel.new_zeros(filters, into * groups, *kernel.shape[2:])
    each = filters // groups
    for group in range(groups):
        own = slice(group * each, (group + 1) * each)
        dense[own, group * into : (group + 1) * into] = kernel[own]
    return dense


def _ways(axis: Axis | TransposedAxis, mode: PaddingMode) -> tuple[Tensor, Tensor, Tensor]:
    """All ways along one axis as three lists: the output cell, the input cell, the kernel's cell between them."""
    taps = torch.arange(axis.kernel)
    transposed = isinstance(axis, TransposedAxis)
    starts = torch.arange(axis.size if transposed else axis.output)
    reached = starts[:, None] * axis.stride + taps * axis.dilation - axis.before
    cells = starts[:, None].expand_as(reached)
    kernel = taps.expand_as(reached)
    if transposed:
        inside = (reached >= 0) & (reached < axis.output)
        return reached[inside], cells[inside], kernel[inside]
    source = _origin(reached, axis.size, mode)
    inside = (source >= 0) & (source < axis.size)
    return cells[inside], source[inside], kernel[inside]


def _origin(places: Tensor, size: int, mode: PaddingMode) -> Tensor:
    """The input cell that a place of the padded input repeats; zeros stay outside."""
    if mode == "replicate":
        return places.clamp(0, size - 1)
    if mode == "circular":
        return places.remainder(size)
    if mode == "reflect":
        mirrored = places.abs()
        return torch.where(mirrored < size, mirrored, 2 * (size - 1) - mirrored)
    return places
