"""From maps to an answer: the fully connected layer, softmax, the loss and the penalty."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from receptive.routes.operations.machinery import answered, documentation
from receptive.schemas.classifier import LinearAnswer, LinearRequest, SoftmaxAnswer, SoftmaxRequest

router = APIRouter()


@router.post(
    "/linear",
    summary="A fully connected layer, and the convolution that it is",
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
    """Weight times the flattened input, and the same numbers by a convolution with kernels as large as the input."""
    return await answered(request, LinearRequest, _linear)


def _linear(asked: LinearRequest) -> dict[str, Any]:
    import torch

    from receptive.operations.linear import linear, products

    source, weight = torch.from_numpy(asked.input), torch.from_numpy(asked.weight)
    bias = None if asked.bias is None else torch.from_numpy(asked.bias)
    found = linear(source, weight, bias)
    return {
        "output": found.output,
        "convolution": found.convolution,
        "difference": found.difference,
        "kernel_shape": list(found.kernel.shape),
        "products": None if asked.unit is None else products(source, weight, asked.unit),
    }


@router.post(
    "/softmax",
    summary="From scores to probabilities, and what they cost",
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
    """Softmax with temperature, cross-entropy with label smoothing, and the weight penalty as a prior on the weights.

    loss + penalty is the negative log posterior but for `constant` and for the log evidence; neither depends on the
    weights' values, so that the least of it is the maximum a posteriori.
    """
    return await answered(request, SoftmaxRequest, _softmax)


def _softmax(asked: SoftmaxRequest) -> dict[str, Any]:
    import torch

    from receptive.operations.softmax import cross_entropy, prior, softmax

    logits = torch.from_numpy(asked.logits)
    said = {**dict.fromkeys(SoftmaxAnswer.model_fields), **softmax(logits, asked.temperature)._asdict()}
    loss = None
    if asked.target is not None:
        price = cross_entropy(logits, asked.target, asked.temperature, asked.label_smoothing)
        said |= price._asdict()
        loss = price.loss
    if asked.weights is None:
        return said
    found = prior(torch.from_numpy(asked.weights), asked.penalty, asked.strength)
    return {
        **said,
        "penalty": found.penalty,
        "penalty_gradient": found.gradient,
        "penalized": None if loss is None else loss + found.penalty,
        "scale": found.scale,
        "constant": found.constant,
        "log_prior": found.log_prior,
        "posterior": None if loss is None else loss - found.log_prior,
    }
