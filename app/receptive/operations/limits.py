"""What is too large to be computed for a visitor, refused before anything is allocated."""

from collections.abc import Sequence
from typing import Final

CHANNELS: Final = 64
FILTERS: Final = 64
INPUT_VALUES: Final = 262_144
KERNEL_SIDE: Final = 11  # of convolutions
WINDOW_SIDE: Final = 256  # of pooling
STEP: Final = 256  # of stride, dilation and padding on each side
OUTPUT_VALUES: Final = 1_048_576  # also of the padded input, and of partial maps
MATRIX_CELLS: Final = 65_536
MACS: Final = 200_000_000
LARGEST_VALUE: Final = 1e9  # of an input or a weight, either sign: sums of their products stay finite in float32


class OperationError(ValueError):
    """What cannot be computed: the field that is to blame, and a message with the limit and the value."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


def times(sides: Sequence[int]) -> str:
    """A shape as it is said: 3x32x32."""
    return "x".join(str(side) for side in sides)


def at_most(limit: int, value: int, field: str, what: str) -> None:
    """Refuse a value over the limit; `what` says what it counts. Raises OperationError."""
    if value > limit:
        raise OperationError(field, f"{what}: {value:,}; at most {limit:,} are allowed")
