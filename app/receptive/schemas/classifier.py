"""Messages about the classifier, and about the fit of a curve by one hidden layer."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field
from pydantic.json_schema import JsonSchemaValue

from receptive.operations.choices import ActivationKind, Penalty
from receptive.schemas.field import FieldError
from receptive.schemas.layers import Nested, Seed
from receptive.schemas.message import Message
from receptive.schemas.operations import OperationRequest, OperationResponse
from receptive.schemas.values import Array, Numbers

# --- the fully connected layer


class LinearRequest(OperationRequest):
    """Request of `/operations/linear`."""

    input: Annotated[Array, Numbers(1, 2, 3)] = Field(
        description="[n], [H][W] or [C][H][W], flattened map by map and row by row"
    )
    weight: Annotated[Array, Numbers(2)] = Field(description="[outputs][n]")
    bias: Annotated[Array, Numbers(1)] | None = Field(None, description="one value for each output")
    unit: int | None = Field(None, ge=0, description="the output whose products are wanted")


class LinearAnswer(OperationResponse):
    """A fully connected layer's output, both ways."""

    output: list[float] = Field(description="weight times input, plus bias")
    convolution: list[float] = Field(description="the same by a convolution with kernels as large as the input")
    difference: float = Field(description="the largest between the two")
    kernel_shape: list[int] = Field(description="of that convolution: outputs, C, H, W; a vector is n maps of 1x1")
    products: Nested | None = Field(
        None, description="what `unit` adds up, in the input's shape; with its bias the sum is its output"
    )


# --- softmax and the loss


class SoftmaxRequest(OperationRequest):
    """Request of `/operations/softmax`."""

    logits: Annotated[Array, Numbers(1, most=1000)] = Field(description="a score for each class; at most 1,000")
    temperature: float = Field(1.0, ge=0.01, le=1000, description="by which the logits are divided")
    target: int | None = Field(None, ge=0, description="the right class; without it there is no loss")
    label_smoothing: float = Field(0.0, ge=0, le=1, description="share of the target that all classes divide evenly")
    weights: Annotated[Array, Numbers(1, 2, 3, 4)] | None = Field(None, description="on which the penalty lies")
    penalty: Penalty = Field("l2", description="the sum of squares (l2) or of absolute values (l1), times `strength`")
    strength: float = Field(0.0, ge=0, le=1e6)


class SoftmaxAnswer(OperationResponse):
    """Probabilities, their price, and the penalty as a prior. Logarithms are natural."""

    probabilities: list[float]
    log_probabilities: list[float]
    targets: list[float] | None = Field(None, description="what the probabilities should be; null without a target")
    loss: float | None = Field(None, description="cross-entropy: - sum of targets times log probabilities")
    gradient: list[float] | None = Field(None, description="of the loss by each logit")
    penalty: float | None = Field(None, description="null without weights, as all that follows")
    penalty_gradient: Nested | None = Field(None, description="of the penalty by each weight")
    penalized: float | None = Field(None, description="loss + penalty; null without a target too")
    scale: float | None = Field(
        None, description="of the prior: sigma = sqrt(1 / (2 strength)) for l2, a Gaussian; b = 1 / strength for l1, "
        "a Laplace distribution; null at strength 0, as all that follows"
    )  # fmt: skip
    constant: float | None = Field(None, description="penalty + constant = - log_prior; depends on no weight's value")
    log_prior: float | None = Field(None, description="log density of the weights")
    posterior: float | None = Field(
        None,
        description="loss - log_prior = penalized + constant: the negative log posterior, but for the log evidence",
    )


# --- the fit of a curve


@dataclass(frozen=True, init=False)
class Points(Numbers):
    """2 to 512 points, [x, y] each, from -10 to 10: Annotated[Array, Points()]."""

    def __init__(self) -> None:
        super().__init__(2, most=2 * 512, largest=10.0)

    def read(self, value: object) -> Array:
        """(n, 2). Raises FieldError."""
        points = super().read(value)
        count, length = points.shape
        if length != 2:
            raise FieldError("no-points", "{count} values in each point; x and y are needed", count=length)
        if count < 2:
            raise FieldError("too-few-points", "one point; 2 to {limit} are needed", limit=self.most // 2)
        return points

    def schema(self) -> JsonSchemaValue:
        """A list of pairs."""
        number = {"type": "number", "minimum": -self.largest, "maximum": self.largest}
        pair = {"type": "array", "items": number, "minItems": 2, "maxItems": 2}
        return {"type": "array", "items": pair, "minItems": 2, "maxItems": self.most // 2}


class ApproximationRequest(OperationRequest):
    """Request of `/operations/approximation`."""

    points: Annotated[Array, Points()] = Field(description="of the curve: 2 to 512, [x, y] each, from -10 to 10")
    units: int = Field(20, ge=1, le=200, description="of the hidden layer")
    activation: ActivationKind = "tanh"
    steps: int = Field(2000, ge=1, le=5000, description="of Adam, each with all points")
    learning_rate: float = Field(0.01, ge=1e-5, le=1)
    seed: Seed = 0


class HiddenParameters(Message):
    """A unit's piece is amplitude * f(weight * x + bias); one value of each for every unit."""

    weight: list[float]
    bias: list[float]
    amplitude: list[float]


class FitEvent(Message):
    """The event `fit`: how far it has come."""

    step: int
    loss: float | None = Field(description="mean square error over the points")
    x: list[float] = Field(description="places of the curve, from the leftmost point to the rightmost")
    curve: list[float | None] = Field(description="the offset and all pieces, at these places")
    offset: float | None
    pieces: list[list[float | None]] | None = Field(description="[units][places]; in every tenth event, first and last")
    parameters: HiddenParameters | None = Field(description="with the pieces")


class FitDone(Message):
    """The event `done`: nothing follows."""

    step: int
    loss: float | None
    reason: Literal["finished", "diverged"]
