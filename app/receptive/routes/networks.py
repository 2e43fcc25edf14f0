"""The catalogue, one network's layers as they were traced, and the values of its weights."""

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Header, Path, Request
from starlette.responses import Response

from convnets.catalogue import CATALOGUE, DEFAULT, Network
from receptive.engine.local import Engine
from receptive.routes.inputs import hosted_by, is_network, unknown_network
from receptive.routes.negotiation import SAFETENSORS, as_json, as_safetensors, wanted
from receptive.routes.problems import RefusalError, documented
from receptive.schemas import NetworkDetail, NetworkSummary, Weights
from receptive.schemas.field import sent

if TYPE_CHECKING:
    from receptive.networks.loaded import Hosted

router = APIRouter(prefix="/models", tags=["networks"])

Name = Annotated[str, Path(description="a name from /models, or run:<id>", max_length=64, examples=["lenet5"])]


@router.get("", summary="The catalogue")
def networks() -> list[NetworkSummary]:
    """Every network that can be asked; known before PyTorch is loaded."""
    return [NetworkSummary(**_summary(network)) for network in CATALOGUE.values()]


@router.get(
    "/{name}",
    summary="One network, layer by layer",
    response_model=NetworkDetail,
    responses=documented(404, 422, 503),
)
async def network(request: Request, name: Name) -> Response:
    """Its layers in forward order: kind, inputs, shapes, kernel, parameters, MACs, receptive field and jump."""
    engine: Engine = request.app.state.engine
    hosted = await _hosted(engine, name)
    layers = await engine.call(lambda: hosted.layers)
    means, stds = hosted.scale
    return as_json(
        {
            **_summary(hosted.network),
            "mean": hosted.network.mean,
            "std": hosted.network.std,
            "means": means,
            "stds": stds,
            "reading": hosted.reading.kind,
            "macs": sum(layer["macs"] for layer in layers),
            "connections": sum(layer["connections"] for layer in layers),
            "layers": layers,
            "targets": hosted.targets,
            "card": hosted.card,
        }
    )


@router.get(
    "/{name}/weights/{parameter}",
    summary="The values of one parameter",
    response_model=Weights,
    responses={
        200: {"content": {SAFETENSORS: {"schema": {"type": "string", "format": "binary"}}}},
        **documented(404, 406, 422, 503),
    },
)
async def weights(
    request: Request,
    name: Name,
    parameter: Annotated[str, Path(description="a name from /models/{name}", max_length=128, examples=["c1.weight"])],
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Response:
    """As JSON, or with `Accept: application/vnd.safetensors` as a file that holds this one tensor."""
    kind = wanted(accept)
    hosted = await _hosted(request.app.state.engine, name)
    values = hosted.parameters.get(parameter)
    if values is None:
        raise RefusalError.because(
            404,
            "no-such-parameter",
            "parameter: {sent} is no parameter of {model}; {known} are",
            sent=sent(parameter),
            model=name,
            known=", ".join(hosted.parameters),
        )
    if kind == SAFETENSORS:
        return as_safetensors({parameter: values}, {"model": name})
    return as_json({"model": name, "parameter": parameter, "shape": list(values.shape), "values": values})


async def _hosted(engine: Engine, name: str) -> "Hosted":
    if not is_network(name):
        raise unknown_network(name, 404)
    return await hosted_by(engine, name, 404)


def _summary(network: Network) -> dict[str, Any]:
    return {
        "name": network.name,
        "title": network.title,
        "paper": network.paper,
        "parameters": network.parameters,
        "classes": list(network.classes),
        "input_shape": list(network.input_shape),
        "default": network.name == DEFAULT,
    }
