"""A deep chain of equal layers, and the gradient that finds its way back through it."""

from typing import Final, NamedTuple

import torch
from torch import Generator, Tensor, nn

from receptive.operations.activation import LEAK, function
from receptive.operations.choices import ActivationKind, ChainLoss, Initialization
from receptive.operations.limits import check_arithmetic

SMALL: Final = 0.01  # standard deviations of the weights
LARGE: Final = 1.0


class Chain(NamedTuple):
    """The gradients by autograd, from the layer next to the input to the one next to the loss. All float64."""

    gradients: Tensor  # (depth,), norm of the loss's gradient by each layer's pre-activations
    weight_gradients: Tensor  # (depth,), norm of the loss's gradient by each layer's weights
    activations: Tensor  # (depth,), standard deviation of each layer's outputs


def initialized(width: int, initialization: Initialization, generator: Generator) -> Tensor:
    """Weights of one layer, (width, width), float64.

    xavier: normal, variance 2 / (fan in + fan out), Glorot and Bengio, "Understanding the difficulty of training deep
    feedforward neural networks", AISTATS 2010, equation 12 for the variance. he: normal, variance 2 / fan in, He et
    al., "Delving Deep into Rectifiers", ICCV 2015, equation 10. orthogonal: Saxe et al., ICLR 2014. small and large:
    normal with standard deviations 0.01 and 1.
    """
    weight = torch.empty(width, width, dtype=torch.float64)
    if initialization == "xavier":
        return nn.init.xavier_normal_(weight, generator=generator)
    if initialization == "he":
        return nn.init.kaiming_normal_(weight, nonlinearity="relu", generator=generator)
    if initialization == "orthogonal":
        return nn.init.orthogonal_(weight, generator=generator)
    return nn.init.normal_(weight, 0.0, SMALL if initialization == "small" else LARGE, generator=generator)


def chain(
    kind: ActivationKind,
    depth: int,
    width: int,
    initialization: Initialization,
    seed: int = 0,
    batch: int = 64,
    slope: float = LEAK,
    loss: ChainLoss = "sum",
) -> Chain:
    """Gradients in `depth` layers, each a linear map of `width` values without bias followed by the function.

    The input is (batch, width) of standard normal values; the loss is the sum, or the mean of the squares, of the
    last layer's outputs. float64, so that what vanishes or explodes can still be plotted: the numbers are PyTorch's.
    Raises OperationError where the passes there and back need more MACs than are allowed.
    """
    macs = 3 * depth * width * width * batch  # forward, by the inputs, by the weights
    check_arithmetic(macs, "width")
    generator = Generator().manual_seed(seed)
    x = torch.randn(batch, width, dtype=torch.float64, generator=generator)
    weights = [initialized(width, initialization, generator).requires_grad_() for _ in range(depth)]
    call = function(kind, slope)
    sums: list[Tensor] = []
    spreads: list[Tensor] = []
    with torch.enable_grad():
        for weight in weights:
            sums.append(x @ weight.T)  # (batch, width)
            x = call(sums[-1])
            spreads.append(x.detach().std(correction=0))
        total = x.sum() if loss == "sum" else x.square().mean()
        gradients = torch.autograd.grad(total, [*sums, *weights])
    norms = torch.stack([_norm(gradient) for gradient in gradients])
    return Chain(norms[:depth], norms[depth:], torch.stack(spreads))


def _norm(values: Tensor) -> Tensor:
    """The Euclidean norm, also where the squares are too small or too large for float64."""
    largest = values.abs().max()
    return largest * (values / largest).norm() if largest > 0 else largest
