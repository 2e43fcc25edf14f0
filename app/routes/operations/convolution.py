"""Convolution: the output, and other ways to the same numbers."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.operations.limits import OperationError
from app.operations.plan import Plan, Settings, plan
from app.routes.operations.machinery import answered, documentation
from app.schemas import ConvolutionAnswer, ConvolutionRequest, Moving
from app.schemas.values import Array

router = APIRouter(prefix="/convolution")

SQUARE = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
SMALL = {"input": SQUARE, "kernel": [[1, 2], [3, 4]]}


def settings_of(asked: Moving) -> Settings:
    """How the kernel moves."""
    names = Settings.__dataclass_fields__
    return Settings(**{name: getattr(asked, name) for name in names})


def whole(asked: ConvolutionRequest) -> tuple[Array, Array, Array | None]:
    """Input (C, H, W), kernel (O, C / groups, kh, kw) and bias (O,)."""
    kernel = asked.kernel if asked.kernel.ndim == 4 else asked.kernel[None, None]
    maps = asked.input if asked.input.ndim == 3 else asked.input[None]
    bias = None if asked.bias is None else asked.bias.reshape(-1)
    if bias is not None and len(bias) != len(kernel):
        raise OperationError("bias", f"{len(bias)} values; one for each of the {len(kernel)} filters is needed")
    return maps, kernel, bias


def told(arithmetic: Plan) -> dict[str, Any]:
    """The arithmetic of a convolution in words."""
    rows, columns = arithmetic.rows, arithmetic.columns
    return {
        "macs": arithmetic.macs,
        "formula": {"height": rows.formula, "width": columns.formula},
        "dropped": {"rows": rows.dropped, "columns": columns.dropped},
    }


@router.post(
    "",
    summary="Slide a kernel over an input",
    **documentation(
        ConvolutionRequest,
        ConvolutionAnswer,
        {
            "cross-correlation": SMALL,
            "convolution": {**SMALL, "flip": True},
            "strided": {**SMALL, "padding": 1, "stride": 2},
        },
    ),
)
async def convolution(request: Request) -> Response:
    """Cross-correlation as PyTorch computes it, convolution with `flip`, transposed convolution with `transposed`.

    At most 1,048,576 output values and 200,000,000 multiplications.
    """
    return await answered(request, ConvolutionRequest, _convolution)


def _convolution(asked: ConvolutionRequest) -> dict[str, Any]:
    maps, kernel, bias = whole(asked)
    settings = settings_of(asked)
    arithmetic = plan(maps.shape, kernel.shape, settings)
    import torch

    from app.operations.convolution import convolve, partial_maps

    source, filters = torch.from_numpy(maps), torch.from_numpy(kernel)
    output = convolve(source, filters, None if bias is None else torch.from_numpy(bias), settings)
    if asked.input.ndim == 2 and len(kernel) == 1:
        output = output[0]
    return {
        "output": output,
        "output_shape": list(output.shape),
        "parameters": kernel.size + (0 if bias is None else bias.size),
        **told(arithmetic),
        "partials": partial_maps(source, filters, settings) if asked.partials else None,
    }
