"""Messages about what comes between convolutions: activation, normalization, dropout, and invariance to movement."""

from typing import Annotated, Literal

from pydantic import Field

from receptive.operations.choices import (
    ActivationKind,
    ChainLoss,
    Convention,
    Initialization,
    Motion,
    Summary,
)
from receptive.schemas.inference import Name, Picture
from receptive.schemas.operations import OperationRequest, OperationResponse
from receptive.schemas.values import Array, Numbers, Whole

LARGEST_SEED = 2**32 - 1
SQUARED = 1e6  # the largest value where squares are added up: their sums stay finite in float32

Seed = Annotated[int, Field(ge=0, le=LARGEST_SEED)]
Rate = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Window = Annotated[tuple[int, int], Whole(1, 256)]
Anything = Annotated[Array, Numbers(1, 2, 3, 4)]
Nested = list[object]  # numbers in as many lists as the shape says; null for what is no finite number


# --- activation


class ActivationRequest(OperationRequest):
    """Request of `/operations/activation`."""

    input: Anything = Field(description="up to four dimensions, at most 262,144 values")
    kind: ActivationKind
    slope: float = Field(0.01, ge=0, le=1, description="of leaky ReLU below zero")


class ActivationAnswer(OperationResponse):
    """A function's values and its derivatives."""

    output: Nested = Field(description="in the input's shape")
    derivative: Nested = Field(description="in the input's shape, from autograd")
    zeros: float = Field(description="share of the outputs that are exactly zero")
    output_shape: list[int]


class ChainRequest(OperationRequest):
    """Request of `/operations/activation/chain`. The input is standard normal."""

    kind: ActivationKind
    initialization: Initialization = Field(
        "xavier",
        description="normal with variance 1/width (xavier), 2/width (he), 0.01² (small), 1 (large); orthogonal",
    )
    depth: int = Field(20, ge=1, le=50, description="layers")
    width: int = Field(64, ge=1, le=256, description="values in each layer")
    batch: int = Field(64, ge=1, le=256, description="inputs")
    seed: Seed = 0
    slope: float = Field(0.01, ge=0, le=1, description="of leaky ReLU below zero")
    loss: ChainLoss = Field("sum", description="of the last layer's outputs: their sum, or the mean of their squares")


class ChainAnswer(OperationResponse):
    """The gradients by autograd, from the first layer to the last; computed in float64."""

    gradients: list[float | None] = Field(description="norm of the loss's gradient by each layer's pre-activations")
    weight_gradients: list[float | None] = Field(description="norm of the loss's gradient by each layer's weights")
    activations: list[float | None] = Field(description="standard deviation of each layer's outputs")


# --- normalization

PerChannel = Annotated[Array, Numbers(1)]
PerChannelSquared = Annotated[Array, Numbers(1, largest=SQUARED**2)]


class NormalizationRequest(OperationRequest):
    """Request of `/operations/normalization`; a field that belongs to the other kind is refused."""

    input: Annotated[Array, Numbers(3, 4, largest=SQUARED)] = Field(
        description="[C][H][W] or [N][C][H][W]; at most 262,144 values of at most 1,000,000"
    )
    kind: Literal["local-response", "batch"]
    size: int = Field(5, ge=1, le=64, description="local-response: n, how many neighbouring maps are looked at")
    alpha: float = Field(1e-4, ge=0, le=1000, description="local-response: see `convention`")
    beta: float = Field(0.75, ge=0, le=2, description="local-response: the exponent")
    k: float = Field(2.0, ge=1e-3, le=1000, description="local-response: what is always added")
    convention: Convention = Field(
        "paper",
        description="local-response: alpha times the sum of squares (paper: Krizhevsky et al. 2012), "
        "or alpha / n times it (torch: as torch.nn.LocalResponseNorm takes it)",
    )
    training: bool = Field(True, description="batch: the batch's own statistics, or the running ones")
    momentum: float = Field(0.1, ge=0, le=1, description="batch: share of this batch in the running statistics")
    eps: float = Field(1e-5, ge=1e-12, le=1, description="batch: added to the variance")
    weight: PerChannel | None = Field(None, description="batch: one value for each channel; 1 if it is left out")
    bias: PerChannel | None = Field(None, description="batch: one value for each channel; 0 if it is left out")
    running_mean: PerChannel | None = Field(None, description="batch: before this batch; 0 if it is left out")
    running_variance: PerChannelSquared | None = Field(
        None, description="batch: before this batch; 1 if it is left out"
    )
    bins: int = Field(40, ge=1, le=256, description="of the histograms")
    map: int | None = Field(None, ge=0, le=4095, description="the map whose histograms are wanted; all if left out")


class HistogramFacts(OperationResponse):
    """A histogram of values."""

    edges: list[float] = Field(description="one more than there are bins, from the smallest value to the largest")
    counts: list[int]
    mean: float
    standard_deviation: float


class Alphas(OperationResponse):
    """One alpha in both conventions."""

    paper: float = Field(description="times the sum of squares")
    torch: float = Field(description="what torch.nn.LocalResponseNorm has to be given for the same: n times as much")


class NormalizationAnswer(OperationResponse):
    """The normalized values and what they were normalized with."""

    output: Nested = Field(description="in the input's shape")
    output_shape: list[int]
    divisor: Nested | None = Field(None, description="local-response: the input divided by it is the output")
    alpha: Alphas | None = None
    mean: list[float] | None = Field(None, description="batch: of each channel, as it was used")
    variance: list[float] | None = Field(None, description="batch: of each channel, as it was used; n below, not n - 1")
    running_mean: list[float] | None = Field(None, description="batch: after this batch")
    running_variance: list[float] | None = Field(None, description="batch: after this batch; n - 1 below")
    before: HistogramFacts
    after: HistogramFacts


# --- dropout


class DropoutRequest(OperationRequest):
    """Request of `/operations/dropout`."""

    input: Anything = Field(description="up to four dimensions, at most 262,144 values")
    rate: Rate = Field(0.5, description="probability with which a value, or a whole channel, is dropped")
    seed: Seed = 0
    training: bool = Field(True, description="false: nothing is dropped and nothing is scaled")
    whole_channels: bool = Field(False, description="of [C][H][W] and [N][C][H][W] whole maps; of [n] single values")


class DropoutAnswer(OperationResponse):
    """The result of dropout."""

    output: Nested = Field(description="in the input's shape")
    mask: Nested = Field(description="in the input's shape: 1 kept, 0 dropped")
    scale: float | None = Field(description="1 / (1 - rate), by which what is kept was multiplied; null at a rate of 1")


class DropoutNetworkRequest(Picture):
    """Request of `/operations/dropout/network`, as JSON or in a form."""

    layer: Name = Field(description="the layer whose outputs are dropped; a name from /models/{name}")
    rate: Rate = Field(0.5, description="probability with which a value, or a whole channel, is dropped")
    seed: Seed = 0
    draws: int = Field(20, ge=1, le=200, description="masks; the first ones are the same however many follow")
    whole_channels: bool = False
    training: bool = Field(True, description="false: nothing is dropped and nothing is scaled")


class DropoutNetworkAnswer(OperationResponse):
    """The output of a network for one picture with values of one layer dropped, draw by draw."""

    model: str
    layer: str
    shape: list[int] = Field(description="of the layer's output")
    classes: list[str]
    before: Nested = Field(description="the layer's output")
    mask: Nested = Field(description="of the first draw: 1 kept, 0 dropped")
    after: Nested = Field(description="the layer's output in the first draw, scaled")
    scale: float | None = Field(description="1 / (1 - rate); null at a rate of 1")
    logits: Nested = Field(description="[draws][classes]")
    probabilities: Nested = Field(description="[draws][classes]")
    mean: list[float | None] = Field(description="of each class's probability over the draws")
    standard_deviation: list[float | None] = Field(description="of each class's probability over the draws")
    evaluated: list[float | None] = Field(description="probabilities without dropout")


# --- invariance


class InvarianceRequest(OperationRequest):
    """Request of `/operations/invariance`."""

    input: Annotated[Array, Numbers(2, 3, largest=SQUARED)] = Field(
        description="[H][W] or [C][H][W]; at most 64 channels and 262,144 values of at most 1,000,000"
    )
    kernel: Annotated[Array, Numbers(2, 4, largest=SQUARED)] = Field(description="[kh][kw] or [O][C][kh][kw]; stride 1")
    bias: Annotated[Array, Numbers(0, 1, largest=SQUARED)] | None = Field(None, description="one for each filter")
    padding: Literal["valid", "same", "full"] = "valid"
    kind: Summary = Field("max", description="of the pooling")
    window: Window = (2, 2)
    stride: Window | None = Field(None, description="of the pooling; the window if it is left out")
    motion: Motion = Field(description="pixels to the right, pixels down, or degrees counter-clockwise")
    positions: list[float] = Field(default_factory=list, max_length=181, description="pixels or degrees")
    at: float = Field(0.0, description="the position whose maps are wanted")


class Curves(OperationResponse):
    """||moved - unmoved|| / ||unmoved|| at every position; null where the unmoved one is all zero."""

    positions: list[float]
    input: list[float | None]
    convolution: list[float | None]
    pooled: list[float | None]


class InvarianceAnswer(OperationResponse):
    """The maps at one position, and how much each of them changes on the way."""

    input: Nested = Field(description="moved by `at`")
    convolution: Nested
    pooled: Nested
    curve: Curves
