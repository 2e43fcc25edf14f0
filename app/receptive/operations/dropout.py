"""Dropout: a mask from a seed, applied to any values or inside a network."""

import math
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn

from receptive.operations.limits import OUTPUT_VALUES, at_most, times


class Dropped(NamedTuple):
    """The result of dropout."""

    output: Tensor  # of the input's shape
    mask: Tensor  # of the input's shape: 1 kept, 0 dropped
    scale: float  # what is kept was multiplied by this


def scale(rate: float, training: bool = True) -> float:
    """1 / (1 - rate), so that the expectation stays what it was; infinite at 1; 1 in evaluation."""
    if not training:
        return 1.0
    return 1 / (1 - rate) if rate < 1 else math.inf


def masks(shape: tuple[int, ...], rate: float, seed: int, draws: int = 1, whole_channels: bool = False) -> Tensor:
    """Masks of 1 (kept, with probability 1 - rate) and 0, (draws, *shape); the same for the same seed.

    The first draws are the same however many follow. Whole channels share one coin: of (N, C, H, W) and (C, H, W)
    each map, of (H, W) the one map, of (n,) each value. Raises OperationError where the masks would be too large.
    """
    at_most(
        OUTPUT_VALUES,
        draws * math.prod(shape),
        "draws",
        "masks-too-large",
        "{draws} masks of {shape} would have {count} values; at most {limit} are allowed: draw fewer",
        draws=draws,
        shape=times(shape),
    )
    coins = (*shape[:-2], 1, 1) if whole_channels and len(shape) >= 2 else shape
    generator = Generator().manual_seed(seed)
    kept = torch.rand((draws, *coins), generator=generator) >= rate
    return kept.float().expand(draws, *shape)


def dropout(
    input: Tensor,  # noqa: A002  as in torch
    rate: float = 0.5,
    seed: int = 0,
    training: bool = True,
    whole_channels: bool = False,
) -> Dropped:
    """Each value, or each whole channel, is set to zero with probability `rate`, the others are scaled by 1/(1-rate).

    Any shape of up to four dimensions; in evaluation nothing changes. Srivastava et al., "Dropout", JMLR 15, 2014,
    section 10 for scaling while training; Tompson et al., CVPR 2015, for whole channels.
    """
    factor = scale(rate, training)
    if not training:
        return Dropped(input.clone(), torch.ones_like(input), factor)
    (mask,) = masks(tuple(input.shape), rate, seed, 1, whole_channels)
    return Dropped(scaled(input, mask, factor), mask.contiguous(), factor)


def scaled(values: Tensor, mask: Tensor, factor: float) -> Tensor:
    """The kept values, scaled; zeros at a rate of 1, where nothing is kept. The shapes broadcast."""
    return values * mask * (factor if math.isfinite(factor) else 0.0)


def carried_on(module: nn.Module, input: Tensor, layer: str, mask: Tensor, factor: float) -> Tensor:  # noqa: A002
    """The module's output for one input, (1, ...), once for each mask: (draws, ...).

    The layers up to the named one run once; from there on the draws are one batch.
    """

    def drop(_module: nn.Module, _inputs: object, output: Tensor) -> Tensor:
        return scaled(output, mask.to(output.device), factor)

    handle = module.get_submodule(layer).register_forward_hook(drop)
    try:
        with torch.inference_mode():
            output: Tensor = module(input)
    finally:
        handle.remove()
    return output
