"""Statistics of each layer's weights, gradients and outputs; vanishing and exploding gradients."""

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

BINS = 32
LIVING = 1e-4  # a unit whose answers to all pictures lie closer together says nothing
FEWEST = 8  # pictures that tell a dead unit from one that had no occasion
VANISHED = 1e-3  # of the longest gradient of a layer, on average over an epoch
EXPLODED = 1e3  # length of a layer's gradient in one step: at a rate of 0.001 it moves the layer by a whole unit


@dataclass(frozen=True)
class Histogram:
    """Values in equal bins from low to high; the mean and the deviation are those of the values themselves."""

    low: float
    high: float
    counts: tuple[int, ...]
    mean: float
    deviation: float


@dataclass(frozen=True)
class LayerStatistics:
    """One layer's kernels or matrix after an epoch, and their gradient in its last step.

    gradient_norm: mean of the gradient's length over the epoch's steps; dead: share of the units of the activation
    behind it that answer all pictures alike, None where none follows or too few pictures are held out.
    """

    name: str
    weights: Histogram
    gradients: Histogram
    gradient_norm: float
    dead: float | None


def histogram(values: Tensor) -> Histogram:
    """The histogram of finite values; equal ones stand in the middle of a narrow range."""
    flat = values.detach().flatten()
    low, high = (float(end) for end in flat.aminmax())
    mean = float(flat.mean())
    centred = flat - mean
    deviation = math.sqrt(float(centred.dot(centred)) / len(flat))
    if low == high:
        margin = max(abs(low), 1.0) * 1e-3
        low, high = low - margin, high + margin
    # A third of the time of torch.histc.
    bins = (flat - low).mul_(BINS / (high - low)).clamp_(0, BINS - 1).to(torch.uint8)
    return Histogram(low, high, tuple(bins.bincount(minlength=BINS).tolist()), mean, deviation)


def layers(
    parameters: Iterable[tuple[str, Tensor]],
    weights: Mapping[str, Tensor],
    norms: Mapping[str, float],
    dead: Mapping[str, float],
) -> tuple[LayerStatistics, ...]:
    """Every layer that has kernels or a matrix; weights: those that are judged; norms: of each parameter."""
    return tuple(
        LayerStatistics(
            layer_of(name),
            histogram(weights[name]),
            histogram(value.grad if value.grad is not None else torch.zeros_like(value)),
            norms[name],
            dead.get(layer_of(name)),
        )
        for name, value in parameters
        if value.ndim > 1
    )


def layer_of(parameter: str) -> str:
    """The layer that a parameter is of."""
    return parameter.rpartition(".")[0] or parameter


class Watch:
    """Detects vanishing and exploding gradients; each layer is reported once."""

    def __init__(self, names: list[str], shapes: list[torch.Size]) -> None:
        self.places = {layer_of(name): at for at, name in enumerate(names) if len(shapes[at]) > 1}
        self.said: set[str] = set()

    def exploded(self, norms: Tensor) -> list[tuple[str, float]]:
        """Layers whose gradient is too long in a step, which have not been named before."""
        return self._fresh("exploding", [(layer, norm) for layer, norm in self._of(norms) if norm >= EXPLODED])

    def vanished(self, norms: Tensor) -> list[tuple[str, float]]:
        """Layers that are given next to nothing of the gradient over an epoch, which have not been named before."""
        lengths = self._of(norms)
        limit = VANISHED * max((norm for _, norm in lengths), default=0.0)
        return self._fresh("vanishing", [(layer, norm) for layer, norm in lengths if norm <= limit])

    def _of(self, norms: Tensor) -> list[tuple[str, float]]:
        return [(layer, float(norms[at])) for layer, at in self.places.items()]

    def _fresh(self, kind: str, found: list[tuple[str, float]]) -> list[tuple[str, float]]:
        fresh = [(layer, norm) for layer, norm in found if f"{kind} {layer}" not in self.said]
        self.said.update(f"{kind} {layer}" for layer, _ in fresh)
        return fresh


@dataclass
class Activity:
    """The share of units behind each layer that answer all pictures alike."""

    dead: dict[str, float] = field(default_factory=dict)


@contextmanager
def observed_activity(network: nn.Module) -> Iterator[Activity]:
    """The activity of every pass through the network within the block."""
    activity, last = Activity(), [""]

    def observe(name: str, module: nn.Module) -> torch.utils.hooks.RemovableHandle:
        weighs = any(value.ndim > 1 for value in module.parameters(recurse=False))

        def listen(_: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            if weighs:
                last[0] = name
            elif _activates(module, inputs, output) and len(output) >= FEWEST:
                activity.dead[last[0]] = _dead(output)

        return module.register_forward_hook(listen)

    leaves = [(name, module) for name, module in network.named_modules() if not any(module.children())]
    handles = [observe(name, module) for name, module in leaves]
    try:
        yield activity
    finally:
        for handle in handles:
            handle.remove()


def _activates(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> bool:
    """True for a layer that computes each value on its own, as an activation does."""
    other = isinstance(module, nn.Dropout | nn.BatchNorm2d | nn.Identity)
    return not other and not any(True for _ in module.parameters()) and inputs[0].shape == output.shape


def _dead(output: Tensor) -> float:
    """Share of the maps, or units, that are the same for every picture and at every place."""
    places = (0, *range(2, output.ndim))
    same = output.amax(places) - output.amin(places) < LIVING
    return int(same.sum()) / len(same)
