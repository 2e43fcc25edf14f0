"""Limits of operations and bounds of requests, for the front-end: `python -m receptive.schemas.limits` writes them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from receptive.operations import limits
from receptive.schemas.inference import Drawable
from receptive.schemas.message import Message
from receptive.schemas.operations import OperationRequest
from receptive.training.settings import RunSettings

FILE: Final = Path(__file__).parents[3] / "static" / "src" / "wire" / "limits.json"
LIMITS: Final = {
    "channels": limits.CHANNELS,
    "filters": limits.FILTERS,
    "inputs": limits.INPUT_VALUES,
    "kernel": limits.KERNEL_SIDE,
    "window": limits.WINDOW_SIDE,
    "step": limits.STEP,
    "outputs": limits.OUTPUT_VALUES,
    "cells": limits.MATRIX_CELLS,
    "macs": limits.MACS,
    "value": int(limits.LARGEST_VALUE),
}
KEYWORDS: Final = {
    "minimum": "min", "maximum": "max", "exclusiveMinimum": "above", "exclusiveMaximum": "below", "maxItems": "length"
}  # of JSON Schema, and their names in the front-end  # fmt: skip


def text() -> str:
    """The file's content."""
    bounds: dict[str, dict[str, dict[str, float]]] = {}
    kinds: list[type[BaseModel]] = [*_below(OperationRequest), *_below(Drawable), RunSettings]
    for kind in kinds:
        schema = kind.model_json_schema()
        for name, definition in ((kind.__name__, schema), *schema.get("$defs", {}).items()):
            fields = {field: _bounds(each) for field, each in definition.get("properties", {}).items()}
            bounds[name] = {field: limits for field, limits in fields.items() if limits}
    kept = {name: fields for name, fields in sorted(bounds.items()) if fields}
    return json.dumps({"LIMITS": LIMITS, "BOUNDS": kept}, indent=2).replace("e-0", "e-") + "\n"


def _below(kind: type[Message]) -> Iterator[type[BaseModel]]:
    for child in kind.__subclasses__():
        yield from (child, *_below(child))


def _bounds(schema: dict[str, Any]) -> dict[str, float]:
    """The bounds of a number, or of the numbers in a list."""
    limits = {KEYWORDS[name]: _number(value) for name, value in schema.items() if name in KEYWORDS}
    inner = [schema["items"]] if isinstance(schema.get("items"), dict) else []
    for each in (*schema.get("anyOf", ()), *inner):
        if each.get("type") in ("integer", "number"):
            limits |= {KEYWORDS[name]: _number(value) for name, value in each.items() if name in KEYWORDS}
    return limits


def _number(value: float) -> float:
    return int(value) if float(value).is_integer() else value


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
