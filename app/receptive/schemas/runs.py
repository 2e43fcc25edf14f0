"""Messages about training runs: settings, progress, events and curves."""

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from receptive.schemas.inference import Drawable, Why
from receptive.schemas.message import Message
from receptive.training.settings import Augmentation, RunSettings, a_dataset


def one_line(text: str) -> str:
    """The text with single blanks; a line that can be shown. Raises PydanticCustomError."""
    return " ".join(_shown(text, "").split())


def lines(text: str) -> str:
    """The text with the line ends of Unix. Raises PydanticCustomError."""
    return _shown(text.replace("\r\n", "\n"), "\n\t")


def _shown(text: str, besides: str) -> str:
    """The same text, if all of it can be shown: no control characters, and nothing that turns the direction of text."""
    for character in text:
        kind = unicodedata.category(character)
        if (kind in HIDDEN and character not in besides) or (kind == "Cf" and character not in JOINERS):
            raise PydanticCustomError(
                "hidden-character",
                "text without control characters and direction marks is needed; {character} was sent",
                {"character": f"U+{ord(character):04X}"},
            )
    return text


HIDDEN = ("Cc", "Cs", "Zl", "Zp")
JOINERS = "\u200c\u200d"  # of letters in Persian and Hindi, and of emoji

Name = Annotated[
    str, Field(max_length=80, description="the run's name; its id where left out"), AfterValidator(one_line)
]
Note = Annotated[str, Field(max_length=4000, description="a note about the run"), AfterValidator(lines)]
Status = Literal["queued", "running", "finished", "stopped", "failed", "interrupted"]


class NewRun(RunSettings, Message):
    """The request of `POST /runs`: every setting has a default."""

    name: Name = ""
    note: Note = ""


class RunChange(Message):
    """A new name or note of a run; what is left out stays."""

    name: Name | None = None
    note: Note | None = None


class Figures(Message):
    """The figures of an epoch."""

    epoch: int
    step: int
    loss: float | None = Field(description="mean over the epoch's steps")
    accuracy: float | None
    validation_loss: float | None = Field(description="null where nothing is held out")
    validation_accuracy: float | None


class Run(Message):
    """A run: its settings and its progress."""

    id: str
    name: str
    note: str
    status: Status
    reason: str = Field(description="why it ended as it did, and what can be done; empty where there is nothing to say")
    why: Why | None = Field(description="the same for other languages; null where an older version wrote it down")
    position: int | None = Field(description="its place among those that wait for their turn, from 1")
    created: str = Field(description="ISO 8601, UTC, as all times here")
    started: str | None
    ended: str | None
    settings: RunSettings
    steps: int | None = Field(description="of the whole run, once that is known")
    step: int
    epoch: int = Field(description="epochs that are done")
    seconds: float = Field(description="that it has trained for")
    last: Figures | None
    best: Figures | None
    device: str


class DamagedRun(Message):
    """A run whose files cannot be read."""

    id: str
    name: str
    reason: str
    why: Why


class RunList(Message):
    """Every run, the newest first."""

    runs: list[Run]
    damaged: list[DamagedRun] | None = Field(
        None, description="runs that cannot be read, and can be deleted; left out where there are none"
    )


class Snapshots(Message):
    """The steps at which the weights were kept."""

    steps: list[int]


class Variant(Message):
    """One run of a comparison."""

    name: str
    run: str = Field(description="id of its recorded run, as in /runs/{id}")
    settings: RunSettings


class Comparison(Message):
    """Runs that differ in what the name says."""

    name: str
    variants: list[Variant]


class ComparisonList(Message):
    """The comparisons that are set up ready to run."""

    comparisons: list[Comparison]


# --- the events of a run; `seq` is the id of the server-sent event, `kind` its name


class RunEvent(Message):
    """The part that every event has."""

    seq: int


class LayerFacts(Message):
    """One layer of the network that learns."""

    name: str
    kind: str
    shape: list[int] = Field(description="of what goes out of it, without the batch")
    parameters: int


class StartedEvent(RunEvent):
    """The run has begun."""

    kind: Literal["started"] = "started"
    time: str
    pictures: int
    held_out: int
    steps: int
    per_epoch: int
    epochs: int
    parameters: int
    classes: list[str]
    layers: list[LayerFacts]
    planned: list[tuple[int, float]] = Field(description="the learning rate at some steps, the first and the last too")


class StepsEvent(RunEvent):
    """The steps since the last event of this kind; every list has one value for each step."""

    kind: Literal["steps"] = "steps"
    first: int
    epoch: int
    loss: list[float]
    accuracy: list[float]
    rate: list[float]
    gradient: list[float]
    seconds: float = Field(description="from the start of the run to the last of these steps")


class HistogramOf(Message):
    """The distribution of values: counts between the least and the greatest."""

    low: float
    high: float
    counts: list[int]
    mean: float
    deviation: float


class LayerStatistics(Message):
    """The weights of one layer and their gradients."""

    name: str
    weights: HistogramOf
    gradients: HistogramOf
    gradient_norm: float
    dead: float | None = Field(
        description="share of the units behind it that answer all pictures alike; null where no activation follows"
    )


class EpochEvent(RunEvent):
    """An epoch is complete, and the weights have been evaluated."""

    kind: Literal["epoch"] = "epoch"
    epoch: int
    step: int
    loss: float | None
    accuracy: float | None
    validation_loss: float | None
    validation_accuracy: float | None
    best: bool
    seconds: float
    images_per_second: float
    seconds_left: float
    memory: int | None = Field(description="bytes that the trainer has had at most")
    confusion: list[list[int]] = Field(description="of what is held out: rows are what a picture is")
    layers: list[LayerStatistics]


class SnapshotEvent(RunEvent):
    """Weights have been kept."""

    kind: Literal["snapshot"] = "snapshot"
    step: int
    epoch: int


class NoticeEvent(RunEvent):
    """A layer's gradient vanishes or explodes, for the first time."""

    kind: Literal["notice"] = "notice"
    what: Literal["vanishing", "exploding"]
    layer: str
    step: int
    epoch: int
    norm: float


class ContinuedEvent(RunEvent):
    """The run goes on from an epoch; events of later steps are void."""

    kind: Literal["continued"] = "continued"
    epoch: int
    step: int


class StatusEvent(RunEvent):
    """The run is over; the stream ends."""

    kind: Literal["status"] = "status"
    status: Literal["finished", "stopped", "failed", "interrupted"]
    reason: str
    why: Why | None = Field(None, description="not there where an older version wrote it down")
    best_epoch: int | None


# --- what is read of a run


class CurveEpoch(Figures):
    """One epoch of a curve."""

    best: bool = Field(description="whether no epoch before was as good")
    seconds: float


class Stretch(Message):
    """Some of a run's steps, with the peaks kept: the least and greatest values of every part."""

    steps: int = Field(description="how many steps there are, of which these are some")
    step: list[int]
    loss: list[float | None]
    accuracy: list[float | None]
    rate: list[float | None]
    gradient: list[float | None]
    seconds: list[float]
    mean_loss: list[float | None] = Field(description="the running mean of the losses of all steps, at these steps")
    mean_accuracy: list[float | None] = Field(description="the same of the accuracies")


class Curve(Stretch):
    """A run's steps, fewer than there are, and everything that is not about single steps."""

    seq: int = Field(description="of the last event that the curve knows; /events?after= goes on from there")
    epochs: list[CurveEpoch]
    started: StartedEvent | None
    latest: EpochEvent | None = Field(description="the last epoch with its confusion matrix and its layers")
    notices: list[NoticeEvent]
    snapshots: list[int] = Field(description="steps whose weights are kept")


class Epochs(Message):
    """Epochs with their confusion matrices and their layers."""

    epochs: list[EpochEvent]


# --- plans and sheets


class Plan(Message):
    """A run of these settings."""

    planned: list[tuple[int, float]]
    steps: int
    per_epoch: int
    pictures: int
    held_out: int
    classes: list[str]
    parameters: int
    layers: list[LayerFacts]
    disk: int = Field(description="bytes on disk that the run takes at most")


class Sheet(Message):
    """The samples and the augmentation of a sheet."""

    dataset: Annotated[str, AfterValidator(a_dataset)] = Field(
        "digits", max_length=500, description="a data set that is here, as in the settings of a run"
    )
    augmentation: Augmentation = Augmentation()
    seed: int = Field(1, ge=0, le=2**31 - 1)
    rows: int = Field(4, ge=1, le=10, description="samples, of all classes in turn")
    columns: int = Field(8, ge=2, le=16, description="the sample as it is, then changed anew in each column")


class NewDrawing(Drawable):
    """A drawing and its name; exactly one of `image` and `pixels`."""

    label: str = Field(min_length=1, max_length=80, description="the class that it is of")


class DrawnFacts(Message):
    """One drawing that is kept; its picture is at /drawings/{id}.png."""

    id: str
    label: str


class DrawingList(Message):
    """The drawings of one browser, the oldest first."""

    drawings: list[DrawnFacts]


class DatasetFacts(Message):
    """A data set before it is opened."""

    name: str
    pictures: int
    classes: list[str]
    bytes: int = Field(description="of what is published")
    here: bool = Field(description="whether nothing has to be fetched")


class DatasetList(Message):
    """The data sets that are the same for everyone."""

    datasets: list[DatasetFacts]


EVENTS = (StartedEvent, StepsEvent, EpochEvent, SnapshotEvent, NoticeEvent, ContinuedEvent, StatusEvent)
