"""Activation functions, and the gradients that come back through a chain of them."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from receptive.routes.operations.machinery import answered, documentation
from receptive.schemas.layers import ActivationAnswer, ActivationRequest, ChainAnswer, ChainRequest

router = APIRouter(prefix="/activation")


@router.post(
    "",
    summary="Apply an activation function",
    **documentation(
        ActivationRequest,
        ActivationAnswer,
        {
            "relu": {"input": [-2, -0.5, 0, 0.5, 2], "kind": "relu"},
            "leaky": {"input": [[-1, 1], [2, -2]], "kind": "leaky-relu", "slope": 0.1},
        },
    ),
)
async def activation(request: Request) -> Response:
    """Every value through the function, its derivative there, and the share of zeros."""
    return await answered(request, ActivationRequest, _activation)


def _activation(asked: ActivationRequest) -> dict[str, Any]:
    import torch

    from receptive.operations.activation import activate

    found = activate(torch.from_numpy(asked.input), asked.kind, asked.slope)
    return {**found._asdict(), "output_shape": list(found.output.shape)}


@router.post(
    "/chain",
    summary="Send a gradient back through a deep chain",
    **documentation(
        ChainRequest,
        ChainAnswer,
        {
            "vanishing": {"kind": "sigmoid", "depth": 30, "initialization": "xavier"},
            "kept": {"kind": "relu", "depth": 30, "initialization": "he"},
        },
    ),
)
async def chain(request: Request) -> Response:
    """Layers of equal width, each followed by the function; the norm of autograd's gradient at every one of them.

    At most 200,000,000 multiplications in the passes there and back.
    """
    return await answered(request, ChainRequest, _chain)


def _chain(asked: ChainRequest) -> dict[str, Any]:
    from receptive.operations.chain import chain

    found = chain(**asked.model_dump())
    return {name: values.tolist() for name, values in found._asdict().items()}
