"""Runs: begun, listed, named, stopped, continued, deleted."""

import logging
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from receptive.routes.cookies import cookie
from receptive.routes.negotiation import as_json
from receptive.routes.problems import RefusalError, documented
from receptive.routes.runs.planning import permitted, plan_of
from receptive.routes.runs.shelf import COOKIE, EXAMPLE, Id, drawings_of, own_run_of, queue_of, run_of, told, unwritable
from receptive.schemas.runs import NewRun, Run, RunChange, RunList
from receptive.training.data.sources import DRAWINGS, FOLDER
from receptive.training.runs.queue import FinishedError, FullError

router = APIRouter(prefix="/runs", tags=["training"])
log = logging.getLogger(__name__)

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
    responses=_answers(_RUN, 413, 422, 429, 507, status=201),
    openapi_extra={"requestBody": {"content": {"application/json": {"examples": _NEW}}}},
)
def begin(request: Request, asked: NewRun) -> Response:
    """Train a network as the settings say, in a process of its own, as soon as the runs before it are over."""
    plan_of(request, asked)
    settings = asked.model_dump(mode="json", exclude={"name", "note"})
    if asked.dataset.startswith(FOLDER):
        settings["dataset"] = FOLDER + str(permitted(request.app.state.settings, asked.dataset.removeprefix(FOLDER)))
    queue = queue_of(request)
    try:
        run = queue.submit(settings, asked.name, asked.note, _drawn(request) if asked.dataset == DRAWINGS else None)
    except FullError as error:
        raise RefusalError.of(429, error, headers={"Retry-After": "60"}) from error
    except OSError as error:
        raise unwritable(error) from error
    answer = as_json(told(queue, run))
    answer.status_code = 201
    answer.headers["Location"] = f"/runs/{run.id}"
    return answer


def _drawn(request: Request) -> Path | None:
    """Where the drawings are that a visitor's run learns from."""
    mine = drawings_of(request, cookie(request.scope, COOKIE))
    return None if mine is None else mine.folder


@router.get("", summary="Every run", response_model=RunList, responses=_answers({"runs": [_RUN]}))
def runs(request: Request) -> Response:
    """The newest first; those that wait have a `position`."""
    queue = queue_of(request)
    found = []
    for run in queue.shelf.all():
        try:
            found.append(told(queue, run))
        except RefusalError as error:
            log.warning("%s is not listed: %s", run.folder, error)
    return as_json({"runs": found})


@router.get("/{id}", summary="One run", response_model=Run, responses=_answers(_RUN, 404, 422))
def run(request: Request, id: Id) -> Response:  # noqa: A002  the name in the address
    """Its settings, how far it is, and its last and best figures."""
    found = run_of(request, id)
    return as_json(told(queue_of(request), found))


@router.patch("/{id}", summary="Name a run", response_model=Run, responses=_answers(_RUN, 404, 409, 413, 422, 507))
def change(request: Request, id: Id, asked: RunChange) -> Response:  # noqa: A002
    """Say what it is called, or note something about it."""
    found = own_run_of(request, id)
    try:
        queue_of(request).describe(found, asked.name, asked.note)
    except OSError as error:
        raise unwritable(error) from error
    return as_json(told(queue_of(request), found))


@router.delete("/{id}", summary="Delete a run", status_code=204, responses=documented(404, 409, 422, 507))
def delete(request: Request, id: Id) -> None:  # noqa: A002
    """It is stopped where it is running; nothing of it is kept."""
    found = own_run_of(request, id)
    try:
        queue_of(request).delete(found)
    except OSError as error:
        raise unwritable(error) from error


@router.post("/{id}/stop", summary="Stop a run", response_model=Run, responses=_answers(_RUN, 404, 409, 422, 507))
def stop(request: Request, id: Id) -> Response:  # noqa: A002
    """Within a second; a run that is over stays as it is, so that two may press at once."""
    found = own_run_of(request, id)
    try:
        queue_of(request).stop(found)
    except OSError as error:
        raise unwritable(error) from error
    return as_json(told(queue_of(request), found))


@router.post(
    "/{id}/continue", summary="Continue a run", response_model=Run, responses=_answers(_RUN, 404, 409, 422, 507)
)
def resume(request: Request, id: Id) -> Response:  # noqa: A002
    """From its last epoch; a run that is running or waiting stays as it is. One that has finished is refused."""
    found = own_run_of(request, id)
    try:
        queue_of(request).resume(found)
    except FinishedError as error:
        raise RefusalError.of(409, error) from error
    except OSError as error:
        raise unwritable(error) from error
    return as_json(told(queue_of(request), found))
