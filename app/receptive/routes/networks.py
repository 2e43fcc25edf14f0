"""The catalogue, one network's layers as they were traced, and the values of its weights."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request
from starlette.responses import Response

from convnets.catalogue import CATALOGUE, DEFAULT
from convnets.network import Network
from receptive.engine.interface import Engine
from receptive.queries.description import Description
from receptive.queries.layers import Layers
from receptive.queries.parameter import Parameter
from receptive.queries.query import QueryError
from receptive.routes.inputs import described, is_network, unknown_network
from receptive.routes.negotiation import SAFETENSORS, as_json, as_safetensors, wanted
from receptive.routes.problems import RefusalError, documented
from receptive.schemas import NetworkDetail, NetworkSummary, Weights

router = APIRouter(prefix="/models", tags=["networks"])

Name = Annotated[str, Path(description="a name from /models, or run:<id>", max_length=64, examples=["lenet5"])]


@router.get("", summary="The catalogue")
def networks() -> list[NetworkSummary]:
    """List every network; available before PyTorch is loaded."""
    return [NetworkSummary(**_summary(network)) for network in CATALOGUE.values()]


@router.get(
    "/{name}",
    summary="One network, layer by layer",
    response_model=NetworkDetail,
    responses=documented(404, 409, 422, 503),
)
async def network(request: Request, name: Name) -> Response:
    """Its layers in forward order: kind, inputs, shapes, kernel, parameters, MACs, receptive field and jump."""
    engine: Engine = request.app.state.engine
    about = await _described(engine, name)
    layers = await engine.ask(Layers(name))
    return as_json(
        {
            **_summary(about.network),
            "mean": about.network.mean,
            "std": about.network.std,
            "means": about.mean,
            "stds": about.std,
            "reading": about.reading.kind,
            "macs": sum(layer["macs"] for layer in layers),
            "connections": sum(layer["connections"] for layer in layers),
            "layers": layers,
            "targets": about.targets,
            "card": about.card,
        }
    )


@router.get(
    "/{name}/weights/{parameter}",
    summary="The values of one parameter",
    response_model=Weights,
    responses={
        200: {"content": {SAFETENSORS: {"schema": {"type": "string", "format": "binary"}}}},
        **documented(404, 406, 409, 422, 503),
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
    engine: Engine = request.app.state.engine
    await _described(engine, name)
    try:
        values = await engine.ask(Parameter(name, parameter))
    except QueryError as error:
        raise RefusalError.of(404, error) from error
    if kind == SAFETENSORS:
        return as_safetensors({parameter: values}, {"model": name})
    return as_json({"model": name, "parameter": parameter, "shape": list(values.shape), "values": values})


async def _described(engine: Engine, name: str) -> Description:
    if not is_network(name):
        raise unknown_network(name, 404)
    return await described(engine, name, 404)


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
