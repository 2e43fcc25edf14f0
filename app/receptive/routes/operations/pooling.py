"""Route of pooling and its gradient."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from receptive.routes.operations.endpoint import documentation, run_operation
from receptive.schemas import PoolingAnswer, PoolingRequest

router = APIRouter()

GRID = [[1, 3, 2, 1], [2, 9, 1, 1], [1, 3, 2, 3], [5, 6, 1, 2]]


@router.post(
    "/pooling",
    summary="Pool an input",
    **documentation(
        PoolingRequest,
        PoolingAnswer,
        {
            "max": {"input": GRID},
            "overlapping": {"input": GRID, "kind": "average", "kernel_size": 3, "stride": 1, "gradient": True},
            "LeNet-5's S2": {"input": GRID, "kind": "subsampling", "coefficient": 0.25, "bias": 0.1},
        },
    ),
)
async def pooling(request: Request) -> Response:
    """Apply max, average, L2 or global average pooling, or LeNet-5's subsampling; at most 1,048,576 output values."""
    return await run_operation(request, PoolingRequest, _pooling)


def _pooling(request: PoolingRequest) -> dict[str, Any]:
    import torch

    from receptive.operations.pooling import Pooling, arrange, gradient, pool

    flat = request.input.ndim == 2
    maps = torch.from_numpy(request.input)
    maps = maps[None] if flat else maps
    trained = {
        name: torch.from_numpy(getattr(request, name)).reshape(-1)
        for name in ("coefficient", "bias")
        if getattr(request, name) is not None
    }
    setting = Pooling(request.kind, request.kernel_size, request.stride, request.padding, request.ceil_mode, **trained)
    rows, columns = arrange((maps.shape[0], maps.shape[1], maps.shape[2]), setting)
    result = pool(maps, setting)
    back = None
    if request.gradient:
        upstream = None if request.upstream is None else torch.from_numpy(request.upstream)
        back = gradient(maps, setting, upstream if upstream is None or not flat else upstream[None])
    tensors = {
        "output": result.output,
        "indices": None if result.indices is None else result.indices.int(),
        "before": result.before,
        "gradient": back,
    }
    shaped = {name: value[0] if flat and value is not None else value for name, value in tensors.items()}
    return {
        "output": shaped.pop("output"),
        "output_shape": list(result.output.shape[1:] if flat else result.output.shape),
        **shaped,
        "formula": {"height": rows.formula, "width": columns.formula},
        "dropped": {"rows": rows.dropped, "columns": columns.dropped},
    }
