"""The OpenAPI document: what FastAPI writes, the messages that routes read by themselves, and the guard's refusals."""

from typing import Any, Final

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from receptive.routes.problems import documented
from receptive.schemas import FitDone, FitEvent, Message, OperationRequest, PredictRequest, Problem
from receptive.schemas.inference import ActivationsRequest
from receptive.schemas.runs import EVENTS, NewDrawing

PLACE = "#/components/schemas/{model}"
# What the guard and the protocol below it may answer to any request: no HTTP, no token, another site, another
# server's name, too long a head; and to one with a body: too slow, too large, of a type that is not read.
ANY: Final = (400, 401, 403, 408, 421, 431)
WITH_BODY: Final = (413, 415)


def install(app: FastAPI) -> None:
    """Let the application's document hold every message that it speaks of, and every refusal of the guard."""
    written = app.openapi

    def openapi() -> dict[str, Any]:
        document = written()
        known = document["components"]["schemas"]
        for name, schema in _read_by_routes().items():
            known.setdefault(name, schema)
        for methods in document["paths"].values():
            for method, operation in methods.items():
                _add_refusals(method, operation)
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _add_refusals(method: str, operation: dict[str, Any]) -> None:
    statuses = ANY if method in ("get", "head") else (*ANY, *WITH_BODY)
    for status, answer in documented(*statuses).items():
        operation["responses"].setdefault(str(status), answer)


def _read_by_routes() -> dict[str, Any]:
    listed = (ActivationsRequest, FitDone, FitEvent, NewDrawing, PredictRequest, Problem)
    kinds: list[type[Message]] = [*listed, *EVENTS, *_below(OperationRequest)]
    _, definitions = models_json_schema([(kind, "validation") for kind in kinds], ref_template=PLACE)
    return dict(definitions["$defs"])


def _below(kind: type[OperationRequest]) -> list[type[OperationRequest]]:
    return [each for child in kind.__subclasses__() for each in (child, *_below(child))]
