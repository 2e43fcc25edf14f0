"""Tensors as the client asked for them: JSON for people, safetensors for programs."""

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


def wanted(accept: str | None) -> str:
    """Which of JSON and safetensors an Accept header prefers; JSON where it does not mind. Refuses with 406."""
    return preferred(accept, (JSON, SAFETENSORS))


def preferred(accept: str | None, kinds: Sequence[str]) -> str:
    """Which of some media types an Accept header prefers; the first where it does not mind. Refuses with 406."""
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
    """An answer in JSON; what is no finite number is null."""
    return Response(orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY), media_type=JSON, headers=VARIES)


def as_safetensors(tensors: Mapping[str, NDArray[Any]], words: Mapping[str, str]) -> Response:
    """An answer in safetensors; `words` is its metadata."""
    whole = {name: np.ascontiguousarray(values) for name, values in tensors.items()}
    return Response(save(whole, dict(words)), media_type=SAFETENSORS, headers=VARIES)


VARIES: Final = {"Vary": "Accept"}
