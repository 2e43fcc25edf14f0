"""Results of a run: its curve, its weights on the way, the pictures it got wrong, and all of it as one file."""

import io
from collections.abc import Generator
from typing import Annotated, Any, Final

import numpy as np
from fastapi import APIRouter, Header, Path, Query, Request
from PIL import Image
from safetensors import SafetensorError
from safetensors.numpy import load
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from convnets.why import Why
from receptive.routes.negotiation import JSON, SAFETENSORS, as_json, as_safetensors, preferred
from receptive.routes.problems import RefusalError, documented
from receptive.routes.runs.access import Id, run_of
from receptive.schemas.runs import Curve, Epochs, Snapshots, Stretch
from receptive.training.runs.archive import packed
from receptive.training.runs.curve import curve, epochs, stretch
from receptive.training.runs.errors import damaged
from receptive.training.runs.regular import open_file

router = APIRouter(prefix="/runs", tags=["training"])

PNG: Final = "image/png"
ZIP: Final = "application/zip"
MOST_POINTS: Final = 20_000
MOST_EPOCHS: Final = 500
Class = Annotated[int, Path(ge=0, le=999, description="place of a class among the run's classes", examples=[3])]
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
_FIGURES: Final = {"loss": 0.61, "accuracy": 0.83, "validation_loss": 0.35, "validation_accuracy": 0.9}
_STRETCH: Final[dict[str, Any]] = {
    "steps": 90,
    "step": [1, 2, 90],
    "loss": [2.31, 2.29, 0.61],
    "accuracy": [0.09, 0.13, 0.84],
    "rate": [0.001, 0.001, 0.001],
    "gradient": [1.1, 1.3, 1.7],
    "seconds": [0.02, 0.03, 1.23],
    "mean_loss": [2.31, 2.29, 0.61],
    "mean_accuracy": [0.09, 0.13, 0.84],
}
_CURVE: Final[dict[str, Any]] = {
    "seq": 41,
    **_STRETCH,
    "epochs": [{"epoch": 2, "step": 90, "best": True, "seconds": 1.23, **_FIGURES}],
    "started": None,
    "latest": None,
    "notices": [],
    "snapshots": [0, 45, 90],
}
_EPOCH: Final[dict[str, Any]] = {
    "seq": 41,
    "kind": "epoch",
    **_CURVE["epochs"][0],
    "images_per_second": 2400.0,
    "seconds_left": 3.1,
    "memory": None,
    "confusion": [[35, 1], [0, 36]],
    "layers": [],
}
Points = Annotated[int, Query(ge=10, le=MOST_POINTS, description="steps to have at most")]
First = Annotated[int, Query(ge=1, le=2**40, alias="from", description="the first one")]
Last = Annotated[int | None, Query(ge=1, le=2**40, alias="to", description="the last one")]
Smoothing = Annotated[float, Query(ge=0, le=0.99, description="what a step keeps of the running mean before it")]


@router.get(
    "/{id}/curve",
    summary="A run's curve",
    response_model=Curve,
    responses={
        200: {"description": "Successful Response", "content": {JSON: {"example": _CURVE}}},
        **documented(404, 409, 422),
    },
)
def curve_of(
    request: Request,
    id: Id,  # noqa: A002
    points: Points = 1000,
    first: First = 1,
    last: Last = None,
    smoothing: Smoothing = 0,
) -> Response:
    """A million steps as a thousand points: of every part the least and the greatest loss, accuracy and gradient."""
    return as_json(curve(run_of(request, id), points, first, last, smoothing))


@router.get(
    "/{id}/steps",
    summary="Some of a run's steps",
    response_model=Stretch,
    responses={
        200: {"description": "Successful Response", "content": {JSON: {"example": _STRETCH}}},
        **documented(404, 409, 422),
    },
)
def steps_of(
    request: Request,
    id: Id,  # noqa: A002
    points: Points = 1000,
    first: First = 1,
    last: Last = None,
    smoothing: Smoothing = 0,
) -> Response:
    """A part of the curve more closely, down to single steps, and nothing but steps."""
    return as_json(stretch(run_of(request, id), points, first, last, smoothing))


@router.get(
    "/{id}/epochs",
    summary="A run's epochs, whole",
    response_model=Epochs,
    responses={
        200: {"description": "Successful Response", "content": {JSON: {"example": {"epochs": [_EPOCH]}}}},
        **documented(404, 409, 422),
    },
)
def epochs_of(
    request: Request,
    id: Id,  # noqa: A002
    most: Annotated[int, Query(ge=2, le=MOST_EPOCHS, description="epochs to have at most, evenly chosen")] = 100,
    first: First = 1,
    last: Last = None,
) -> Response:
    """Each with its confusion matrix and its layers, as in the events."""
    return as_json({"epochs": epochs(run_of(request, id), most, first, last)})


@router.get(
    "/{id}/snapshots",
    summary="The steps whose weights are kept",
    response_model=Snapshots,
    responses={
        200: {"description": "Successful Response", "content": {JSON: {"example": {"steps": [0, 45, 90]}}}},
        **documented(404, 409, 422),
    },
)
def snapshots(request: Request, id: Id) -> Response:  # noqa: A002
    """Each one's weights are at `/runs/{id}/snapshots/{step}`, and can be asked as the model `run:<id>:<step>`."""
    return as_json({"steps": run_of(request, id).snapshots()})


@router.get(
    "/{id}/snapshots/{step}",
    summary="The weights after a step",
    response_class=Response,
    responses={
        200: {"content": {SAFETENSORS: _BINARY}, "description": "every parameter and buffer"},
        **documented(404, 409, 422),
    },
)
def snapshot(
    request: Request,
    id: Id,  # noqa: A002
    step: Annotated[int, Path(ge=0, le=2**40, description="a step from /runs/{id}/snapshots", examples=[45])],
) -> Response:
    """As a safetensors file; a snapshot never changes."""
    path = run_of(request, id).weights(str(step))
    return FileResponse(path, media_type=SAFETENSORS, headers={"Cache-Control": "private, max-age=3600"})


@router.get(
    "/{id}/mistakes/{actual}/{called}",
    summary="Pictures that are one thing and were called another",
    response_class=Response,
    responses={
        200: {"content": {PNG: {}, SAFETENSORS: _BINARY}, "description": "side by side, or as one tensor"},
        **documented(404, 406, 409, 422),
    },
)
def mistakes(
    request: Request,
    id: Id,  # noqa: A002
    actual: Class,
    called: Class,
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Response:
    """Up to twelve held-out pictures of a cell of the confusion matrix, side by side.

    With `Accept: application/vnd.safetensors` as a tensor `pictures` of (n, height, width, channels) bytes.
    """
    kind = preferred(accept, (PNG, SAFETENSORS))
    run = run_of(request, id)
    path = run.folder / "mistakes.safetensors"
    try:
        with open_file(path) as file:
            pictures = load(file.read()).get(f"{actual}-{called}")
    except FileNotFoundError as error:
        why = Why("not-evaluated", "run {run} has not been evaluated yet, so no mistake is known", {"run": run.id})
        raise RefusalError(404, str(why), why=why) from error
    except (OSError, SafetensorError) as error:
        raise damaged(run.id, path.name, error) from error
    if pictures is None:
        why = Why(
            "no-such-mistake",
            "called: no held-out picture of class {actual} was called {called}",
            {"actual": actual, "called": called},
        )
        raise RefusalError(404, str(why), why=why)
    if pictures.dtype != np.uint8 or pictures.ndim != 4 or pictures.shape[3] not in (1, 3) or not pictures.size:
        raise damaged(run.id, path.name, "it holds no pictures")
    if kind == SAFETENSORS:
        return as_safetensors({"pictures": pictures}, {"run": run.id})
    strip = np.concatenate(list(pictures), axis=1)
    buffer = io.BytesIO()
    Image.fromarray(strip[..., 0] if strip.shape[2] == 1 else strip).save(buffer, "PNG")
    return Response(buffer.getvalue(), media_type=PNG, headers={"Vary": "Accept", "Cache-Control": "no-cache"})


@router.get(
    "/{id}/download",
    summary="A run as one file",
    response_class=Response,
    responses={200: {"content": {ZIP: _BINARY}, "description": "a zip file"}, **documented(404, 409, 422)},
)
def download(request: Request, id: Id) -> Response:  # noqa: A002
    """Settings, log, weights, snapshots and TensorBoard's event files, packed while they are sent."""
    run = run_of(request, id)
    headers = {"Content-Disposition": f'attachment; filename="{run.id}.zip"'}
    return Archive(packed(run.folder), media_type=ZIP, headers=headers)


class Archive(StreamingResponse):
    """An archive that is sent while it is made; its open file is closed when the client has left or does not read."""

    def __init__(self, pieces: Generator[bytes, None, None], **options: Any) -> None:
        super().__init__(pieces, **options)
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the pieces."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._pieces.close()
