"""A curve fitted by one hidden layer: as many pieces as there are units, adding up."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from receptive.operations.activation import function
from receptive.operations.choices import ActivationKind

GRID: Final = 101  # places at which the curve and the pieces are evaluated
STEEP: Final = 8.0  # standard deviation of the first weights, over the width of the curve
NARROWEST: Final = 1e-3  # a curve counts as at least this wide
SLOWEST: Final = 25  # steps between two events, at most
PIECES_EVERY: Final = 10  # events


@dataclass(frozen=True, slots=True)
class Problem:
    """The points to be fitted and the settings of the fit."""

    points: Sequence[tuple[float, float]]
    units: int = 20
    activation: ActivationKind = "tanh"
    steps: int = 2000
    learning_rate: float = 0.01
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Pieces:
    """The units one by one: each is amplitude * f(weight * x + bias)."""

    values: Tensor  # (units, GRID)
    weight: Tensor  # (units,)
    bias: Tensor  # (units,)
    amplitude: Tensor  # (units,)


@dataclass(frozen=True, slots=True)
class Fit:
    """The state of the fit after some steps."""

    step: int
    loss: float  # mean square error over the points
    x: Tensor  # (GRID,), from the leftmost point to the rightmost
    curve: Tensor  # (GRID,): the offset and the sum of the pieces
    offset: float
    pieces: Pieces | None  # only now and then, for they are many


@dataclass(frozen=True, slots=True)
class Done:
    """The end; a fit whose loss is no finite number any more has diverged."""

    step: int
    loss: float
    diverged: bool


class Hidden(nn.Module):
    """y = offset + sum over the units of amplitude * f(weight * x + bias).

    Such sums come as close as one likes to any continuous function on an interval: Cybenko, "Approximation by
    Superpositions of a Sigmoidal Function", 1989; Leshno, Lin, Pinkus and Schocken, "Multilayer Feedforward Networks
    with a Nonpolynomial Activation Function", 1993, for the functions that are not bounded.
    At the start the weights are as steep as the curve is narrow, and each unit's sum is zero at a random place of it,
    so that the pieces are spread over the curve.
    """

    def __init__(self, problem: Problem, x: Tensor, y: Tensor) -> None:
        super().__init__()
        random = Generator().manual_seed(problem.seed)
        units = problem.units
        width = max(float(x.max() - x.min()), NARROWEST)
        weight = torch.randn(units, generator=random) * STEEP / width
        place = float(x.min()) + torch.rand(units, generator=random) * width
        self.weight = nn.Parameter(weight)
        self.bias = nn.Parameter(-weight * place)
        self.amplitude = nn.Parameter(torch.randn(units, generator=random) * 0.1 / math.sqrt(units))
        self.offset = nn.Parameter(y.mean())
        self._function = function(problem.activation)

    def hidden(self, x: Tensor) -> Tensor:
        """The activations of the hidden units: (n,) -> (n, units)."""
        return self._function(torch.outer(x, self.weight) + self.bias)

    def forward(self, x: Tensor) -> Tensor:
        """(n,) -> (n,)."""
        return self.hidden(x) @ self.amplitude + self.offset


def approximate(problem: Problem) -> Iterator[Fit | Done]:
    """Full-batch Adam on the mean square error: a `Fit` before the first step and after some of them, then `Done`.

    The first steps, in which most happens, are reported one by one; later ones up to every 25th. Pieces come with
    every tenth `Fit`, the first and the last. To stop, do not request the next event; the same problem gives the
    same events. Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015.
    """
    x, y = (torch.tensor(values, dtype=torch.float32) for values in zip(*problem.points, strict=True))
    grid = torch.linspace(float(x.min()), float(x.max()), GRID)
    layer = Hidden(problem, x, y)
    adam = torch.optim.Adam(layer.parameters(), lr=problem.learning_rate, fused=True)
    due, reported = 0, 0
    for step in range(problem.steps + 1):
        with torch.enable_grad():
            loss = F.mse_loss(layer(x), y)
        error = loss.item()
        last = step == problem.steps or not math.isfinite(error)
        if last or step == due:
            yield _fit(layer, grid, step, error, last or reported % PIECES_EVERY == 0)
            due, reported = step + min(max(step // 20, 1), SLOWEST), reported + 1
        if last:
            yield Done(step, error, not math.isfinite(error))
            return
        adam.zero_grad()
        loss.backward()
        adam.step()


@torch.no_grad()
def _fit(layer: Hidden, grid: Tensor, step: int, loss: float, whole: bool) -> Fit:
    values = (layer.hidden(grid) * layer.amplitude).T
    curve = values.sum(0) + layer.offset
    pieces = None
    if whole:
        pieces = Pieces(values, *(each.detach().clone() for each in (layer.weight, layer.bias, layer.amplitude)))
    return Fit(step, loss, grid, curve, layer.offset.item(), pieces)
