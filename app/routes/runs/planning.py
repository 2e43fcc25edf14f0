"""What a run would be before it begins: its length, its learning rates and its layers; and what augmentation does."""

from pathlib import Path
from typing import Any, Final

import anyio
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.inference.engine import Engine
from app.routes.negotiation import JSON, as_json
from app.routes.problems import RefusalError, documented
from app.routes.runs.shelf import queue_of
from app.schemas import runs as schemas
from app.settings import Settings
from app.training.plan import KNOWN, Facts, Plan, PlanError, folder_facts, plan
from app.training.settings import RunSettings
from app.training.sources import FOLDER
from models.pattern import PatternError

router = APIRouter(prefix="/runs", tags=["training"])

_PLAN: Final[dict[str, Any]] = {
    "planned": [[1, 0.001], [225, 0.001]],
    "steps": 225,
    "per_epoch": 45,
    "pictures": 1438,
    "held_out": 359,
    "classes": ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    "parameters": 61706,
    "layers": [{"name": "c1", "kind": "convolution", "shape": [6, 28, 28], "parameters": 156}],
}
_ASKED: Final = {
    "pattern": {"summary": "two blocks of convolutions", "value": {"model": {"channels": [8, 16], "units": [32]}}}
}


@router.post(
    "/plan",
    summary="What a run would be",
    response_model=schemas.Plan,
    responses={
        200: {"description": "Successful Response", "content": {JSON: {"example": _PLAN}}},
        **documented(413, 422, 503),
    },
    openapi_extra={"requestBody": {"content": {JSON: {"examples": _ASKED}}}},
)
async def planned(request: Request, asked: RunSettings) -> Response:
    """Its steps, its learning rates and every layer's shape; a network that cannot be is refused with the layer's name.

    Nothing is trained or fetched.
    """
    found = await anyio.to_thread.run_sync(plan_of, request, asked)
    layers = found.layers
    if layers is None:
        engine: Engine = request.app.state.engine
        hosted = await engine.hosted(str(asked.model))
        traced = await engine.call(lambda: hosted.layers)
        names = {"name": "name", "kind": "kind", "output_shape": "shape", "parameters": "parameters"}
        layers = [{ours: layer[theirs] for theirs, ours in names.items()} for layer in traced]
    await anyio.to_thread.run_sync(queue_of(request).warm)
    parameters = sum(layer["parameters"] for layer in layers)
    return as_json({**found.__dict__, "layers": layers, "parameters": parameters})


def plan_of(request: Request, asked: RunSettings) -> Plan:
    """The plan. Raises RefusalError with 422 for settings that give no run."""
    try:
        return plan(asked, facts_of(request, asked.dataset))
    except PatternError as error:
        raise RefusalError(422, f"model: {error}", "The network cannot be built") from error
    except PlanError as error:
        raise RefusalError(422, str(error)) from error


def facts_of(request: Request, dataset: str) -> Facts:
    """What is known of a data set. Raises RefusalError and PlanError."""
    if dataset in KNOWN:
        return KNOWN[dataset]
    if dataset.startswith(FOLDER):
        return folder_facts(permitted(request.app.state.settings, dataset.removeprefix(FOLDER)))
    raise RefusalError(422, f"dataset: {dataset} cannot be learned from yet")


def permitted(settings: Settings, path: str) -> Path:
    """A folder that a visitor may name: any, for who sits at this machine; else one in the data folder.

    Raises RefusalError, which does not tell whether the folder exists.
    """
    try:
        folder = Path(path).expanduser()
        base = (settings.data_dir or Path()).resolve()
        folder = (base / folder).resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise RefusalError(422, f"dataset: {FOLDER} takes the path of a folder") from error
    if settings.is_loopback and settings.token is None:
        return folder
    if settings.data_dir is not None and folder.is_relative_to(base) and folder != base:
        return folder
    raise RefusalError(
        422, f"dataset: {FOLDER} is for folders inside the server's --data-dir; {', '.join(KNOWN)} are open to all"
    )
