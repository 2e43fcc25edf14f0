"""Routes of the operations. Each accepts and returns tensors as JSON or safetensors."""

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
