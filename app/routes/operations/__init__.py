"""The doors to the operations: each takes tensors as JSON or safetensors and gives them back in either."""

from fastapi import APIRouter

from app.routes.operations import convolution

router = APIRouter(prefix="/operations", tags=["operations"])
for each in (convolution.router,):
    router.include_router(each)
