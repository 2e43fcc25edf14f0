"""Values made comparable: across neighbouring maps as in AlexNet, and across a batch."""

from typing import Final, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from receptive.operations.choices import Convention
from receptive.operations.limits import OperationError


class LocalResponse(NamedTuple):
    """The result of local response normalization."""

    output: Tensor  # of the input's shape
    divisor: Tensor  # of the input's shape: the input divided by it is the output
    alpha: float  # as the paper has it: times the sum of squares
    torch_alpha: float  # as PyTorch has it: times the sum of squares, divided by n


def local_response(
    input: Tensor,  # noqa: A002  as in torch
    size: int = 5,
    alpha: float = 1e-4,
    beta: float = 0.75,
    k: float = 2.0,
    convention: Convention = "paper",
) -> LocalResponse:
    """b = a / (k + alpha * sum of a² over the n maps around it)^beta, at every place of (C, H, W) or (N, C, H, W).

    Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep Convolutional Neural Networks", NIPS 2012,
    section 3.3, whose constants are the defaults: k = 2, n = 5, alpha = 1e-4, beta = 0.75. There alpha multiplies the
    sum itself. `torch.nn.LocalResponseNorm` divides its alpha by n first, so that the same alpha does a fifth as much
    with n = 5; convention "torch" takes alpha in that sense, and the answer gives both.
    For an even n the window has one more map before than behind, as in PyTorch.
    """
    torch_alpha = alpha * size if convention == "paper" else alpha
    batch = input if input.dim() == 4 else input[None]
    output = F.local_response_norm(batch, size, torch_alpha, beta, k).view_as(input)
    # PyTorch does not hand out the divisor, nor would dividing give it back where the input is zero.
    padded = F.pad(batch.square().movedim(1, -1), (size // 2, (size - 1) // 2))  # (N, H, W, C + n - 1)
    squares = padded.unfold(-1, size, 1).sum(-1).movedim(-1, 1)
    divisor = (k + torch_alpha / size * squares).pow(beta).reshape(input.shape)
    return LocalResponse(output, divisor, torch_alpha / size, torch_alpha)


class Batched(NamedTuple):
    """The result of batch normalization; every statistic is (C,)."""

    output: Tensor  # of the input's shape
    mean: Tensor  # those that were used
    variance: Tensor  # in training divided by the number of values, not by one less
    running_mean: Tensor  # after this batch
    running_variance: Tensor


def batch_normalized(
    input: Tensor,  # noqa: A002  as in torch
    running_mean: Tensor | None = None,
    running_variance: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Batched:
    """(x - mean) / sqrt(variance + eps) * weight + bias, channel by channel of (C, H, W) or (N, C, H, W).

    In training, mean and variance are the batch's, and the running ones move towards them by `momentum` (as PyTorch
    has it: the share of the new), the variance with n - 1 below. In evaluation the running ones are used, and kept;
    they start at 0 and 1. Ioffe and Szegedy, "Batch Normalization", ICML 2015, algorithms 1 and 2.
    Raises OperationError where a channel has one value only in training, and where a parameter's length is not C.
    """
    batch = input if input.dim() == 4 else input[None]
    channels = batch.shape[1]
    for name, values in (
        ("running_mean", running_mean), ("running_variance", running_variance), ("weight", weight), ("bias", bias)
    ):  # fmt: skip
        if values is not None and values.shape != (channels,):
            raise OperationError(
                name,
                "one-per-channel",
                "{count} values; {needed} are needed, one for each channel",
                count=values.numel(),
                needed=channels,
            )
    if running_variance is not None and bool((running_variance < 0).any()):
        raise OperationError(
            "running_variance",
            "negative-variance",
            "{value}; a variance is at least 0",
            value=f"{float(running_variance.min()):g}",
        )
    if training and batch.numel() == channels:
        raise OperationError(
            "input",
            "no-variance",
            "one value in each of {count} channels; a variance needs 2 or more: send more, or set training to false",
            count=channels,
        )
    mean = torch.zeros(channels) if running_mean is None else running_mean.clone()
    variance = torch.ones(channels) if running_variance is None else running_variance.clone()
    used = (batch.mean((0, 2, 3)), batch.var((0, 2, 3), correction=0)) if training else (mean.clone(), variance.clone())
    output = F.batch_norm(batch, mean, variance, weight, bias, training, momentum, eps)
    return Batched(output.view_as(input), *used, mean, variance)


class Histogram(NamedTuple):
    """A histogram of values."""

    edges: Tensor  # (bins + 1,), rising, equally far apart
    counts: Tensor  # (bins,)
    mean: float
    standard_deviation: float  # of all values, not of a sample of them


NARROWEST: Final = 0.5  # where all values are equal, the histogram reaches this far to each side


def histogram(values: Tensor, bins: int = 40) -> Histogram:
    """Values counted in bins from the smallest to the largest; the last bin holds the largest too."""
    flat = values.flatten().double()
    low, high = float(flat.min()), float(flat.max())
    if not high > low:
        low, high = low - NARROWEST, high + NARROWEST
    edges = torch.linspace(low, high, bins + 1, dtype=torch.float64)
    counts = torch.histogram(flat, edges).hist
    return Histogram(edges, counts, float(flat.mean()), float(flat.std(correction=0)))
