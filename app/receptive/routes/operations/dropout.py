"""Routes of dropout: on any numbers, and inside a network."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Header, Request
from starlette.responses import Response

from receptive.engine.local import LARGEST_BATCH, Batch, Engine
from receptive.operations.limits import check_arithmetic
from receptive.routes import inputs
from receptive.routes.negotiation import JSON, SAFETENSORS, wanted
from receptive.routes.operations.machinery import answered, documentation, told
from receptive.routes.operations.workbench import Workbench
from receptive.routes.problems import documented
from receptive.schemas.layers import DropoutAnswer, DropoutNetworkAnswer, DropoutNetworkRequest, DropoutRequest

if TYPE_CHECKING:
    from torch import Tensor

    from receptive.networks.loaded import Hosted

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
    return await answered(request, DropoutRequest, _dropout)


def _dropout(asked: DropoutRequest) -> dict[str, Any]:
    import torch

    from receptive.operations.dropout import dropout

    values = torch.from_numpy(asked.input)
    return dropout(values, asked.rate, asked.seed, asked.training, asked.whole_channels)._asdict()


# --- in a network

_IMAGE: Final = {"type": "string", "format": "binary", "description": "a PNG, JPEG or WebP file, at most 25 megapixels"}
_MESSAGE: Final = DropoutNetworkRequest.model_json_schema()
_FIELDS: Final = {name: kind for name, kind in _MESSAGE["properties"].items() if name not in ("image", "pixels")}
_SEVEN: Final = [[255, 0, 0, 0, 255], [255, 255, 255, 0, 255], [255, 255, 0, 255, 255], [255, 255, 0, 255, 255]]
_BODY: Final = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {"type": "object", "required": ["image", "layer"], "properties": {"image": _IMAGE, **_FIELDS}}
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
    workbench: Workbench = state.workbench
    asked, preparation = await inputs.asked_of(request, DropoutNetworkRequest, {}, state.pool)
    inputs.refuse_blank(preparation)
    name = inputs.network_of(asked)
    hosted = await inputs.hosted_by(engine, name)
    shape = hosted.shapes.get(asked.layer)
    if shape is None:
        raise inputs.unknown_layer("layer", asked.layer, name, hosted.shapes)
    macs = sum(layer["macs"] for layer in _behind(await engine.call(lambda: hosted.layers), asked.layer))
    check_arithmetic(macs * asked.draws, "draws")
    masks = await workbench.call(lambda: _masks(asked, shape))
    plain = await engine.call(lambda: hosted.look_at([preparation.input]))
    draws = [
        await engine.call(partial(_logits, hosted, plain, asked, some))
        for some in masks.split(LARGEST_BATCH)  # whoever draws a digit meanwhile is answered in between
    ]
    words = {"model": name, "layer": asked.layer, "shape": list(shape), "classes": list(hosted.network.classes)}
    return await workbench.call(lambda: told({**words, **_spread(plain, asked, masks[0], draws)}, kind))


def _behind(layers: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """The layers that are computed for every draw: those up to the named one are computed once."""
    names = [layer["name"] for layer in layers]
    return layers[names.index(name) + 1 :]


def _masks(asked: DropoutNetworkRequest, shape: tuple[int, ...]) -> "Tensor":
    import torch

    from receptive.operations.dropout import masks

    drawn = masks(shape, asked.rate, asked.seed, asked.draws, asked.whole_channels)
    return drawn if asked.training else torch.ones_like(drawn)


def _logits(hosted: "Hosted", plain: Batch, asked: DropoutNetworkRequest, masks: "Tensor") -> "Tensor":
    """(draws, classes). To be called in the engine's thread."""
    import torch

    from receptive.operations.dropout import carried_on, scale

    module = hosted.module
    source = torch.from_numpy(plain.input).to(next(module.parameters()).device)
    scores: Callable[[Tensor], Tensor] = getattr(module, "logits", lambda output: output)
    return scores(carried_on(module, source, asked.layer, masks, scale(asked.rate, asked.training))).cpu()


def _spread(plain: Batch, asked: DropoutNetworkRequest, mask: "Tensor", draws: list["Tensor"]) -> dict[str, Any]:
    """The first draw's mask at work, and the answers of all draws."""
    import torch

    from receptive.operations.dropout import scale, scaled

    factor = scale(asked.rate, asked.training)
    before = torch.from_numpy(plain.layers[asked.layer][0])
    logits = torch.cat(draws)
    probabilities = torch.softmax(logits, dim=1)
    return {
        "before": before,
        "mask": mask,
        "after": scaled(before, mask, factor),
        "scale": factor,
        "logits": logits,
        "probabilities": probabilities,
        "mean": probabilities.mean(0),
        "standard_deviation": probabilities.std(0, correction=0),
        "evaluated": plain.probabilities[0],
    }
