"""The doors to the operations: each takes tensors as JSON or safetensors and gives them back in either."""

from fastapi import APIRouter

from receptive.routes.operations import (
    activation,
    approximation,
    classifier,
    convolution,
    dropout,
    invariance,
    normalization,
    pooling,
)

router = APIRouter(prefix="/operations", tags=["operations"])
for each in (convolution, pooling, invariance, activation, normalization, dropout, classifier, approximation):
    router.include_router(each.router)
