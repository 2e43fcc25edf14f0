"""Limits of one operation, checked before anything is allocated."""

from collections.abc import Sequence
from math import prod
from typing import Final

from convnets.why import ExplainedError, Value

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


class OperationError(ExplainedError, ValueError):
    """An operation that cannot be computed: the field at fault, and a reason with the limit and the value sent."""

    def __init__(self, field: str, code: str, sentence: str, /, **values: Value) -> None:
        super().__init__(code, sentence, field=field, **values)
        self.field = field
        self.args = (f"{field}: {self.why}",)

    def about(self, field: str) -> "OperationError":
        """The same reason for another field."""
        values = {name: value for name, value in self.why.values.items() if name != "field"}
        return OperationError(field, self.why.code, self.why.sentence, **values)


def times(sides: Sequence[int]) -> str:
    """A shape in text: 3x32x32."""
    return "x".join(str(side) for side in sides)


def at_most(limit: int, count: int, field: str, code: str, sentence: str, /, **values: Value) -> None:
    """Refuse a count over the limit; the sentence may name both. Raises OperationError."""
    if count > limit:
        raise OperationError(field, code, sentence, count=count, limit=limit, **values)


def check_arithmetic(multiplications: int, field: str) -> None:
    """Refuse more multiplications than one request may cost. Raises OperationError."""
    at_most(
        MACS,
        multiplications,
        field,
        "too-much-arithmetic",
        "{count} multiplications would be needed; at most {limit} are allowed: send something smaller",
    )


def check_output(shape: Sequence[int], field: str) -> None:
    """Refuse an output of too many values. Raises OperationError."""
    at_most(
        OUTPUT_VALUES,
        prod(shape),
        field,
        "output-too-large",
        "the output of {shape} would have {count} values; at most {limit} are allowed",
        shape=times(shape),
    )


def check_padded(shape: Sequence[int], field: str) -> None:
    """Refuse a padded input of too many values. Raises OperationError."""
    at_most(
        OUTPUT_VALUES,
        prod(shape),
        field,
        "padded-too-large",
        "the padded input of {shape} would have {count} values; at most {limit} are allowed",
        shape=times(shape),
    )


def check_input(shape: Sequence[int], channels: int = 1) -> None:
    """Refuse an input of too many channels or values. Raises OperationError."""
    at_most(CHANNELS, channels, "input", "too-many-channels", "{count} channels; at most {limit} are allowed")
    at_most(INPUT_VALUES, prod(shape), "input", "input-too-large", "{count} values; at most {limit} are allowed")


def check_kernel_sides(sides: Sequence[int]) -> None:
    """Refuse a kernel with a side over the limit. Raises OperationError."""
    if max(sides) > KERNEL_SIDE:
        raise OperationError(
            "kernel",
            "kernel-side",
            "{shape}; sides of 1 to {limit} are allowed",
            shape=times(sides),
            limit=KERNEL_SIDE,
        )


def span_error(field: str, spans: Sequence[int], padded: Sequence[int]) -> OperationError:
    """The error of a window that spans more cells than the padded input has."""
    return OperationError(
        field,
        "window-exceeds-input",
        "the window spans {spans} cells and the input with its padding has {room}; use a smaller window",
        spans=times(spans),
        room=times(padded),
    )
