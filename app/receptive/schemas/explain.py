"""Messages of `/explain`: the arithmetic of one value of a layer."""

from pydantic import Field

from receptive.schemas.inference import Name, Picture
from receptive.schemas.message import Message


class ExplainRequest(Picture):
    """A picture and the place of one value in a layer's output."""

    layer: Name = Field(description="a name from /models/{name}")
    map: int = Field(ge=0, le=65_535, description="of a vector, the number of the unit")
    row: int = Field(0, ge=0, le=65_535, description="0 for a vector")
    column: int = Field(0, ge=0, le=65_535, description="0 for a vector")


class ReadWindow(Message):
    """The cells of the input maps that a value reads; lists hold one number for each axis, rows before columns."""

    first: list[int] = Field(description="the first cell; negative inside padding")
    size: list[int] = Field(description="cells along each axis")
    step: list[int] = Field(description="distance between neighbouring cells: 1 without dilation")


class ExplainAnswer(Message):
    """The arithmetic of one value: sum = all products + bias, and value = function(sum)."""

    model: str
    layer: str
    kind: str
    map: int
    row: int
    column: int
    reads: list[str] = Field(description="names of the layers that it reads; `input` is the picture")
    maps: list[int] | None = Field(description="the input maps along the first axis; null where all values are read")
    window: ReadWindow | None = Field(description="null where no window slides")
    shape: list[int] = Field(description="of inputs, weights and products")
    inputs: list[object] = Field(description="nested as `shape` says; 0 where the window lies on padding")
    weights: list[object] = Field(description="nested as `shape` says")
    products: list[object] = Field(description="nested as `shape` says: inputs times weights in double precision")
    bias: float | None
    sum: float | None
    function: str | None = Field(description="such as relu; null where the sum is the value")
    value: float | None
    epsilon: float | None = Field(description="the term that normalization adds to the variance")
    facts: dict[str, object] = Field(description="further numbers, such as mean and variance of normalization")
