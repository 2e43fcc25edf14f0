"""Messages about pictures and networks: the socket, the catalogue, `/predict` and `/activations`."""

from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from convnets.layer import Layer
from receptive.schemas.field import FieldError
from receptive.schemas.message import Message

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]


# --- the socket: from the browser


class Closely(Message):
    """One map that the visitor looks at closely, sent as float32."""

    layer: Name
    map: int = Field(0, ge=0, le=4095)


class Look(Message):
    """The layers in view: the server sends these and nothing else."""

    type: Literal["look"] = "look"
    model: Name
    layers: list[Name] = Field(default_factory=list, max_length=128)
    closely: list[Closely] = Field(default_factory=list, max_length=1024)
    steps: bool = False


# --- the socket: to the browser


class Box(Message):
    """A rectangle in pixels of the picture it belongs to, x to the right and y down."""

    x: int
    y: int
    width: int
    height: int


class StepFacts(Message):
    """One step of the way from picture to input; its pixels travel beside it, as the tensor `step.<name>`.

    A step that is taken twice, as pictures may become grey again, is `step.<name>:2` the second time.

    For a network that learned from whole pictures: `colour` or `grey` as it was or became, `size` as that of the
    pictures learned from, then `pad` or `resize` as these were brought to the input.
    """

    name: Literal["grey", "ink", "crop", "fit", "centre", "pad", "colour", "size", "resize"]
    width: int
    height: int
    box: Box | None = Field(None, description="where the ink is, in pixels of the step before")
    shift: tuple[int, int] | None = Field(None, description="how far the centre of mass was moved, x and y in pixels")


class FrameHeader(Message):
    """The header of a frame; its tensors follow in the same safetensors file."""

    sequence: int = Field(description="the number of the stroke that this frame answers")
    model: str
    blank: bool = Field(description="true where no ink was found, so that there is no guess")
    paper: Literal["light", "dark"] | None = Field(
        "light", description="which end of the grey scale the paper was on; null where pictures are read as they are"
    )
    label: str | None = None
    index: int | None = None
    probability: float | None = None
    steps: list[StepFacts] = Field(default_factory=list)


class Health(Message):
    """A server that can run networks."""

    status: Literal["ready"] = "ready"


class Waking(Message):
    """PyTorch is still being loaded; frames follow by themselves."""

    type: Literal["waking"] = "waking"


class Why(Message):
    """A reason as what it is said by in every language: templates/messages has the sentences by their code."""

    code: str
    values: dict[str, str | int] = Field(description="what the sentence speaks of, by name")


class Problem(Message):
    """A problem as in RFC 9457, over HTTP and over the socket alike."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = Field(description="the field, the limit and the value that was seen")
    why: Why | None = Field(None, description="the same for other languages, where they have it")


class SocketError(Message):
    """A problem with one message of the socket; the connection goes on unless it says otherwise."""

    type: Literal["error"] = "error"
    problem: Problem
    sequence: int | None = None


# --- the catalogue


class NetworkSummary(Message):
    """One line of the catalogue."""

    name: str
    title: str
    paper: str
    parameters: int
    classes: list[str]
    input_shape: list[int] = Field(description="C, H, W")
    default: bool


@dataclass(frozen=True)
class LayerRow(Layer):
    """One layer of a network as it was traced, in the order of computation; shapes without the batch dimension."""


class NetworkDetail(NetworkSummary):
    """One network and its layers."""

    mean: float = Field(description="of what the network learned from, over all channels")
    std: float
    means: list[float] = Field(description="of each channel: the input is (values - mean) / std")
    stds: list[float]
    reading: Literal["ink", "photo"] = Field(
        description="whether values of 0 and 1 are paper and ink, or black and white"
    )
    macs: int
    connections: int
    layers: list[LayerRow]
    targets: list[list[int]] | None = Field(
        None, description="the ten 7x12 bitmaps of +1 and -1, where RBF units use them"
    )
    card: dict[str, object] = Field(description="where the weights come from and what was measured")


class SampleRow(Message):
    """One real handwritten digit of the tray; its picture is at /samples/{id}.png."""

    id: int
    label: str
    source: str


class PhotoRow(Message):
    """One photo; its picture is at /samples/photos/{name}.png."""

    name: str
    width: int
    height: int
    source: str = Field(description="who took it, and the licence")


# --- REST: what is sent

Grey = Annotated[float, Field(strict=True, ge=0, le=255, allow_inf_nan=False)]
Row = Annotated[list[Grey], Field(fail_fast=True)]  # one error, not one for each of 262,144 values
Rows = Annotated[list[Row], Field(fail_fast=True)]
Layers = Annotated[list[Name], Field(max_length=64)]
TopK = Annotated[int, Field(ge=1, le=10)]


class Drawable(Message):
    """A picture as JSON; exactly one of `image` and `pixels`."""

    image: str | None = Field(None, max_length=17_000_000, description="a PNG, JPEG or WebP file: base64 or data URL")
    pixels: Rows | None = Field(
        None, description="rows of grey values, 0 black to 255 white, all of one length; at most 512 x 512"
    )

    @model_validator(mode="after")
    def _has_one_picture(self) -> Self:
        if (self.image is None) == (self.pixels is None):
            raise FieldError("one-picture", "exactly one of `image` and `pixels` is needed")
        if self.pixels is not None:
            _check_rows(self.pixels)
        return self


class Picture(Drawable):
    """A picture, and the network that is asked."""

    model: Name | None = Field(None, description="a name from /models, or run:<id>; the default one if it is left out")


LONGEST_ROW = 512


def _check_rows(rows: list[list[float]]) -> None:
    height, width = len(rows), len(rows[0]) if rows else 0
    if not 1 <= height <= LONGEST_ROW or not 1 <= width <= LONGEST_ROW:
        raise FieldError(
            "pixels-too-large",
            "pixels: {height} rows of {width} values; 1 to {limit} of each are allowed",
            field="pixels",
            height=height,
            width=width,
            limit=LONGEST_ROW,
        )
    for place, row in enumerate(rows):
        if len(row) != width:
            raise FieldError(
                "pixels-ragged",
                "pixels: row {row} has {count} values, row 0 has {needed}; all rows need the same number",
                field="pixels",
                row=place,
                count=len(row),
                needed=width,
            )


class PredictRequest(Picture):
    """Request of `/predict` as JSON."""

    top_k: TopK | None = Field(None, description="how many of the likeliest classes to list; 3 if it is left out")


class ActivationsRequest(Picture):
    """Request of `/activations` as JSON."""

    layers: Layers | None = Field(None, description="names from /models/{name}; every layer if it is left out")


# --- REST: what is answered


class Ranked(Message):
    """One class and how likely the network takes it to be."""

    label: str
    index: int
    probability: float | None


class InputFacts(Message):
    """The steps of the picture on its way to the network."""

    width: int = Field(description="of the picture as it was read; large ones are reduced first")
    height: int
    paper: Literal["light", "dark"] | None = Field(
        description="which end of the grey scale was taken for paper; null where pictures are read as they are"
    )
    steps: list[StepFacts]


class Prediction(Message):
    """The classes that the network sees in the picture."""

    model: str
    label: str
    index: int
    probability: float | None
    top: list[Ranked]
    logits: list[float | None] = Field(description="scores whose softmax is the probability of each class")
    input: InputFacts


class LayerValues(Message):
    """One layer's output for one picture."""

    name: str
    kind: str
    shape: list[int]
    minimum: float | None
    maximum: float | None
    mean: float | None
    values: list[object] = Field(description="nested as `shape` says")


class Activations(Message):
    """Every layer's output for one picture, in forward order."""

    model: str
    label: str
    index: int
    probability: float | None
    layers: list[LayerValues]


class Weights(Message):
    """The values of one parameter of a network."""

    model: str
    parameter: str
    shape: list[int]
    values: list[object] = Field(description="nested as `shape` says")
