"""Content negotiation: tensors as JSON for people, as safetensors for programs."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray
from safetensors.numpy import save
from starlette.responses import Response

from receptive.routes.problems import RefusalError
from receptive.schemas.field import sent

JSON: Final = "application/json"
SAFETENSORS: Final = "application/vnd.safetensors"
LONGEST_PIECE: Final = 16_384  # values that are written as JSON in one go


def wanted(accept: str | None) -> str:
    """Choose JSON or safetensors by the Accept header; JSON if it has no preference. Refuses with 406."""
    return preferred(accept, (JSON, SAFETENSORS))


def preferred(accept: str | None, kinds: Sequence[str]) -> str:
    """Choose one of the media types by the Accept header; the first if it has no preference. Refuses with 406."""
    if not accept or not accept.strip():
        return kinds[0]
    weights = dict.fromkeys(kinds, (0.0, -1))
    for item in accept.split(","):
        media, *parameters = (part.strip().lower() for part in item.split(";"))
        quality = _quality(parameters)
        for kind in weights:
            any_of_it = f"{kind.partition('/')[0]}/*"
            closeness = 2 if media == kind else 1 if media == any_of_it else 0 if media == "*/*" else -1
            if closeness > weights[kind][1]:
                weights[kind] = (quality, closeness)
    best = max(weights, key=lambda kind: weights[kind])
    if weights[best][0] <= 0:
        raise RefusalError.because(
            406,
            "not-acceptable",
            "Accept: {known} can be had here; {sent} was sent",
            sent=sent(accept),
            known=", ".join(kinds),
        )
    return best


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return min(max(float(parameter[2:]), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def as_json(content: Any) -> Response:
    """A JSON response; NaN and infinite values are null."""
    raw = orjson.dumps(_in_pieces(content), option=orjson.OPT_SERIALIZE_NUMPY)
    return Response(raw, media_type=JSON, headers=VARIES)


def _in_pieces(content: Any) -> Any:
    """The same content, its long arrays as JSON already.

    orjson keeps the interpreter to itself while it writes: a million values in one go would stop everybody's strokes
    for 40 ms, so they are written some thousands at a time.
    """
    if isinstance(content, dict):
        return {name: _in_pieces(value) for name, value in content.items()}
    if isinstance(content, list) and content and isinstance(content[0], dict):
        return [_in_pieces(each) for each in content]
    if isinstance(content, np.ndarray) and content.size > LONGEST_PIECE:
        return orjson.Fragment(_written(content))
    return content


def _written(values: NDArray[Any]) -> bytes:
    if values.size <= LONGEST_PIECE:
        return orjson.dumps(np.ascontiguousarray(values), option=orjson.OPT_SERIALIZE_NUMPY)
    if values.ndim == 1:
        pieces = [values[start : start + LONGEST_PIECE] for start in range(0, len(values), LONGEST_PIECE)]
        return b"[%b]" % b",".join(_written(piece)[1:-1] for piece in pieces)
    return b"[%b]" % b",".join(_written(row) for row in values)


def as_safetensors(tensors: Mapping[str, NDArray[Any]], words: Mapping[str, str]) -> Response:
    """A safetensors response with `words` as its metadata."""
    whole = {name: np.ascontiguousarray(values) for name, values in tensors.items()}
    return Response(save(whole, dict(words)), media_type=SAFETENSORS, headers=VARIES)


VARIES: Final = {"Vary": "Accept"}
