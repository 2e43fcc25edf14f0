"""Every message that crosses the wire; the TypeScript types of the front-end are generated from these models."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]


class Message(BaseModel):
    """A message whose unknown fields are errors."""

    model_config = ConfigDict(extra="forbid")


# --- the socket: from the browser


class Closely(Message):
    """One map that the visitor looks at closely, sent as float32."""

    layer: Name
    map: int = Field(0, ge=0, le=4095)


class Look(Message):
    """What is in view: the server sends these layers and nothing else."""

    type: Literal["look"] = "look"
    model: Name
    layers: list[Name] = Field(default_factory=list, max_length=64)
    closely: list[Closely] = Field(default_factory=list, max_length=32)
    steps: bool = False


# --- the socket: to the browser


class Box(Message):
    """A rectangle in pixels of the picture it belongs to, x to the right and y down."""

    x: int
    y: int
    width: int
    height: int


class StepFacts(Message):
    """One step of the way from picture to input; its pixels travel beside it, as the tensor `step.<name>`."""

    name: Literal["grey", "ink", "crop", "fit", "centre", "pad"]
    width: int
    height: int
    box: Box | None = Field(None, description="where the ink is, in pixels of the step before")
    shift: tuple[int, int] | None = Field(None, description="how far the centre of mass was moved, x and y in pixels")


class FrameHeader(Message):
    """What a frame says in words; its tensors follow in the same safetensors file."""

    sequence: int = Field(description="the number of the stroke that this frame answers")
    model: str
    blank: bool = Field(description="true where no ink was found, so that there is no guess")
    paper: Literal["light", "dark"] = Field("light", description="which end of the grey scale the paper was on")
    label: str | None = None
    index: int | None = None
    probability: float | None = None
    steps: list[StepFacts] = Field(default_factory=list)


class Waking(Message):
    """PyTorch is still being loaded; frames follow by themselves."""

    type: Literal["waking"] = "waking"


class Problem(Message):
    """What went wrong, as RFC 9457 has it, over HTTP and over the socket alike."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = Field(description="the field, the limit and the value that was seen")


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


class LayerRow(Message):
    """One layer of a network as it was traced; shapes without the batch dimension."""

    name: str
    kind: str
    inputs: list[str] = Field(description="names of the layers it reads; `input` is the picture")
    input_shape: list[int]
    output_shape: list[int]
    kernel: list[int] | None = None
    stride: list[int] | None = None
    padding: list[int] | None = None
    parameters: int
    macs: int = Field(description="multiply-accumulate operations for one picture; bias not counted")
    connections: int = Field(description="connections for one picture, as LeCun et al. 1998 count them: bias included")
    receptive_field: int | None = Field(None, description="side in input pixels of what one unit sees")
    jump: int | None = Field(None, description="distance in input pixels between neighbouring units")
    feeds: list[list[int]] | None = Field(None, description="which input maps feed each map, where not all do")
    weights: list[str] = Field(default_factory=list, description="names for /models/{name}/weights/{parameter}")


class NetworkDetail(NetworkSummary):
    """One network and its layers."""

    mean: float
    std: float
    macs: int
    connections: int
    layers: list[LayerRow]
    targets: list[list[int]] | None = Field(None, description="the ten 7x12 bitmaps of +1 and -1, where RBF units use them")
    card: dict[str, object] = Field(description="where the weights come from and what was measured")


class SampleRow(Message):
    """One real handwritten digit of the tray; its picture is at /samples/{id}.png."""

    id: int
    label: str
    source: str
