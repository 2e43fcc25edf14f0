"""Comparisons that are set up ready to run, whose recorded runs are shipped."""

from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from receptive.routes.negotiation import JSON, as_json
from receptive.schemas.runs import ComparisonList
from receptive.training.runs.comparisons import COMPARISONS

router = APIRouter(prefix="/comparisons", tags=["training"])

_EXAMPLE: Final[dict[str, Any]] = {
    "comparisons": [
        {
            "name": "momentum",
            "variants": [
                {"name": "without", "run": "prepared-momentum-without", "settings": {"optimizer": "sgd"}},
                {"name": "with", "run": "prepared-momentum-with", "settings": {"optimizer": "momentum"}},
            ],
        }
    ]
}


@router.get(
    "",
    summary="Comparisons ready to run",
    response_model=ComparisonList,
    responses={200: {"description": "Successful Response", "content": {JSON: {"example": _EXAMPLE}}}},
)
def comparisons() -> Response:
    """Each with its recorded runs, which /runs/{id} shows and /runs does not list, and the settings to train them."""
    return as_json(
        {
            "comparisons": [
                {
                    "name": comparison.name,
                    "variants": [
                        {"name": name, "run": comparison.id(name), "settings": settings.model_dump(mode="json")}
                        for name, settings in comparison.variants.items()
                    ],
                }
                for comparison in COMPARISONS
            ]
        }
    )
