"""Networks put together by a pattern: INPUT -> [[CONV -> RELU]*N -> POOL]*M -> [FC -> RELU]*K -> FC; without torch.

The pattern is that of A. Karpathy's course notes CS231n, "Convolutional Neural Networks", section Layer Patterns.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from convnets.why import ExplainedError, Value

MOST_PARAMETERS = 10_000_000
MOST_MACS = 1_000_000_000  # of one picture


class PatternError(ExplainedError, ValueError):
    """A pattern that gives no network; the text has the row, the reason and a remedy."""

    def __init__(self, row: str, code: str, sentence: str, /, **values: Value) -> None:
        super().__init__(code, "{row}: " + sentence, row=row, **values)
        self.row = row


class Pattern(BaseModel):
    """The counts and sizes of the pattern: M blocks of N convolutions, then K hidden layers."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    channels: tuple[Annotated[int, Field(ge=1, le=512)], ...] = Field(
        (8, 16),
        strict=False,
        max_length=8,
        description="maps of the convolutions in each block; as many blocks as numbers",
    )
    convolutions: int = Field(1, ge=1, le=4, description="convolutions in each block")
    kernel: int = Field(3, ge=1, le=11, description="height and width of every kernel")
    padding: Literal["none", "same"] = Field("same", description="whether convolutions keep height and width")
    pooling: Literal["max", "average", "none"] = Field("max", description="what ends each block")
    window: int = Field(2, ge=2, le=8, description="height, width and stride of the pooling window")
    units: tuple[Annotated[int, Field(ge=1, le=4096)], ...] = Field(
        (64,),
        strict=False,
        max_length=4,
        description="units of each hidden fully connected layer; as many layers as numbers",
    )
    activation: Literal["relu", "tanh", "sigmoid"] = Field("relu", description="what follows every layer but the last")
    batch_norm: bool = Field(False, description="whether batch normalization follows every convolution")
    dropout: float = Field(0.0, ge=0, lt=1, description="rate of the dropout after each hidden layer; 0 for none")


@dataclass(frozen=True)
class Row:
    """One layer: what goes out of it, what it learns and costs. shape: (C, H, W) or (units,)."""

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int = 0
    macs: int = 0


def shapes(pattern: Pattern, image: tuple[int, int, int], classes: int) -> list[Row]:
    """Every layer in its order, from the input of shape (C, H, W) to the scores. Raises PatternError at the first row
    that cannot be, before anything is built."""
    rows = [Row("input", "input", image)]
    parameters = macs = 0
    for row in _rows(pattern, image, classes):
        rows.append(row)
        parameters, macs = parameters + row.parameters, macs + row.macs
        if parameters > MOST_PARAMETERS:
            raise PatternError(
                row.name,
                "too-many-parameters",
                "{parameters} parameters here make {all}, and at most {most} are allowed; "
                "pool more before the first fully connected layer, or take fewer channels or units",
                parameters=row.parameters,
                all=parameters,
                most=MOST_PARAMETERS,
            )
        if macs > MOST_MACS:
            raise PatternError(
                row.name,
                "too-many-multiplications",
                "one picture costs {macs} multiplications up to here, and at most {most} are allowed; "
                "take fewer channels or a smaller kernel, or pool earlier",
                macs=macs,
                most=MOST_MACS,
            )
    return rows


def _rows(pattern: Pattern, image: tuple[int, int, int], classes: int) -> Iterator[Row]:
    maps, height, width = image
    for block, channels in enumerate(pattern.channels, start=1):
        for number in range(1, pattern.convolutions + 1):
            name = f"conv{block}_{number}"
            if pattern.padding == "same":
                _keeps(name, pattern.kernel)
            else:
                height, width = _slid(name, pattern.kernel, height, width)
            weights = pattern.kernel**2 * maps * channels
            maps = channels
            bias = 0 if pattern.batch_norm else maps  # what normalization would subtract again
            yield Row(name, "convolution", (maps, height, width), weights + bias, weights * height * width)
            if pattern.batch_norm:
                yield Row(f"{name}_norm", "batch-normalization", (maps, height, width), 2 * maps)
            yield Row(f"{name}_{pattern.activation}", pattern.activation, (maps, height, width))
        if pattern.pooling != "none":
            height, width = _pooled(f"pool{block}", pattern.window, height, width)
            yield Row(f"pool{block}", f"{pattern.pooling}-pooling", (maps, height, width))
    size = maps * height * width
    for layer, units in enumerate(pattern.units, start=1):
        yield Row(f"fc{layer}", "fully-connected", (units,), size * units + units, size * units)
        yield Row(f"fc{layer}_{pattern.activation}", pattern.activation, (units,))
        if pattern.dropout:
            yield Row(f"fc{layer}_dropout", "dropout", (units,))
        size = units
    yield Row("output", "fully-connected", (classes,), size * classes + classes, size * classes)


def _keeps(name: str, kernel: int) -> None:
    if kernel % 2 == 0:
        raise PatternError(
            name,
            "even-kernel",
            "padding keeps height and width for odd kernels only, and {kernel} is even; "
            "take {smaller} or {larger}, or no padding",
            kernel=kernel,
            smaller=kernel - 1,
            larger=kernel + 1,
        )


def _slid(name: str, kernel: int, height: int, width: int) -> tuple[int, int]:
    if kernel > min(height, width):
        raise PatternError(
            name,
            "kernel-too-large",
            "a {kernel}x{kernel} kernel does not fit into maps of {height}x{width}; "
            "take a smaller kernel, padding that keeps the size, or fewer blocks",
            kernel=kernel,
            height=height,
            width=width,
        )
    return height - kernel + 1, width - kernel + 1


def _pooled(name: str, window: int, height: int, width: int) -> tuple[int, int]:
    if window > min(height, width):
        raise PatternError(
            name,
            "window-too-large",
            "a {window}x{window} window does not fit into maps of {height}x{width}, and the map would be empty; "
            "take fewer blocks, a smaller window or no pooling",
            window=window,
            height=height,
            width=width,
        )
    return height // window, width // window
