"""Routes of dropout: on any numbers, and inside a network."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Request
from starlette.responses import Response

from receptive.engine.interface import Engine
from receptive.queries.dropout import Draws, Drop
from receptive.routes import inputs
from receptive.routes.negotiation import JSON, SAFETENSORS, wanted
from receptive.routes.operations.endpoint import documentation, encode_response, run_operation
from receptive.routes.problems import documented
from receptive.schemas.layers import DropoutAnswer, DropoutNetworkAnswer, DropoutNetworkRequest, DropoutRequest

router = APIRouter(prefix="/dropout")


@router.post(
    "",
    summary="Apply dropout to an input",
    **documentation(
        DropoutRequest,
        DropoutAnswer,
        {
            "values": {"input": [1, 2, 3, 4, 5, 6], "rate": 0.5, "seed": 1},
            "channels": {"input": [[[1, 2]], [[3, 4]], [[5, 6]]], "rate": 0.3, "seed": 1, "whole_channels": True},
        },
    ),
)
async def dropout(request: Request) -> Response:
    """Set values to zero at random and multiply the others by 1 / (1 - rate). The same seed drops the same values."""
    return await run_operation(request, DropoutRequest, _dropout)


def _dropout(request: DropoutRequest) -> dict[str, Any]:
    import torch

    from receptive.operations.dropout import dropout

    values = torch.from_numpy(request.input)
    return dropout(values, request.rate, request.seed, request.training, request.whole_channels)._asdict()


# --- in a network

_IMAGE: Final = {"type": "string", "format": "binary", "description": "a PNG, JPEG or WebP file, at most 25 megapixels"}
_MESSAGE: Final = DropoutNetworkRequest.model_json_schema()
_FIELDS: Final = {name: kind for name, kind in _MESSAGE["properties"].items() if name not in ("image", "pixels")}
_SEVEN: Final = [[255, 0, 0, 0, 255], [255, 255, 255, 0, 255], [255, 255, 0, 255, 255], [255, 255, 0, 255, 255]]
_BODY: Final = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["image", "layer"],
                "properties": {"image": _IMAGE, **_FIELDS},
                "additionalProperties": False,
            }
        },
        JSON: {"schema": _MESSAGE, "examples": {"c1": {"value": {"pixels": _SEVEN, "layer": "c1_relu", "draws": 3}}}},
    },
}


@router.post(
    "/network",
    summary="Run a network with dropout at one layer",
    response_model=DropoutNetworkAnswer,
    openapi_extra={"requestBody": _BODY},
    responses={
        200: {"content": {SAFETENSORS: {"schema": {"type": "string", "format": "binary"}}}},
        **documented(406, 413, 415, 422, 503),
    },
)
async def network(request: Request, accept: Annotated[str | None, Header(include_in_schema=False)] = None) -> Response:
    """Draw masks for the outputs of one layer. Returns the prediction of every draw, and the one without dropout.

    The picture is sent as to /predict. All masks together may have at most 1,048,576 values; the layers after the
    masked one may take at most 200,000,000 multiplications in all draws.
    """
    kind = wanted(accept)
    state = request.app.state
    engine: Engine = state.engine
    message, preparation = await inputs.parse_request(request, DropoutNetworkRequest, {}, state.pool)
    inputs.refuse_blank(preparation)
    name = inputs.network_of(message)
    about = await inputs.described(engine, name)
    about.check_layer("layer", message.layer)
    settings = {
        name: getattr(message, name) for name in ("layer", "rate", "seed", "draws", "whole_channels", "training")
    }
    draws = await inputs.run_query(request, about, Drop(name, preparation.input, **settings))
    return await inputs.in_pool(state.pool, _encoded, name, message.layer, draws, kind)


def _encoded(model: str, layer: str, draws: Draws, kind: str) -> Response:
    """The response as JSON or safetensors."""
    return encode_response(
        {
            "model": model,
            "layer": layer,
            "shape": list(draws.before.shape),
            "classes": list(draws.classes),
            "before": draws.before,
            "mask": draws.mask,
            "after": draws.after,
            "scale": draws.scale,
            "logits": draws.logits,
            "probabilities": draws.probabilities,
            "mean": draws.probabilities.mean(0),
            "standard_deviation": draws.probabilities.std(0),
            "evaluated": draws.evaluated,
        },
        kind,
    )
