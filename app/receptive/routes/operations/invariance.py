"""Route of translation and rotation invariance after a convolution and pooling."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from receptive.operations.plan import Settings
from receptive.routes.operations.endpoint import documentation, run_operation
from receptive.schemas.layers import InvarianceAnswer, InvarianceRequest

router = APIRouter(prefix="/invariance")

_LINE = [[0, 0, 1, 0, 0, 0] for _ in range(6)]


@router.post(
    "",
    summary="Measure how far a movement changes the maps",
    **documentation(
        InvarianceRequest,
        InvarianceAnswer,
        {
            "shift": {
                "input": _LINE, "kernel": [[1, 0, -1]], "motion": "shift-x", "positions": [-1, 0, 1], "at": 1,
            },
        },
    ),
)  # fmt: skip
async def invariance(request: Request) -> Response:
    """Shift or rotate the input, convolve and pool it. Returns the relative change of each against the unmoved input.

    All positions together may take at most 200,000,000 multiplications.
    """
    return await run_operation(request, InvarianceRequest, _invariance)


def _invariance(request: InvarianceRequest) -> dict[str, Any]:
    import torch

    from receptive.operations.invariance import Layers, invariance
    from receptive.operations.pooling import Pooling

    maps = request.input if request.input.ndim == 3 else request.input[None]
    kernel = request.kernel if request.kernel.ndim == 4 else request.kernel[None, None]
    bias = None if request.bias is None else torch.from_numpy(request.bias.reshape(-1))
    settings = Settings(padding=request.padding)
    pooling = Pooling(request.kind, request.window, request.stride)
    layers = Layers(torch.from_numpy(kernel), bias, settings, pooling)
    result = invariance(torch.from_numpy(maps), layers, request.motion, request.positions, request.at)
    stages = result.stages._asdict()
    if request.input.ndim == 2:
        stages["input"] = stages["input"][0]
        if len(kernel) == 1:
            stages = {**stages, "convolution": stages["convolution"][0], "pooled": stages["pooled"][0]}
    names = ("input", "convolution", "pooled")
    curve = {name: [getattr(change, name) for change in result.changes] for name in names}
    return {**stages, "curve": {"positions": request.positions, **curve}}
