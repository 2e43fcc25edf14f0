"""A rough estimate of the work in a request, from its shapes alone: long operations have a thread of their own."""

from math import prod
from typing import Final

import numpy as np

from receptive.operations.limits import OperationError
from receptive.operations.plan import Settings, plan
from receptive.schemas import InvarianceRequest, MatrixRequest, OperationRequest, PoolingRequest
from receptive.schemas.layers import ChainRequest

LONG: Final = 4_000_000  # multiplications, about a millisecond of one core
LONG_BODY: Final = 131_072  # bytes of a request that takes as long to read
VALUE: Final = 40  # multiplications that take as long as one value that is read and written as JSON
ROW: Final = 10  # multiplications for each of a matrix's cubed sides that an orthogonal start takes


def is_long(request: OperationRequest) -> bool:
    """True for a request that takes more than about a millisecond."""
    return work(request) > LONG


def work(request: OperationRequest) -> int:
    """Multiplications of the operation, and those that its values are worth."""
    arrays = [value for value in vars(request).values() if isinstance(value, np.ndarray)]
    values = VALUE * sum(array.size for array in arrays)
    return values + _multiplications(request)


def _multiplications(request: OperationRequest) -> int:
    if isinstance(request, ChainRequest):
        start = ROW * request.width if request.initialization == "orthogonal" else 0
        return request.depth * request.width**2 * (3 * request.batch + start)
    if isinstance(request, MatrixRequest):
        return _of_convolution(request)
    source = getattr(request, "input", None)
    if not isinstance(source, np.ndarray):
        return 0
    kernel, window = getattr(request, "kernel", None), (1, 1)
    if isinstance(request, PoolingRequest | InvarianceRequest):
        size = request.window if isinstance(request, InvarianceRequest) else request.kernel_size
        window = (size, size) if isinstance(size, int) else size
    times = len(request.positions) + 1 if isinstance(request, InvarianceRequest) else 1
    each = (kernel.size if isinstance(kernel, np.ndarray) else 1) + prod(window)
    return times * _padded(source.shape, getattr(request, "padding", None)) * each


def _padded(shape: tuple[int, ...], padding: object) -> int:
    """Values of an input with its padding; a padding by name adds less than the input has."""
    most = max(padding) if isinstance(padding, tuple) and padding else 0
    return prod(side + 2 * most for side in shape)


def _of_convolution(request: MatrixRequest) -> int:
    """The planned multiplications and output values; none where the plan is refused, which takes no time."""
    settings = Settings(**{name: getattr(request, name) for name in Settings.__dataclass_fields__})
    kernel = request.kernel if request.kernel.ndim == 4 else request.kernel[None, None]
    maps = request.input if request.input.ndim == 3 else request.input[None]
    try:
        arithmetic = plan(maps.shape, kernel.shape, settings)
    except OperationError:
        return 0
    partials = maps.shape[0] if getattr(request, "partials", False) else 1
    return arithmetic.macs + VALUE * prod(arithmetic.output_shape) * partials
