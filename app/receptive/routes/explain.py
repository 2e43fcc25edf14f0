"""The arithmetic of one value of a layer, for one picture."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Request
from starlette.responses import Response

from receptive.queries.explain import Explain, Explanation
from receptive.routes.inputs import described, in_pool, network_of, parse_request, refuse_blank, run_query
from receptive.routes.negotiation import JSON, SAFETENSORS, wanted
from receptive.routes.operations.endpoint import encode_response
from receptive.routes.problems import documented
from receptive.schemas import ExplainAnswer, ExplainRequest

router = APIRouter(tags=["inference"])

_IMAGE: Final = {"type": "string", "format": "binary", "description": "a PNG, JPEG or WebP file, at most 25 megapixels"}
_MESSAGE: Final = ExplainRequest.model_json_schema()
_FIELDS: Final = {name: field for name, field in _MESSAGE["properties"].items() if name not in ("image", "pixels")}
_SEVEN: Final = [[255, 0, 0, 0, 255], [255, 255, 255, 0, 255], [255, 255, 0, 255, 255], [255, 255, 0, 255, 255]]
_EXAMPLE: Final = {"pixels": _SEVEN, "layer": "c3", "map": 2, "row": 4, "column": 5}
_BODY: Final = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["image", "layer", "map"],
                "properties": {"image": _IMAGE, **_FIELDS},
                "additionalProperties": False,
            }
        },
        JSON: {
            "schema": _MESSAGE,
            "examples": {"c3": {"summary": "a value of the second convolution", "value": _EXAMPLE}},
        },
    },
}


@router.post(
    "/explain",
    summary="How one value of a layer is computed",
    response_model=ExplainAnswer,
    openapi_extra={"requestBody": _BODY},
    responses={
        200: {"content": {SAFETENSORS: {"schema": {"type": "string", "format": "binary"}}}},
        **documented(406, 409, 413, 415, 422, 503),
    },
)
async def explain(request: Request, accept: Annotated[str | None, Header(include_in_schema=False)] = None) -> Response:
    """Return the inputs that the value reads, their weights, products and sum, and where the window lies.

    The picture is sent as to /predict. A value is named by its map, row and column; of a vector, by `map` alone.
    Normalization, activation and dropout are layers of their own: ask for each by its name, with the same place.

    With `Accept: application/vnd.safetensors`, `inputs`, `weights` and `products` are tensors, and all other fields
    are JSON in the file's metadata, under `answer`.
    """
    kind = wanted(accept)
    state = request.app.state
    message, preparation = await parse_request(request, ExplainRequest, {}, state.pool)
    refuse_blank(preparation)
    name = network_of(message)
    about = await described(state.engine, name)
    query = Explain(name, preparation.input, message.layer, message.map, message.row, message.column)
    explanation = await run_query(request, about, query)
    return await in_pool(state.pool, _encoded, query, explanation, kind)


def _encoded(query: Explain, explanation: Explanation, kind: str) -> Response:
    """The answer as JSON or safetensors."""
    answer: dict[str, Any] = {
        "model": query.network,
        "layer": query.layer,
        "kind": explanation.kind,
        "map": query.map,
        "row": query.row,
        "column": query.column,
        "reads": list(explanation.reads),
        "maps": None if explanation.maps is None else list(explanation.maps),
        "window": _window(explanation),
        "shape": list(explanation.inputs.shape),
        "inputs": explanation.inputs,
        "weights": explanation.weights,
        "products": explanation.products,
        "bias": explanation.bias,
        "sum": explanation.sum,
        "function": explanation.function,
        "value": explanation.value,
        "epsilon": explanation.epsilon,
        "facts": {name: values.tolist() for name, values in explanation.facts.items()},
    }
    return encode_response(answer, kind)


def _window(explanation: Explanation) -> dict[str, list[int]] | None:
    """The window's first cell, its cells along each axis and the distance between them; None without a window."""
    first, step = explanation.first, explanation.step
    if first is None or step is None:
        return None
    return {"first": list(first), "size": list(explanation.inputs.shape[-len(first) :]), "step": list(step)}
