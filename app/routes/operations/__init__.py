"""The doors to the operations: each takes tensors as JSON or safetensors and gives them back in either."""

from fastapi import APIRouter

from app.routes.operations import convolution, pooling

router = APIRouter(prefix="/operations", tags=["operations"])
for each in (convolution.router, pooling.router):
    router.include_router(each)
