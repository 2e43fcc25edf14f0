"""Plans: the length, the learning rates, the layers and the size of a run before it begins; samples of augmentation."""

import io
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, cast

import anyio
from fastapi import APIRouter, Request
from PIL import Image
from starlette.responses import Response

from convnets.pattern import PatternError
from convnets.why import Why
from receptive.engine.interface import Engine
from receptive.queries.layers import Layers
from receptive.routes.negotiation import JSON, as_json
from receptive.routes.problems import RefusalError, documented
from receptive.routes.runs.access import browser_of, drawings_of, queue_of
from receptive.routes.runs.body import SettingsRoute
from receptive.routes.runs.folders import permitted
from receptive.schemas import runs as schemas
from receptive.schemas.runs import Sheet
from receptive.settings import Settings
from receptive.training.data.sources import FOLDER
from receptive.training.plan import KNOWN, Facts, Plan, PlanError, folder_facts, plan
from receptive.training.settings import RunSettings

if TYPE_CHECKING:
    from receptive.training.data.drawings import Drawings
    from receptive.training.data.pictures import Pictures

router = APIRouter(prefix="/runs", tags=["training"], route_class=SettingsRoute)

PNG: Final = "image/png"
SAMPLES: Final = 100  # pictures of a data set that sheets are made of
MOST_KEPT: Final = 4  # data sets whose samples are kept
_SHEET: Final = {
    "turned": {"summary": "turned and moved", "value": {"augmentation": {"rotate": 0.4, "shift": 0.3}, "rows": 2}}
}
_PLAN: Final[dict[str, Any]] = {
    "planned": [[1, 0.001], [225, 0.001]],
    "steps": 225,
    "per_epoch": 45,
    "pictures": 1438,
    "held_out": 359,
    "classes": ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    "parameters": 61706,
    "layers": [{"name": "c1", "kind": "convolution", "shape": [6, 28, 28], "parameters": 156}],
    "disk": 17500000,
}
_EXAMPLES: Final = {
    "pattern": {"summary": "two blocks of convolutions", "value": {"model": {"channels": [8, 16], "units": [32]}}}
}


@router.post(
    "/plan",
    summary="What a run would be",
    response_model=schemas.Plan,
    responses={
        200: {"description": "Successful Response", "content": {JSON: {"example": _PLAN}}},
        **documented(413, 415, 422, 503),
    },
    openapi_extra={"requestBody": {"content": {JSON: {"examples": _EXAMPLES}}}},
)
async def planned(request: Request, settings: RunSettings) -> Response:
    """Its steps, its learning rates and every layer's shape; a network that cannot be is refused with the layer's name.

    Nothing is trained or fetched.
    """
    plan = await anyio.to_thread.run_sync(plan_of, request, settings)
    await anyio.to_thread.run_sync(queue_of(request).warm)  # beside the engine, which on a new server still wakes up
    layers = plan.layers
    if layers is None:
        engine: Engine = request.app.state.engine
        traced = await engine.ask(Layers(str(settings.model)))
        names = {"name": "name", "kind": "kind", "output_shape": "shape", "parameters": "parameters"}
        layers = [{ours: layer[theirs] for theirs, ours in names.items()} for layer in traced if not layer["reshapes"]]
    parameters = sum(layer["parameters"] for layer in layers)
    return as_json({**plan.__dict__, "layers": layers, "parameters": parameters})


@router.post(
    "/augmentation",
    summary="What augmentation does",
    response_class=Response,
    responses={
        200: {"content": {PNG: {}}, "description": "a sheet of samples; the first column is as it is"},
        **documented(409, 413, 415, 422, 503),
    },
    openapi_extra={"requestBody": {"content": {JSON: {"examples": _SHEET}}}},
)
async def augmentation(request: Request, sheet: Sheet) -> Response:
    """Real samples, each in a row, changed anew in every column; the same seed gives the same sheet."""
    await request.app.state.engine.ready()
    raw = await anyio.to_thread.run_sync(_sheet, request, sheet, limiter=request.app.state.sheets)
    return Response(raw, media_type=PNG, headers={"Cache-Control": "no-store"})


def _sheet(request: Request, wanted: Sheet) -> bytes:
    """The sheet as PNG. Raises RefusalError."""
    from receptive.training.data.pictures import DatasetError
    from receptive.training.transforms import sheet

    try:
        pictures = samples_of(request, wanted.dataset)
    except PlanError as error:
        raise RefusalError.of(422, error) from error
    except DatasetError as error:
        raise RefusalError.of(422, error, field="dataset") from error
    cells = sheet(pictures, wanted.augmentation, wanted.seed, wanted.rows, wanted.columns).numpy()
    rows, columns, height, width, channels = cells.shape
    whole = cells.transpose(0, 2, 1, 3, 4).reshape(rows * height, columns * width, channels)
    buffer = io.BytesIO()
    Image.fromarray(whole[..., 0] if channels == 1 else whole).save(buffer, "PNG")
    return buffer.getvalue()


def samples_of(request: Request, dataset: str) -> "Pictures":
    """A few pictures of every class of a data set that is here; kept for the next time.

    Raises RefusalError, DatasetError and PlanError.
    """
    from receptive.training.data import datasets

    settings: Settings = request.app.state.settings
    if dataset.startswith(FOLDER):
        dataset = FOLDER + str(permitted(settings, dataset.removeprefix(FOLDER)))
    elif dataset not in KNOWN:
        facts_of(request, dataset)
        mine = drawings_of(request, browser_of(request))
        return cast("Drawings", mine).pictures()
    kept: dict[str, Pictures] = request.app.state.samples
    if dataset not in kept:
        if any(each.name == dataset and not each.here for each in datasets.about(settings.data_dir)):
            why = Why(
                "data-not-here",
                "dataset: {data} is not on this server yet; download it first",
                {"data": dataset},
            )
            raise RefusalError(409, str(why), why=why)
        kept[dataset] = datasets.obtain(dataset, settings.data_dir).fewer(SAMPLES)
        for old in list(kept)[:-MOST_KEPT]:
            kept.pop(old, None)
    return kept[dataset]


def plan_of(request: Request, wanted: RunSettings) -> Plan:
    """The plan. Raises RefusalError with 422 for settings that give no run."""
    try:
        return plan(wanted, facts_of(request, wanted.dataset))
    except PatternError as error:
        raise RefusalError.of(422, error, "The network cannot be built", field="model") from error
    except PlanError as error:
        raise RefusalError.of(422, error) from error


def facts_of(request: Request, dataset: str) -> Facts:
    """The facts of a data set. Raises RefusalError and PlanError."""
    if dataset in KNOWN:
        return KNOWN[dataset]
    if dataset.startswith(FOLDER):
        return folder_facts(permitted(request.app.state.settings, dataset.removeprefix(FOLDER)))
    mine = drawings_of(request, browser_of(request))
    counts = Counter(each.label for each in mine.list()) if mine else Counter[str]()
    if len(counts) < 2:
        raise PlanError(
            "drawings-of-too-few-classes",
            "dataset: drawings of {found} classes are there; draw a few of at least two",
            found=len(counts),
        )
    return Facts(tuple(counts.values()), (1, 28, 28), tuple(counts))
