"""Runs: begin, list, name, stop, continue and delete them."""

from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from receptive.routes.negotiation import as_json
from receptive.routes.problems import documented
from receptive.routes.runs.access import EXAMPLE, Id, browser_of, drawings_of, own_run_of, queue_of, run_message, run_of
from receptive.routes.runs.body import SettingsRoute
from receptive.routes.runs.folders import permitted
from receptive.routes.runs.plans import plan_of
from receptive.schemas.runs import NewRun, Run, RunChange, RunList
from receptive.training.data.sources import DRAWINGS, FOLDER
from receptive.training.runs.errors import NoSuchRunError, RunDamagedError

router = APIRouter(prefix="/runs", tags=["training"], route_class=SettingsRoute)

_NEW: Final = {
    "digits": {"summary": "LeNet-5 on scikit-learn's digits", "value": {"epochs": 5, "name": "my first run"}},
    "pattern": {
        "summary": "a network of one's own, with momentum and early stopping",
        "value": {
            "model": {"channels": [8, 16], "units": [32], "batch_norm": True},
            "optimizer": "momentum",
            "learning_rate": 0.05,
            "schedule": {"kind": "cosine"},
            "early_stopping": {"patience": 3},
        },
    },
}
_RUN: Final[dict[str, Any]] = {
    "id": EXAMPLE,
    "name": "my first run",
    "note": "",
    "status": "running",
    "reason": "",
    "why": None,
    "position": None,
    "created": "2026-11-21T08:45:01.000Z",
    "started": "2026-11-21T08:45:02.120Z",
    "ended": None,
    "settings": {"model": "lenet5", "dataset": "digits", "epochs": 5},
    "steps": 225,
    "step": 90,
    "epoch": 2,
    "seconds": 1.4,
    "last": {
        "epoch": 2,
        "step": 90,
        "loss": 0.61,
        "accuracy": 0.83,
        "validation_loss": 0.35,
        "validation_accuracy": 0.9,
    },
    "best": {
        "epoch": 2,
        "step": 90,
        "loss": 0.61,
        "accuracy": 0.83,
        "validation_loss": 0.35,
        "validation_accuracy": 0.9,
    },
    "device": "cpu",
}


def _answers(example: dict[str, Any], *statuses: int, status: int = 200) -> dict[int | str, dict[str, Any]]:
    content = {"application/json": {"example": example}}
    return {status: {"description": "Successful Response", "content": content}, **documented(*statuses)}


@router.post(
    "",
    summary="Begin a run",
    status_code=201,
    response_model=Run,
    responses=_answers(_RUN, 409, 413, 415, 422, 429, 507, status=201),
    openapi_extra={"requestBody": {"content": {"application/json": {"examples": _NEW}}}},
)
def begin(request: Request, new: NewRun) -> Response:
    """Train a network as the settings say, in a process of its own, as soon as the runs before it are over."""
    plan = plan_of(request, new)
    settings = new.model_dump(mode="json", exclude={"name", "note"})
    if new.dataset.startswith(FOLDER):
        settings["dataset"] = FOLDER + str(permitted(request.app.state.settings, new.dataset.removeprefix(FOLDER)))
    queue = queue_of(request)
    run = queue.submit(settings, new.name, new.note, _own_drawings(request, new.dataset), plan.disk)
    answer = as_json(run_message(queue, run))
    answer.status_code = 201
    answer.headers["Location"] = f"/runs/{run.id}"
    return answer


def _own_drawings(request: Request, dataset: str) -> Path | None:
    """The folder of the drawings that a visitor's run learns from."""
    drawings = drawings_of(request, browser_of(request)) if dataset == DRAWINGS else None
    return None if drawings is None else drawings.folder


@router.get("", summary="Every run", response_model=RunList, responses=_answers({"runs": [_RUN]}))
def runs(request: Request) -> Response:
    """The newest first; those that wait have a `position`. Runs that cannot be read are listed apart."""
    queue = queue_of(request)
    listed, damaged = [], []
    for run in queue.store.all():
        try:
            listed.append(run_message(queue, run))
        except NoSuchRunError:
            continue  # deleted just now
        except RunDamagedError as error:
            damaged.append({"id": run.id, "name": run.about.name, "reason": str(error), "why": error.why.as_dict})
    return as_json({"runs": listed, **({"damaged": damaged} if damaged else {})})


@router.get("/{id}", summary="One run", response_model=Run, responses=_answers(_RUN, 404, 409, 422))
def run(request: Request, id: Id) -> Response:  # noqa: A002  the name in the address
    """Its settings, its progress, and its last and best figures."""
    return as_json(run_message(queue_of(request), run_of(request, id)))


@router.patch("/{id}", summary="Name a run", response_model=Run, responses=_answers(_RUN, 404, 409, 413, 415, 422, 507))
def change(request: Request, id: Id, new: RunChange) -> Response:  # noqa: A002
    """Change its name or its note."""
    run = own_run_of(request, id)
    queue_of(request).describe(run, new.name, new.note)
    return as_json(run_message(queue_of(request), run))


@router.delete("/{id}", summary="Delete a run", status_code=204, responses=documented(404, 409, 422, 507))
def delete(request: Request, id: Id) -> None:  # noqa: A002
    """It is stopped where it is running; all its files are removed."""
    queue_of(request).delete(own_run_of(request, id))


@router.post("/{id}/stop", summary="Stop a run", response_model=Run, responses=_answers(_RUN, 404, 409, 422, 507))
def stop(request: Request, id: Id) -> Response:  # noqa: A002
    """Within a second; a run that is over stays as it is, so that two may press at once."""
    run = own_run_of(request, id)
    queue_of(request).stop(run)
    return as_json(run_message(queue_of(request), run))


@router.post(
    "/{id}/continue", summary="Continue a run", response_model=Run, responses=_answers(_RUN, 404, 409, 422, 507)
)
def resume(request: Request, id: Id) -> Response:  # noqa: A002
    """From its last epoch; a run that is running or waiting stays as it is. One that has finished is refused."""
    run = own_run_of(request, id)
    queue_of(request).resume(run)
    return as_json(run_message(queue_of(request), run))
