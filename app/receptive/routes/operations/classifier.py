"""Routes of a classifier's last steps: the fully connected layer, softmax, the loss and the penalty."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from receptive.routes.operations.endpoint import documentation, run_operation
from receptive.schemas.classifier import LinearAnswer, LinearRequest, SoftmaxAnswer, SoftmaxRequest

router = APIRouter()


@router.post(
    "/linear",
    summary="Compute a fully connected layer",
    **documentation(
        LinearRequest,
        LinearAnswer,
        {
            "two units": {
                "input": [[1, 2], [3, 4]], "weight": [[1, 0, 0, 1], [0, 1, -1, 0]], "bias": [10, 0], "unit": 0,
            },
        },
    ),
)  # fmt: skip
async def linear(request: Request) -> Response:
    """Multiply the flattened input by the weights; also as a convolution with kernels as large as the input."""
    return await run_operation(request, LinearRequest, _linear)


def _linear(request: LinearRequest) -> dict[str, Any]:
    import torch

    from receptive.operations.linear import linear, products

    source, weight = torch.from_numpy(request.input), torch.from_numpy(request.weight)
    bias = None if request.bias is None else torch.from_numpy(request.bias)
    result = linear(source, weight, bias)
    return {
        "output": result.output,
        "convolution": result.convolution,
        "difference": result.difference,
        "kernel_shape": list(result.kernel.shape),
        "products": None if request.unit is None else products(source, weight, request.unit),
    }


@router.post(
    "/softmax",
    summary="Compute softmax, cross-entropy and a weight penalty",
    **documentation(
        SoftmaxRequest,
        SoftmaxAnswer,
        {
            "three classes": {"logits": [2, 1, -1], "temperature": 2, "target": 0, "label_smoothing": 0.1},
            "with a penalty": {"logits": [2, 1], "target": 1, "weights": [0.5, -1], "penalty": "l1", "strength": 0.1},
        },
    ),
)
async def softmax(request: Request) -> Response:
    """Compute softmax with temperature, cross-entropy with label smoothing, and a penalty as a prior on the weights.

    loss + penalty equals the negative log posterior up to `constant` and the log evidence. Neither depends on the
    values of the weights, so minimizing the sum gives the maximum a posteriori estimate.
    """
    return await run_operation(request, SoftmaxRequest, _softmax)


def _softmax(request: SoftmaxRequest) -> dict[str, Any]:
    import torch

    from receptive.operations.softmax import cross_entropy, prior, softmax

    logits = torch.from_numpy(request.logits)
    fields = {**dict.fromkeys(SoftmaxAnswer.model_fields), **softmax(logits, request.temperature)._asdict()}
    loss = None
    if request.target is not None:
        price = cross_entropy(logits, request.target, request.temperature, request.label_smoothing)
        fields |= price._asdict()
        loss = price.loss
    if request.weights is None:
        return fields
    result = prior(torch.from_numpy(request.weights), request.penalty, request.strength)
    return {
        **fields,
        "penalty": result.penalty,
        "penalty_gradient": result.gradient,
        "penalized": None if loss is None else loss + result.penalty,
        "scale": result.scale,
        "constant": result.constant,
        "log_prior": result.log_prior,
        "posterior": None if loss is None else loss - result.log_prior,
    }
