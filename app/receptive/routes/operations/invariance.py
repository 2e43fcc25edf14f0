"""Route of translation and rotation invariance after a convolution and pooling."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from receptive.operations.plan import Settings
from receptive.routes.operations.machinery import answered, documentation
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
    return await answered(request, InvarianceRequest, _invariance)


def _invariance(asked: InvarianceRequest) -> dict[str, Any]:
    import torch

    from receptive.operations.invariance import Layers, invariance
    from receptive.operations.pooling import Pooling

    maps = asked.input if asked.input.ndim == 3 else asked.input[None]
    kernel = asked.kernel if asked.kernel.ndim == 4 else asked.kernel[None, None]
    bias = None if asked.bias is None else torch.from_numpy(asked.bias.reshape(-1))
    settings = Settings(padding=asked.padding)
    pooling = Pooling(asked.kind, asked.window, asked.stride)
    layers = Layers(torch.from_numpy(kernel), bias, settings, pooling)
    found = invariance(torch.from_numpy(maps), layers, asked.motion, asked.positions, asked.at)
    stages = found.stages._asdict()
    if asked.input.ndim == 2:
        stages["input"] = stages["input"][0]
        if len(kernel) == 1:
            stages = {**stages, "convolution": stages["convolution"][0], "pooled": stages["pooled"][0]}
    names = ("input", "convolution", "pooled")
    curve = {name: [getattr(change, name) for change in found.changes] for name in names}
    return {**stages, "curve": {"positions": asked.positions, **curve}}
