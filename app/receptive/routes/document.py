"""The OpenAPI document: what FastAPI writes, and the messages that routes read by themselves."""

from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from receptive.schemas import FitDone, FitEvent, Message, PredictRequest, Problem, Question
from receptive.schemas.inference import ActivationsRequest
from receptive.schemas.runs import EVENTS, NewDrawing

PLACE = "#/components/schemas/{model}"


def install(app: FastAPI) -> None:
    """Let the application's document hold every message that it speaks of."""
    written = app.openapi

    def openapi() -> dict[str, Any]:
        document = written()
        known = document["components"]["schemas"]
        for name, schema in _read_by_routes().items():
            known.setdefault(name, schema)
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _read_by_routes() -> dict[str, Any]:
    asked = (ActivationsRequest, FitDone, FitEvent, NewDrawing, PredictRequest, Problem)
    kinds: list[type[Message]] = [*asked, *EVENTS, *_below(Question)]
    _, definitions = models_json_schema([(kind, "validation") for kind in kinds], ref_template=PLACE)
    return dict(definitions["$defs"])


def _below(kind: type[Question]) -> list[type[Question]]:
    return [found for child in kind.__subclasses__() for found in (child, *_below(child))]
