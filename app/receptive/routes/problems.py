"""Every refusal and failure as RFC 9457 application/problem+json: the field, the limit and the value."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, Self

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.responses import Response

from convnets.weights import WeightsError
from convnets.why import ExplainedError, Value, Why
from receptive import schemas
from receptive.engine.interface import EngineError, LaneFullError
from receptive.networks.library import NetworkTooLargeError
from receptive.operations.limits import OperationError
from receptive.preprocessing.decoding import PictureError, PictureTooLargeError, PictureUnsupportedError
from receptive.queries.query import QueryError
from receptive.routes.leaving import LeftError
from receptive.routes.refusal import HANDLERS, MEDIA_TYPE, brief
from receptive.routes.validation import explain, reason_of
from receptive.schemas import Problem
from receptive.training.runs.errors import (
    FinishedError,
    NoSuchRunError,
    QueueFullError,
    ReadOnlyError,
    RunDamagedError,
    RunError,
    RunsFolderError,
    SpaceError,
)

__all__ = ["MEDIA_TYPE", "brief", "explain", "reason_of"]  # besides what is made here

STATUSES: Final = {PictureTooLargeError: 413, PictureUnsupportedError: 415}  # of a picture; 422 for any other
CLIENT_LEFT: Final = 499  # as nginx has it; nobody reads the response
RUN_STATUSES: Mapping[type[RunError], int] = {
    NoSuchRunError: 404,
    RunDamagedError: 409,
    FinishedError: 409,
    ReadOnlyError: 409,
    QueueFullError: 429,
    SpaceError: 507,
    RunsFolderError: 507,
}
UNAVAILABLE: Final = (WeightsError, NetworkTooLargeError, EngineError)  # networks that are unavailable: 503


class RefusalError(Exception):
    """A refused request, with its problem document."""

    def __init__(
        self,
        status: int,
        detail: str,
        title: str | None = None,
        headers: Mapping[str, str] | None = None,
        why: Why | None = None,
    ):
        super().__init__(detail)
        self.problem = problem(status, detail, title, why)
        self.headers = headers

    @classmethod
    def of(
        cls,
        status: int,
        error: ExplainedError,
        title: str | None = None,
        *,
        field: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """A refusal with the reason of an error; field: prepended where the error does not name the field itself."""
        return cls(status, f"{field}: {error}" if field else str(error), title, headers, error.why)

    @classmethod
    def because(cls, status: int, code: str, sentence: str, /, **values: Value) -> Self:
        """A refusal with the reason that has this code, this sentence and these values."""
        why = Why(code, sentence, values)
        return cls(status, str(why), why=why)

    @classmethod
    def invalid(cls, error: ValidationError) -> Self:
        """A refusal of a request that does not fit its schema."""
        errors = error.errors(include_url=False)
        return cls(422, explain(errors), why=reason_of(errors))


def problem(status: int, detail: str, title: str | None = None, why: Why | None = None) -> Problem:
    """A problem whose title is the status's own phrase unless another is given."""
    reason = None if why is None else schemas.Why(code=why.code, values=dict(why.values))
    return Problem(title=title or HTTPStatus(status).phrase, status=status, detail=detail, why=reason)


def response(what: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The problem as an HTTP response."""
    return Response(what.model_dump_json(), what.status, headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Register the handlers that turn exceptions of the routes into problems."""
    for kind, handler in HANDLERS.items():
        app.add_exception_handler(kind, handler)

    @app.exception_handler(RefusalError)
    async def refused(_: Request, error: RefusalError) -> Response:
        return response(error.problem, error.headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        return response(problem(422, explain(error.errors()), why=reason_of(error.errors())))

    @app.exception_handler(OperationError)
    async def operation(_: Request, error: OperationError) -> Response:
        return response(problem(422, str(error), why=error.why))

    @app.exception_handler(PictureError)
    async def picture(_: Request, error: PictureError) -> Response:
        return response(problem(STATUSES.get(type(error), 422), str(error), error.title, error.why))

    for kind in UNAVAILABLE:
        app.add_exception_handler(kind, _unavailable)

    @app.exception_handler(LeftError)
    async def left(_: Request, __: LeftError) -> Response:
        return Response(status_code=CLIENT_LEFT)

    @app.exception_handler(RunError)
    async def run(_: Request, error: RunError) -> Response:
        status = RUN_STATUSES[type(error)]
        headers = {"Retry-After": "60"} if status == 429 else None
        return response(problem(status, str(error), why=error.why), headers)

    @app.exception_handler(QueryError)
    async def query(_: Request, error: QueryError) -> Response:
        return response(problem(422, str(error), why=error.why))


async def _unavailable(_: Request, error: Exception) -> Response:
    """The response while a network or the engine is unavailable."""
    return response(unavailable(error), {"Retry-After": "5"} if isinstance(error, LaneFullError) else None)


def unavailable(error: Exception) -> Problem:
    """The problem of one of the errors in UNAVAILABLE."""
    title = "The network's weights cannot be used" if isinstance(error, WeightsError) else None
    return problem(503, str(error), title, error.why if isinstance(error, ExplainedError) else None)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These problems, for the OpenAPI document."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}
