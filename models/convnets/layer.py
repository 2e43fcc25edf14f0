"""The row of one layer, as it is traced, sent and read; without torch, so that messages can be made of it at once."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

Sizes = list[int]


@dataclass(frozen=True)
class Layer:
    """One layer; shapes are without the batch dimension."""

    name: str
    kind: Annotated[str, Field(description="`unknown` for a function that no kind describes")]
    operation: Annotated[str, Field(description="the class of the module, or the name of the function")]
    reshapes: Annotated[bool, Field(description="whether it only moves values, as flattening does")]
    module: Annotated[str | None, Field(description="path of the module; null for a function")]
    block: Annotated[str, Field(description="path of the module that holds it, such as layer1.0; empty at the top")]
    inputs: Annotated[list[str], Field(description="names of all layers it reads; `input` is the picture")]
    input_shape: Annotated[Sizes, Field(description="of the first input")]
    input_shapes: Annotated[list[Sizes], Field(description="of every input")]
    output_shape: Sizes
    kernel: Sizes | None
    stride: Sizes | None
    padding: Annotated[Sizes | None, Field(description="rows above the first and columns before the first")]
    dilation: Sizes | None
    groups: int | None
    output_padding: Annotated[Sizes | None, Field(description="of transposed convolution")]
    ceil_mode: Annotated[bool | None, Field(description="of pooling: whether the last window may reach outside")]
    parameters: Annotated[int, Field(description="trainable ones")]
    macs: Annotated[int, Field(description="multiply-accumulate operations for one picture; bias not counted")]
    connections: Annotated[
        int, Field(description="connections for one picture, as LeCun et al. 1998 count them: bias included")
    ]
    receptive_field: Annotated[
        int | None, Field(description="side in input pixels of what one unit sees; null where it is not square")
    ]
    jump: Annotated[
        int | None,
        Field(description="distance in input pixels between neighbouring units; null where rows and columns differ"),
    ]
    field: Annotated[Sizes | None, Field(description="height and width in input pixels of what one unit sees")]
    jumps: Annotated[Sizes | None, Field(description="distance between neighbours, down and across")]
    offset: Annotated[
        Sizes | None,
        Field(description="row and column of the first pixel that the first unit sees; negative inside padding"),
    ]
    feeds: Annotated[list[list[int]] | None, Field(description="which input maps feed each map, where not all do")]
    epsilon: Annotated[float | None, Field(description="term that normalization adds to the variance")]
    weights: Annotated[list[str], Field(description="names for /models/{name}/weights/{parameter}")]


@dataclass(frozen=True)
class Failure:
    """The layer at which a forward pass failed, with the shapes that do not fit."""

    name: str
    kind: str
    operation: str
    inputs: list[str]
    input_shapes: list[Sizes]  # without the batch dimension
    weight_shapes: dict[str, Sizes]
    message: str  # of torch


@dataclass(frozen=True)
class Rectangle:
    """Cells of a map: `row` and `column` of the first, and how many there are down and across."""

    row: int
    column: int
    height: int
    width: int
