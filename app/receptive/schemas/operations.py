"""Messages about convolution and pooling: requests and responses of `/operations/…`."""

from math import inf
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from receptive.operations.limits import STEP, WINDOW_SIDE
from receptive.operations.plan import NamedPadding, PaddingMode
from receptive.schemas.field import FieldError
from receptive.schemas.message import Message
from receptive.schemas.values import Array, Numbers, Padding, Whole

Pair = Annotated[tuple[int, int], Whole(1, STEP)]
Extra = Annotated[tuple[int, int], Whole(0, STEP)]
Sides = Annotated[tuple[int, int, int, int] | NamedPadding, Padding(("same", "valid", "full"), STEP)]

Plane = Annotated[Array, Numbers(2)]
Maps = Annotated[Array, Numbers(2, 3)]
Kernels = Annotated[Array, Numbers(2, 4)]
Volume = Annotated[Array, Numbers(3)]
EachMap = Annotated[Array, Numbers(0, 1)]
Number = Annotated[float, Field(ge=-1e9, le=1e9)]

ManyNumbers = Annotated[Array, Numbers(1, largest=inf)]
PlaneOut = Annotated[Array, Numbers(2, largest=inf)]
MapsOut = Annotated[Array, Numbers(2, 3, largest=inf)]
VolumeOut = Annotated[Array, Numbers(3, largest=inf)]
MapsOfMaps = Annotated[Array, Numbers(4, largest=inf)]

SPECTRUM = "[H][W], frequency zero first"


class OperationRequest(Message):
    """Base of requests of operations. Strict: "3" is not a number, true is not 1."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, strict=True)


class OperationResponse(Message):
    """Base of responses of operations."""


class Formula(Message):
    """The output's size with the numbers put in."""

    height: str
    width: str


class Dropped(Message):
    """Rows at the bottom and columns at the right of the padded input that no window reaches."""

    rows: int
    columns: int


# --- convolution


class Moving(OperationRequest):
    """Stride, padding and dilation of a kernel. Pairs are rows, then columns; one number stands for both."""

    stride: Pair = (1, 1)
    padding: Sides = Field(
        (0, 0, 0, 0), description="for all sides, [rows, columns], [top, bottom, left, right], or a name"
    )
    dilation: Pair = (1, 1)
    groups: Annotated[int, Field(ge=1, le=4096)] = 1


class MatrixRequest(Moving):
    """Request of `/operations/convolution/matrix`."""

    input: Maps = Field(description="[H][W] or [C][H][W]; at most 64 channels and 262,144 values")
    kernel: Kernels = Field(
        description="[kh][kw] or [O][C / groups][kh][kw], transposed too; sides at most 11, at most 64 filters"
    )
    bias: EachMap | None = Field(None, description="one value for each filter")
    padding_mode: PaddingMode = "zeros"
    transposed: bool = False
    output_padding: Extra = Field((0, 0), description="rows and columns that a transposed convolution adds at the end")
    flip: bool = Field(False, description="true: a convolution, the kernel turned by 180 degrees; false: as in PyTorch")


class ConvolutionRequest(MatrixRequest):
    """Request of `/operations/convolution`."""

    partials: bool = Field(False, description="whether each input channel's share of each output map is wanted")


class ConvolutionAnswer(OperationResponse):
    """A convolution's output and its arithmetic."""

    output: MapsOut = Field(description="[H'][W'] where input and kernel have two dimensions, else [O][H'][W']")
    output_shape: list[int]
    parameters: int
    macs: int = Field(description="products, those with the padding's zeros included; bias not counted")
    formula: Formula
    dropped: Dropped
    partials: MapsOfMaps | None = Field(
        None, description="[O][C / groups][H'][W']; they and the bias add up to the output"
    )


class MatrixAnswer(OperationResponse):
    """A convolution as a matrix times a vector, and as im2col."""

    matrix: PlaneOut = Field(description="[O H' W'][C H W]; at most 65,536 cells")
    vector: ManyNumbers = Field(description="[C H W], the flattened input")
    product: ManyNumbers = Field(description="[O H' W'], the matrix times the vector: the output without bias")
    columns: PlaneOut | None = Field(description="[C kh kw][H' W'], every window as a column; null if transposed")
    output: MapsOut = Field(description="what /operations/convolution answers, bias included")
    output_shape: list[int]


class SpectrumRequest(OperationRequest):
    """Request of `/operations/convolution/spectrum`."""

    input: Plane = Field(description="[H][W]")
    kernel: Plane = Field(
        description="[kh][kw], at most as large as the input; its first value lies on the input's first"
    )
    dilation: Pair = (1, 1)
    flip: bool = Field(False, description="true: a convolution; false: cross-correlation, with the conjugate spectrum")


class SpectrumAnswer(OperationResponse):
    """A circular convolution by way of its spectra and without."""

    input_spectrum_real: PlaneOut = Field(description=SPECTRUM)
    input_spectrum_imag: PlaneOut = Field(description=SPECTRUM)
    kernel_spectrum_real: PlaneOut = Field(description=SPECTRUM)
    kernel_spectrum_imag: PlaneOut = Field(description=SPECTRUM)
    product_spectrum_real: PlaneOut = Field(description=SPECTRUM)
    product_spectrum_imag: PlaneOut = Field(description=SPECTRUM)
    output: PlaneOut = Field(description="[H][W], the product transformed back")
    circular: PlaneOut = Field(description="[H][W], the circular convolution by sliding")
    difference: float = Field(description="the largest between the two")


class CountsRequest(Moving):
    """Request of `/operations/convolution/counts`."""

    input_shape: Annotated[tuple[int, int, int], Whole(1, 4096, 3)] = Field(description="C, H, W")
    filters: Annotated[int, Field(ge=1, le=4096)]
    kernel_size: Annotated[tuple[int, int], Whole(1, WINDOW_SIDE)]
    bottleneck: Annotated[int, Field(ge=1, le=4096)] | None = Field(
        None, description="1x1 maps to put before the layer"
    )


class LayerCount(Message):
    """Cost of one kind of layer for one picture."""

    parameters: int = Field(description="weights and biases")
    connections: int = Field(description="biases included, as LeCun et al. 1998 count them")
    macs: int = Field(description="multiply-accumulate operations; bias not counted")


class CountsAnswer(OperationResponse):
    """The same layer as each kind.

    Locally connected, each place has weights of its own. Depthwise separable is the window on each channel by itself,
    then 1x1; pointwise is 1x1 alone, at the same places; the bottleneck is 1x1 to as many maps as were asked for, then
    the layer.
    """

    output_shape: list[int]
    convolution: LayerCount
    locally_connected: LayerCount
    fully_connected: LayerCount
    depthwise_separable: LayerCount
    pointwise: LayerCount
    bottleneck: LayerCount | None = None


class SeparableRequest(OperationRequest):
    """Request of `/operations/convolution/separable`."""

    input: Plane = Field(description="[H][W]")
    kernel: Plane = Field(description="[kh][kw]; sides at most 11")


class StepMacs(Message):
    """Multiplications of both ways."""

    one_step: int
    two_steps: int


class SeparableAnswer(OperationResponse):
    """A kernel as a column times a row, and what that gives."""

    rank: int
    singular_values: ManyNumbers
    kept: float = Field(description="part of the kernel's squared values that the first pair keeps; 1 for rank one")
    column: ManyNumbers
    row: ManyNumbers
    one_step: PlaneOut = Field(description="[H'][W'], the kernel as it is")
    two_steps: PlaneOut = Field(description="[H'][W'], the column, then the row")
    difference: float = Field(description="the largest between the two")
    macs: StepMacs


class VolumeRequest(OperationRequest):
    """Request of `/operations/convolution/volume`."""

    input: Volume = Field(description="[D][H][W]; at most 262,144 values")
    kernel: Volume = Field(description="[kd][kh][kw]; sides at most 11")
    bias: Number | None = None
    stride: Annotated[tuple[int, int, int], Whole(1, STEP, 3)] = (1, 1, 1)
    padding: Annotated[tuple[int, int, int], Whole(0, STEP, 3)] = (0, 0, 0)


class VolumeFormula(Formula):
    """The output's size with the numbers put in."""

    depth: str


class VolumeAnswer(OperationResponse):
    """A 3-D convolution's output and its arithmetic."""

    output: VolumeOut = Field(description="[D'][H'][W']")
    output_shape: list[int]
    parameters: int
    macs: int
    formula: VolumeFormula


# --- pooling


class PoolingRequest(OperationRequest):
    """Request of `/operations/pooling`."""

    input: Maps = Field(description="[H][W] or [C][H][W]; at most 64 channels and 262,144 values")
    kind: Literal["max", "average", "l2", "global-average", "subsampling"] = "max"
    kernel_size: Annotated[tuple[int, int], Whole(1, WINDOW_SIDE)] = (2, 2)
    stride: Pair | None = Field(None, description="as large as the window if it is left out")
    padding: Annotated[tuple[int, int], Whole(0, WINDOW_SIDE // 2)] = Field(
        (0, 0), description="on both ends; at most half the window"
    )
    ceil_mode: bool = Field(False, description="whether a last window that sticks out counts")
    coefficient: EachMap | None = Field(
        None, description="of subsampling; one for all or for each channel; 1 if left out"
    )
    bias: EachMap | None = Field(None, description="of subsampling; one for all or for each channel; 0 if left out")
    gradient: bool = Field(False, description="whether the gradient of the sum of all outputs is wanted")
    upstream: Maps | None = Field(None, description="what each output is multiplied with in that sum; 1 if left out")

    @model_validator(mode="after")
    def _needs_upstream(self) -> Self:
        if self.upstream is not None and not self.gradient:
            raise FieldError(
                "upstream-without-gradient",
                "upstream: is used with gradient: true only; set it, or leave this out",
                field="upstream",
            )
        return self


class PoolingAnswer(OperationResponse):
    """The result of pooling."""

    output: MapsOut = Field(description="[H'][W'] where the input has two dimensions, else [C][H'][W']")
    output_shape: list[int]
    formula: Formula
    dropped: Dropped
    indices: Annotated[Array, Numbers(2, 3, largest=inf)] | None = Field(
        None, description="of max: each window's winner, counted along the rows of its channel; else null"
    )
    before: MapsOut | None = Field(None, description="of subsampling: coefficient x sum + bias, which is then squashed")
    gradient: MapsOut | None = Field(None, description="shaped as the input, if it was asked for")
