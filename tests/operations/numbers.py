"""Tensors and settings for tests of the operations, the same every time."""

from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor

from receptive.operations.plan import Settings, sides

Problem = tuple[Tensor, Tensor, Tensor | None, Settings]


def numbers(*shape: int, seed: int = 0) -> Tensor:
    """Small whole numbers, whose sums float32 holds exactly."""
    return torch.randint(-9, 10, shape, generator=torch.Generator().manual_seed(seed)).float()


pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))
kernels = st.tuples(st.integers(1, 4), st.integers(1, 4))


@st.composite
def problems(draw: st.DrawFn, transposed: bool | None = None) -> Problem:
    """An input, a kernel, a bias or none, and settings under which they fit: every setting of the exhibit."""
    groups, each, into = draw(st.integers(1, 3)), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    kernel, dilation = draw(kernels), draw(pairs)
    span = tuple(step * (side - 1) + 1 for step, side in zip(dilation, kernel, strict=True))
    height, width = draw(st.integers(max(span[0], 4), 13)), draw(st.integers(max(span[1], 4), 13))
    turned = draw(st.booleans()) if transposed is None else transposed
    given: dict[str, Any] = {"dilation": dilation, "groups": groups, "transposed": turned, "flip": draw(st.booleans())}
    given["stride"] = draw(pairs)
    named = ["valid", "full"] + ["same"] * (given["stride"] == (1, 1))
    around = st.tuples(*[st.integers(0, 3)] * 4)
    given["padding"] = draw(st.one_of(around, st.sampled_from(named)))
    if turned:
        most = [max(pair) - 1 for pair in zip(given["stride"], dilation, strict=True)]
        given["output_padding"] = draw(st.tuples(*(st.integers(0, extra) for extra in most)))
        whole = [
            (size - 1) * step + reach + extra
            for size, step, reach, extra in zip(
                (height, width), given["stride"], span, given["output_padding"], strict=True
            )
        ]
        crop = sides(given["padding"], kernel, dilation)
        if crop[0] + crop[1] >= whole[0] or crop[2] + crop[3] >= whole[1]:
            given["padding"] = (0, 0, 0, 0)
    else:
        modes = ["zeros", "replicate"]
        largest = sides(given["padding"], kernel, dilation)
        if max(largest[:2]) < height and max(largest[2:]) < width:
            modes += ["reflect", "circular"]
        given["padding_mode"] = draw(st.sampled_from(modes))
    seed = draw(st.integers(0, 99))
    bias = numbers(groups * each, seed=seed + 2) if draw(st.booleans()) else None
    maps, weights = (
        numbers(groups * into, height, width, seed=seed),
        numbers(groups * each, into, *kernel, seed=seed + 1),
    )
    return maps, weights, bias, Settings(**given)
