"""Routes of activation functions and of gradients through a chain of them."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from receptive.routes.operations.endpoint import documentation, run_operation
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
    """Apply an activation function to every value. Returns the outputs, the derivatives and the share of zeros."""
    return await run_operation(request, ActivationRequest, _activation)


def _activation(request: ActivationRequest) -> dict[str, Any]:
    import torch

    from receptive.operations.activation import activate

    result = activate(torch.from_numpy(request.input), request.kind, request.slope)
    return {**result._asdict(), "output_shape": list(result.output.shape)}


@router.post(
    "/chain",
    summary="Backpropagate through a deep chain of layers",
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
    """Backpropagate a loss through layers of equal width. Returns the norm of the gradient at every layer, by autograd.

    The forward and backward pass may take at most 200,000,000 multiplications.
    """
    return await run_operation(request, ChainRequest, _chain)


def _chain(request: ChainRequest) -> dict[str, Any]:
    from receptive.operations.chain import chain

    result = chain(**request.model_dump())
    return {name: values.tolist() for name, values in result._asdict().items()}
