"""What a network says of a picture: `/predict` in a few words, `/activations` with every layer's values."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Self

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response

from receptive.engine.local import Batch, Engine, Floats
from receptive.preprocessing.steps import Preparation
from receptive.routes.inputs import asked_of, facts, hosted_by, layers_in_query, network_of, refuse_blank, unknown_layer
from receptive.routes.negotiation import SAFETENSORS, as_json, as_safetensors, wanted
from receptive.routes.problems import documented
from receptive.schemas import Activations, ActivationsRequest, Name, Prediction, PredictRequest

router = APIRouter(tags=["inference"])

USUAL_TOP: Final = 3

Model = Annotated[
    Name | None, Query(description="a name from /models, or run:<id>; the default network if it is left out")
]


def _body(kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The two ways of sending a picture, for the OpenAPI document."""
    image = {"type": "string", "format": "binary", "description": "a PNG, JPEG or WebP file, at most 25 megapixels"}
    form = {"type": "object", "required": ["image"], "properties": {"image": image, **fields}}
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


_MODEL_FIELD = {"type": "string", "examples": ["lenet5", "lenet5-1998"]}
_PREDICT_BODY = _body(
    "PredictRequest", {"model": _MODEL_FIELD, "top_k": {"type": "integer", "minimum": 1, "maximum": 10}}
)
_ACTIVATIONS_BODY = _body(
    "ActivationsRequest",
    {"model": _MODEL_FIELD, "layers": {"type": "string", "description": "names, parted by commas"}},
)


class PictureQuestion:
    """One picture over REST, answered with the batch that it was part of and its row there."""

    __slots__ = ("_ink", "network")

    def __init__(self, network: str, preparation: Preparation) -> None:
        self.network = network
        self._ink = preparation.input

    @classmethod
    def together(cls, questions: Sequence[Self]) -> None:
        """The pictures were prepared before."""

    def ink(self) -> Floats | None:
        """The prepared picture."""
        return self._ink

    def answer(self, batch: Batch | None, row: int) -> tuple[Batch, int]:
        """Where the answer stands."""
        if batch is None:
            raise RuntimeError("a picture with ink was not shown to the network")
        return batch, row


@router.post(
    "/predict",
    summary="Which digit is this?",
    response_model=Prediction,
    openapi_extra=_PREDICT_BODY,
    responses=documented(413, 415, 422, 503),
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
    asked, preparation = await asked_of(request, PredictRequest, {"model": model, "top_k": top_k}, state.pool)
    refuse_blank(preparation)
    batch, row = await _answered(state.engine, network_of(asked), preparation)
    classes = batch.network.classes
    probabilities = batch.probabilities[row]
    ranked = (-probabilities).argsort(kind="stable")[: asked.top_k or USUAL_TOP]
    top = [{"label": classes[i], "index": int(i), "probability": float(probabilities[i])} for i in ranked]
    return as_json(
        {
            "model": batch.network.name,
            **top[0],
            "top": top,
            "logits": batch.logits[row].tolist(),
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
        **documented(406, 413, 415, 422, 503),
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
    asked, preparation = await asked_of(request, ActivationsRequest, given, state.pool)
    refuse_blank(preparation)
    name = network_of(asked)
    hosted = await hosted_by(state.engine, name)
    for layer in asked.layers or []:
        if layer not in hosted.shapes:
            raise unknown_layer("layers", layer, name, hosted.shapes)
    names = [layer for layer in hosted.shapes if asked.layers is None or layer in asked.layers]
    batch, row = await _answered(state.engine, name, preparation)
    probabilities = batch.probabilities[row]
    index = int(probabilities.argmax())
    label = batch.network.classes[index]
    if kind == SAFETENSORS:
        tensors = {layer: batch.layers[layer][row] for layer in names}
        more = {
            "input": batch.input[row],
            "scores": batch.scores[row],
            "logits": batch.logits[row],
            "probabilities": probabilities,
        }
        return as_safetensors({**more, **tensors}, {"model": name, "label": label})
    kinds = await state.engine.call(lambda: hosted.kinds)
    rows = [_told(layer, kinds[layer], batch.layers[layer][row]) for layer in names]
    head = {"model": name, "label": label, "index": index, "probability": float(probabilities[index])}
    return as_json({**head, "layers": rows})


def _told(name: str, kind: str, values: Floats) -> dict[str, object]:
    return {
        "name": name,
        "kind": kind,
        "shape": list(values.shape),
        "minimum": float(values.min()),
        "maximum": float(values.max()),
        "mean": float(values.mean()),
        "values": values,
    }


async def _answered(engine: Engine, network: str, preparation: Preparation) -> tuple[Batch, int]:
    await hosted_by(engine, network)
    return await engine.ask(PictureQuestion(network, preparation))
