"""Messages about convolution and pooling: what `/operations/…` is asked and what it answers."""

from typing import Annotated

from pydantic import ConfigDict, Field

from app.operations.limits import STEP
from app.operations.plan import NamedPadding, PaddingMode
from app.schemas.message import Message
from app.schemas.values import Array, Numbers, Padding, Whole

Pair = Annotated[tuple[int, int], Whole(1, STEP)]
Extra = Annotated[tuple[int, int], Whole(0, STEP)]
Sides = Annotated[tuple[int, int, int, int] | NamedPadding, Padding(("same", "valid", "full"), STEP)]
Map = Annotated[Array, Numbers(2)]
Maps = Annotated[Array, Numbers(2, 3)]
Kernels = Annotated[Array, Numbers(2, 4)]
Stack = Annotated[Array, Numbers(3)]
Partials = Annotated[Array, Numbers(4)]
Vector = Annotated[Array, Numbers(1)]
Either = Annotated[Array, Numbers(0, 1)]


class Question(Message):
    """What an operation is asked: nothing is guessed, so that "3" is no number and true is no 1."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, strict=True)


class Answer(Message):
    """What an operation answers."""


class Formula(Message):
    """The output's size with the numbers put in."""

    height: str
    width: str


class Dropped(Message):
    """Rows at the bottom and columns at the right of the padded input that no window reaches."""

    rows: int
    columns: int


class Moving(Question):
    """How a kernel moves over the input. Pairs are rows, then columns; one number stands for both."""

    stride: Pair = (1, 1)
    padding: Sides = Field(
        (0, 0, 0, 0), description="for all sides, [rows, columns], [top, bottom, left, right], or a name"
    )
    padding_mode: PaddingMode = "zeros"
    dilation: Pair = (1, 1)
    groups: Annotated[int, Field(ge=1, le=64)] = 1
    transposed: bool = False
    output_padding: Extra = Field((0, 0), description="rows and columns that a transposed convolution adds at the end")
    flip: bool = Field(False, description="true: a convolution, the kernel turned by 180 degrees; false: as in PyTorch")


class ConvolutionRequest(Moving):
    """What `/operations/convolution` is asked."""

    input: Maps = Field(description="[H][W] or [C][H][W]; at most 64 channels and 262,144 values")
    kernel: Kernels = Field(
        description="[kh][kw] or [O][C / groups][kh][kw], transposed too; sides at most 11, at most 64 filters"
    )
    bias: Either | None = Field(None, description="one value for each filter")
    partials: bool = Field(False, description="whether each input channel's share of each output map is wanted")


class ConvolutionAnswer(Answer):
    """A convolution's output and its arithmetic."""

    output: Maps = Field(description="[H'][W'] where input and kernel have two dimensions, else [O][H'][W']")
    output_shape: list[int]
    parameters: int
    macs: int = Field(description="products, those with the padding's zeros included; bias not counted")
    formula: Formula
    dropped: Dropped
    partials: Partials | None = Field(
        None, description="[O][C / groups][H'][W']; they and the bias add up to the output"
    )
