"""Routes that run a network on a picture: `/predict` returns classes, `/activations` the output of every layer."""

from math import prod
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response

from convnets.why import Why
from receptive.engine.interface import Engine
from receptive.networks.batch import Floats
from receptive.queries import activations as values
from receptive.queries.activations import Activate
from receptive.queries.description import Description
from receptive.queries.layers import Layers
from receptive.queries.prediction import Predict
from receptive.routes.inputs import (
    described,
    facts,
    in_pool,
    layers_in_query,
    network_of,
    parse_request,
    refuse_blank,
    run_query,
)
from receptive.routes.negotiation import SAFETENSORS, as_json, as_safetensors, wanted
from receptive.routes.problems import RefusalError, documented
from receptive.schemas import Activations, ActivationsRequest, Name, Prediction, PredictRequest

router = APIRouter(tags=["inference"])

USUAL_TOP: Final = 3
MOST_VALUES: Final = 1_048_576  # of the layers that are sent as JSON

Model = Annotated[
    Name | None, Query(description="a name from /models, or run:<id>; the default network if it is left out")
]


def _body(kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The two ways of sending a picture, for the OpenAPI document."""
    image = {"type": "string", "format": "binary", "description": "a PNG, JPEG or WebP file, at most 25 megapixels"}
    properties = {"image": image, **fields}
    form = {"type": "object", "required": ["image"], "properties": properties, "additionalProperties": False}
    seven = [[255, 0, 0, 0, 255], [255, 255, 255, 0, 255], [255, 255, 0, 255, 255], [255, 255, 0, 255, 255]]
    return {
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {"schema": form},
                "application/json": {
                    "schema": {"$ref": f"#/components/schemas/{kind}"},
                    "examples": {"pixels": {"summary": "a small 7, as grey values", "value": {"pixels": seven}}},
                },
            },
        }
    }


_NAME = "[A-Za-z0-9._:-]{1,64}"
_MODEL_FIELD = {"type": "string", "pattern": f"^{_NAME}$", "examples": ["lenet5", "lenet5-1998"]}
_PREDICT_BODY = _body(
    "PredictRequest", {"model": _MODEL_FIELD, "top_k": {"type": "integer", "minimum": 1, "maximum": 10}}
)
_ACTIVATIONS_BODY = _body(
    "ActivationsRequest",
    {
        "model": _MODEL_FIELD,
        "layers": {
            "type": "string",
            "pattern": f"^ *({_NAME})? *(, *({_NAME})? *)*$",
            "description": "names, parted by commas",
        },
    },
)


@router.post(
    "/predict",
    summary="Which digit is this?",
    response_model=Prediction,
    openapi_extra=_PREDICT_BODY,
    responses=documented(409, 413, 415, 422, 503),
)
async def predict(
    request: Request,
    model: Model = None,
    top_k: Annotated[int | None, Query(ge=1, le=10, description="how many of the likeliest classes to list")] = None,
) -> Response:
    """Send a picture of one digit, dark on light or light on dark, anywhere in the picture, of any size.

    The network of a run that learned from photos or from clothes is shown the whole picture as it was shown those:
    brought to their size and colours, with no ink looked for. Clothes on light paper are turned round, as those of
    Fashion-MNIST were. `input` tells each step.
    """
    state = request.app.state
    message, preparation = await parse_request(request, PredictRequest, {"model": model, "top_k": top_k}, state.pool)
    refuse_blank(preparation)
    name = network_of(message)
    about = await described(state.engine, name)
    prediction = await run_query(request, about, Predict(name, preparation.input))
    top = prediction.top(message.top_k or USUAL_TOP)
    return as_json(
        {
            "model": prediction.model,
            **top[0],
            "top": top,
            "logits": prediction.logits.tolist(),
            "input": facts(preparation).model_dump(),
        }
    )


@router.post(
    "/activations",
    summary="Every layer's values for one picture",
    response_model=Activations,
    openapi_extra=_ACTIVATIONS_BODY,
    responses={
        200: {"content": {SAFETENSORS: {"schema": {"type": "string", "format": "binary"}}}},
        **documented(406, 409, 413, 415, 422, 503),
    },
)
async def activations(
    request: Request,
    model: Model = None,
    layers: Annotated[list[str] | None, Query(max_length=64, description="every layer if it is left out")] = None,
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Response:
    """As JSON, or with `Accept: application/vnd.safetensors` as a file of float32 tensors.

    The file also holds `input`, normalized as the first layer reads it, `scores`, `logits` and `probabilities`.
    """
    kind = wanted(accept)
    state = request.app.state
    given = {"model": model, "layers": layers_in_query(layers)}
    message, preparation = await parse_request(request, ActivationsRequest, given, state.pool)
    refuse_blank(preparation)
    engine: Engine = state.engine
    name = network_of(message)
    about = await described(engine, name)
    for layer in message.layers or []:
        about.check_layer("layers", layer)
    if kind != SAFETENSORS:
        _check_length(about, message.layers)
    chosen = None if message.layers is None else tuple(message.layers)
    answer = await run_query(request, about, Activate(name, preparation.input, chosen))
    kinds = {} if kind == SAFETENSORS else {row["name"]: row["kind"] for row in await engine.ask(Layers(name))}
    return await in_pool(state.pool, _encoded, answer, kinds)


def _check_length(about: Description, layers: list[str] | None) -> None:
    """Refuse more values than are sent as JSON, which takes twenty bytes for each. Raises RefusalError."""
    values = sum(prod(shape) for name, shape in about.shapes.items() if layers is None or name in layers)
    if values > MOST_VALUES:
        why = Why(
            "too-many-values",
            "layers: {count} values; at most {most} are sent as JSON. Name fewer layers, or send "
            "Accept: application/vnd.safetensors",
            {"count": values, "most": MOST_VALUES},
        )
        raise RefusalError(422, str(why), why=why)


def _encoded(answer: values.Activations, kinds: dict[str, str]) -> Response:
    """The response, as JSON where the kinds of the layers are given, else as safetensors."""
    prediction = answer.prediction
    index = prediction.index
    label = prediction.classes[index]
    if not kinds:
        more = {
            "input": answer.input,
            "scores": answer.scores,
            "logits": prediction.logits,
            "probabilities": prediction.probabilities,
        }
        return as_safetensors({**more, **answer.layers}, {"model": prediction.model, "label": label})
    rows = [_row(layer, kinds[layer], output) for layer, output in answer.layers.items()]
    head = {"model": prediction.model, "label": label, "index": index}
    return as_json({**head, "probability": float(prediction.probabilities[index]), "layers": rows})


def _row(name: str, kind: str, output: Floats) -> dict[str, object]:
    return {
        "name": name,
        "kind": kind,
        "shape": list(output.shape),
        "minimum": float(output.min()),
        "maximum": float(output.max()),
        "mean": float(output.mean()),
        "values": output,
    }
