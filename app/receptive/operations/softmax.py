"""From scores to a loss: softmax, cross-entropy, and the weight penalty as a prior."""

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from receptive.operations.choices import Penalty
from receptive.operations.limits import OperationError


class Softmax(NamedTuple):
    """Probabilities of classes; all (K,)."""

    probabilities: Tensor
    log_probabilities: Tensor


class CrossEntropy(NamedTuple):
    """The target distribution, and the cross-entropy loss against it."""

    targets: Tensor  # (K,), which add up to 1
    loss: float  # in nats
    gradient: Tensor  # (K,), of the loss by the logits, by autograd: (probabilities - targets) / temperature


class Prior(NamedTuple):
    """A penalty on weights read as a prior on them."""

    penalty: float
    gradient: Tensor  # of the penalty by the weights, in their shape, by autograd
    scale: float  # sigma of the Gaussian, b of the Laplace distribution; infinite without a penalty
    constant: float  # penalty + constant = -log prior; infinite without a penalty
    log_prior: float


def softmax(logits: Tensor, temperature: float = 1.0) -> Softmax:
    """exp(z / T) / sum of exp(z / T), and its logarithm, which keeps the small ones apart where they round to zero."""
    z = logits / temperature
    return Softmax(F.softmax(z, 0), F.log_softmax(z, 0))


def cross_entropy(logits: Tensor, target: int, temperature: float = 1.0, label_smoothing: float = 0.0) -> CrossEntropy:
    """-sum of t log p: without smoothing the negative log likelihood of the target class.

    With it, t is (1 - e) for the target plus e / K for each of the K classes: Szegedy et al., "Rethinking the Inception
    Architecture", CVPR 2016, section 7. Raises OperationError where there is no such class.
    """
    classes = len(logits)
    if not 0 <= target < classes:
        raise OperationError(
            "target",
            "no-such-class",
            "{target}; the {count} logits are numbered from 0 to {last}",
            target=target,
            count=classes,
            last=classes - 1,
        )
    targets = torch.full_like(logits, label_smoothing / classes)
    targets[target] += 1 - label_smoothing
    z = logits.detach().requires_grad_()
    with torch.enable_grad():
        loss = F.cross_entropy(z / temperature, torch.tensor(target), label_smoothing=label_smoothing)
        (gradient,) = torch.autograd.grad(loss, z)
    return CrossEntropy(targets, loss.item(), gradient)


def prior(weights: Tensor, penalty: Penalty, strength: float) -> Prior:
    """The penalty of weights of any shape, and the distribution of which it is the negative logarithm but a constant.

    l2: strength * sum of w², a Gaussian around 0 with variance 1 / (2 strength), constant n/2 log(2 pi variance).
    l1: strength * sum of |w|, a Laplace distribution around 0 with b = 1 / strength, constant n log(2 b).
    So loss + penalty is the negative log posterior of the weights up to that constant and to the log evidence, which
    do not depend on them: what minimizes it is the maximum a posteriori. Bishop, "Pattern Recognition and Machine
    Learning", 2006, sections 1.2.5 and 3.3.1. At strength 0 the prior is flat and has no density: all is infinite.
    float64.
    """
    w = weights.detach().double().requires_grad_()
    with torch.enable_grad():
        cost = strength * (w.square() if penalty == "l2" else w.abs()).sum()
        (gradient,) = torch.autograd.grad(cost, w)
    if strength == 0:
        return Prior(0.0, gradient, math.inf, math.inf, -math.inf)
    if penalty == "l2":
        variance = 1 / (2 * strength)
        scale = math.sqrt(variance)
        constant = w.numel() / 2 * math.log(2 * math.pi * variance)
    else:
        scale = 1 / strength
        constant = w.numel() * math.log(2 * scale)
    return Prior(cost.item(), gradient, scale, constant, -(cost.item() + constant))
