"""Errors of one field of a request, and the values that were sent in it as short text."""

import itertools
import json
from collections.abc import Iterable
from typing import Final

import numpy as np

from convnets.why import ExplainedError, Value

LONGEST: Final = 60  # characters of a value that are repeated
MOST: Final = 4  # items of a list or an object that are repeated
LARGEST_BITS: Final = 4096
DEEPEST: Final = 2  # lists in lists that are repeated


class FieldError(ExplainedError, ValueError):
    """A value of a request that is not allowed. `field` names it where pydantic does not know it."""

    def __init__(self, code: str, sentence: str, /, **values: Value) -> None:
        super().__init__(code, sentence, **values)


def sent(value: object) -> str:
    """A value as JSON, shortened to at most `LONGEST` characters; the same in every language."""
    text = _text(value, DEEPEST)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _text(value: object, depth: int) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{list(value.shape)}"
    if isinstance(value, (bytes, bytearray)):
        return f"bytes[{len(value)}]"
    if isinstance(value, (list, tuple)):
        return f"[{_joined((_text(item, depth - 1) for item in value), len(value), depth)}]"
    if isinstance(value, dict):
        pairs = (f"{_text(str(name), 0)}: {_text(item, depth - 1)}" for name, item in value.items())
        return f"{{{_joined(pairs, len(value), depth)}}}"
    if isinstance(value, str):
        return json.dumps(value[:LONGEST], ensure_ascii=False)
    if isinstance(value, int) and value.bit_length() > LARGEST_BITS:
        return f"int[{value.bit_length()} bits]"  # more digits than Python writes
    return json.dumps(value) if value is None or isinstance(value, (bool, int, float)) else type(value).__name__


def _joined(items: Iterable[str], count: int, depth: int) -> str:
    """The first items; all of them count, none is read beyond those that are repeated."""
    if count and depth <= 0:
        return "…"
    return ", ".join([*itertools.islice(items, MOST), *(["…"] if count > MOST else [])])
