"""Tensors and pairs as a request carries them: numbers in nested lists, checked fast, or arrays out of safetensors."""

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from receptive.operations.limits import INPUT_VALUES, LARGEST_VALUE
from receptive.schemas.field import FieldError, sent

Array = NDArray[np.float32]
NESTINGS: Final = ("number", "[n]", "[rows][columns]", "[channels][rows][columns]", "[n][channels][rows][columns]")


class _Checked:
    """A marker in Annotated[…] that parses a value and gives its schema."""

    def read(self, value: object) -> object:
        """The value as what stands below uses it. Raises FieldError."""
        raise NotImplementedError

    def schema(self) -> JsonSchemaValue:
        """The value in JSON Schema."""
        raise NotImplementedError

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return self.schema()


@dataclass(frozen=True)
class Numbers(_Checked):
    """A float32 array of one of these dimensions, with at least one value: Annotated[Array, Numbers(2, 3)].

    From nested lists or from an array; every value finite and at most `largest`, either sign. In an answer, whose
    values may be any, `largest` is infinity.
    """

    dimensions: tuple[int, ...]
    most: int
    largest: float

    def __init__(self, *dimensions: int, most: int = INPUT_VALUES, largest: float = LARGEST_VALUE) -> None:
        object.__setattr__(self, "dimensions", dimensions)
        object.__setattr__(self, "most", most)
        object.__setattr__(self, "largest", largest)

    def read(self, value: object) -> Array:
        """The array. Raises FieldError."""
        array = self._from_array(value) if isinstance(value, np.ndarray) else self._from_lists(value)
        small = np.abs(array) <= self.largest  # False for what is no number
        if not small.all():
            at = np.unravel_index(int(np.argmin(small)), array.shape)
            raise FieldError(
                "value-out-of-range",
                "the value at {place} is {sent}; finite numbers from -{limit} to {limit} are allowed",
                place=_place(at),
                sent=f"{float(array[at]):g}",
                limit=f"{self.largest:g}",
            )
        return np.ascontiguousarray(array, np.float32)

    def schema(self) -> JsonSchemaValue:
        """Lists in lists of numbers."""
        kinds = []
        for depth in self.dimensions:
            kind: JsonSchemaValue = {"type": "number"}
            if math.isfinite(self.largest):
                kind |= {"minimum": -self.largest, "maximum": self.largest}
            for _ in range(depth):
                kind = {"type": "array", "items": kind, "minItems": 1}
            kinds.append(kind)
        return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}

    def _from_array(self, array: NDArray[Any]) -> NDArray[Any]:
        if array.dtype.kind not in "fiu":
            raise FieldError("values-no-numbers", "values of type {type}; numbers are needed", type=str(array.dtype))
        self._check_depth(array.ndim)
        self._check_count(array.size)
        return array if array.dtype in (np.float32, np.float64) else array.astype(np.float64)

    def _from_lists(self, value: object) -> NDArray[np.float64]:
        shape: list[int] = []
        level: list[Any] = [value]
        while level and isinstance(level[0], list):
            self._check_depth(len(shape) + 1, at_least=True)
            lengths = [len(item) if isinstance(item, list) else None for item in level]
            if lengths.count(lengths[0]) != len(lengths):
                raise _ragged(shape, lengths)
            shape.append(len(level[0]))
            self._check_count(len(level) * len(level[0]))
            level = list(itertools.chain.from_iterable(level))
        self._check_depth(len(shape))
        if not set(map(type, level)) <= {int, float}:
            at = next(place for place, item in enumerate(level) if type(item) not in (int, float))
            raise FieldError(
                "value-no-number",
                "the value at {place} is {sent}; a number is needed",
                place=_place(np.unravel_index(at, shape)),
                sent=sent(level[at]),
            )
        try:
            return np.array(level, np.float64).reshape(shape)
        except OverflowError:
            raise FieldError("number-too-large", "holds a number that no float can hold") from None

    def _check_depth(self, depth: int, at_least: bool = False) -> None:
        known = [each for each in self.dimensions if each == depth or (at_least and each >= depth)]
        if not known:
            raise FieldError(
                "wrong-dimensions",
                "{sent} dimensions; {allowed} is needed",
                sent=f"{depth}+" if at_least else str(depth),
                allowed=" | ".join(NESTINGS[each] for each in self.dimensions),
            )

    def _check_count(self, count: int) -> None:
        if not 1 <= count <= self.most:
            raise FieldError("wrong-count", "{count} values; 1 to {limit} are allowed", count=count, limit=self.most)


def _place(at: Iterable[Any]) -> str:
    return str([int(index) for index in at])


def _ragged(above: list[int], lengths: list[int | None]) -> FieldError:
    """The error of the first list at one level that is not as long as the first."""
    at = next(place for place, length in enumerate(lengths) if length != lengths[0])
    where = [int(index) for index in np.unravel_index(at, above)]
    row = str(where if len(where) > 1 else where[0])
    if None in (lengths[0], lengths[at]):
        return FieldError("row-no-list", "row {row} and the first row differ: one is a list, one is not", row=row)
    return FieldError(
        "ragged",
        "row {row} has {count} values, the first row has {needed}; all rows need the same number",
        row=row,
        count=int(lengths[at] or 0),
        needed=int(lengths[0] or 0),
    )


def _whole(value: object) -> int | None:
    if type(value) is int:
        return value
    return int(value) if isinstance(value, float) and value.is_integer() else None


@dataclass(frozen=True)
class Whole(_Checked):
    """`length` whole numbers, or one that stands for all of them: Annotated[tuple[int, int], Whole(1, 256)]."""

    minimum: int
    maximum: int
    length: int = 2

    def read(self, value: object) -> tuple[int, ...]:
        """The numbers. Raises FieldError."""
        items = list(value) if isinstance(value, (list, tuple)) else [value] * self.length
        numbers = [number for number in map(_whole, items) if number is not None]
        if not len(numbers) == len(items) == self.length or not all(map(self._allows, numbers)):
            raise FieldError(
                "no-whole-numbers",
                "a whole number from {minimum} to {maximum} is needed, or {length} in a list; {sent} was sent",
                minimum=self.minimum,
                maximum=self.maximum,
                length=self.length,
                sent=sent(value),
            )
        return tuple(numbers)

    def schema(self) -> JsonSchemaValue:
        """A whole number, or a list of them."""
        number = {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}
        return {"anyOf": [number, {"type": "array", "items": number, "minItems": self.length, "maxItems": self.length}]}

    def _allows(self, number: int) -> bool:
        return self.minimum <= number <= self.maximum


@dataclass(frozen=True)
class Padding(_Checked):
    """A number, [rows, columns], [top, bottom, left, right] or one of these names; read as four numbers or a name."""

    names: tuple[str, ...]
    maximum: int

    def read(self, value: object) -> tuple[int, ...] | str:
        """Top, bottom, left, right, or the name. Raises FieldError."""
        if isinstance(value, str) and value in self.names:
            return value
        items = list(value) if isinstance(value, (list, tuple)) else [value]
        numbers = [number for number in map(_whole, items) if number is not None and 0 <= number <= self.maximum]
        if len(numbers) != len(items) or len(items) not in ((2, 4) if isinstance(value, (list, tuple)) else (1,)):
            raise FieldError(
                "no-padding",
                "a whole number from 0 to {maximum}, a list of 2 or 4 of them, or one of {names} is needed; "
                "{sent} was sent",
                maximum=self.maximum,
                names=", ".join(self.names),
                sent=sent(value),
            )
        return tuple(number for number in numbers for _ in range(4 // len(numbers)))

    def schema(self) -> JsonSchemaValue:
        """All four ways."""
        number = {"type": "integer", "minimum": 0, "maximum": self.maximum}
        lists = [{"type": "array", "items": number, "minItems": length, "maxItems": length} for length in (2, 4)]
        return {"anyOf": [number, *lists, {"enum": list(self.names), "type": "string"}]}
