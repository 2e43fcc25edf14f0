"""Everything that decides what comes out of a run, each with its bounds, its default and a sentence.

Torch is not imported here: the server knows the settings before torch is there.
"""

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from convnets.catalogue import CATALOGUE
from convnets.pattern import Pattern
from receptive.training.data.sources import FOLDER, NAMES
from receptive.training.schedules import Finite, Schedule


def a_network(name: str) -> str:
    """The name of a network of the catalogue. Raises PydanticCustomError."""
    if name not in CATALOGUE:
        raise PydanticCustomError(
            "no-network", "a network of the catalogue is needed: {known}", {"known": ", ".join(CATALOGUE)}
        )
    return name


def a_dataset(name: str) -> str:
    """The name of a data set. Raises PydanticCustomError."""
    if name not in NAMES and not (name.startswith(FOLDER) and name != FOLDER):
        raise PydanticCustomError(
            "no-dataset",
            "a data set is needed: {known} or {folder}PATH",
            {"known": ", ".join(NAMES), "folder": FOLDER},
        )
    return name


LARGEST_BATCH = 100_000


def a_batch_size(value: Any, whole: ValidatorFunctionWrapHandler) -> Any:
    """One sentence for both that it may be. Raises PydanticCustomError."""
    try:
        return whole(value)
    except ValidationError as error:
        raise PydanticCustomError(
            "no-batch-size", 'a whole number from 1 to {most}, or "all", is needed', {"most": LARGEST_BATCH}
        ) from error


def a_kind_of_model(value: Any) -> str:
    """The tag of the model: a name or a pattern, so that errors concern that form only."""
    return "name" if isinstance(value, str) else "pattern"


class EarlyStopping(BaseModel):
    """The rule by which a run ends before its last epoch."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    metric: Literal["validation-loss", "validation-accuracy", "loss"] = Field(
        "validation-loss", description="what is to improve: of the held-out pictures, or the loss learned from"
    )
    patience: int = Field(5, ge=1, le=1000, description="epochs without a new best after which the run stops")
    restore_best: bool = Field(True, description="whether the weights of the best epoch come back at the end")


Strength = Annotated[Finite, Field(ge=0, le=1)]


class Augmentation(BaseModel):
    """The strength of each random change of the training pictures, from 0 (none) to 1 (full)."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    shift: Strength = Field(0.0, description="moved, at 1 by up to a quarter of the side")
    rotate: Strength = Field(0.0, description="turned, at 1 by up to 45 degrees")
    scale: Strength = Field(0.0, description="enlarged or made smaller, at 1 by up to half")
    shear: Strength = Field(0.0, description="slanted, at 1 by up to half a pixel for each pixel down")
    elastic: Strength = Field(0.0, description="bent like handwriting, at 1 as far as Simard et al. 2003 bend it")
    flip: Strength = Field(0.0, description="share of the pictures that are mirrored, left to right")
    crop: Strength = Field(0.0, description="framed by zeros, at 1 an eighth of the side wide, and cut out anywhere")
    light: Strength = Field(0.0, description="lighter or darker, and with more or less contrast")
    colour: Strength = Field(0.0, description="hues turned and colours stronger or weaker; grey pictures stay")
    noise: Strength = Field(0.0, description="random grain added to every pixel")
    erase: Strength = Field(0.0, description="share of the pictures that lose a random rectangle")
    stroke: Strength = Field(0.0, description="bright strokes made thicker or thinner")

    @property
    def any(self) -> bool:
        """True if any strength is above 0."""
        return self != Augmentation()


class RunSettings(BaseModel):
    """A run: a network, data, and how the one learns from the other."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    model: Annotated[
        Annotated[str, AfterValidator(a_network), Tag("name")] | Annotated[Pattern, Tag("pattern")],
        Discriminator(a_kind_of_model),
    ] = Field("lenet5", description="network of the catalogue, or a pattern of layers")
    dataset: Annotated[str, AfterValidator(a_dataset)] = Field(
        "digits",
        description="digits, mnist, fashion-mnist, cifar10, the visitor's own drawings, or folder:PATH with a "
        "sub-folder per class",
    )
    held_out: Finite = Field(0.2, ge=0, le=0.9, description="share of every class that is only judged on")
    subset: int | None = Field(None, ge=2, le=1_000_000, description="pictures to learn from, fewer than there are")
    epochs: int = Field(10, ge=1, le=10_000, description="passes over the pictures")
    batch_size: Annotated[
        Annotated[int, Field(ge=1, le=LARGEST_BATCH)] | Literal["all"], WrapValidator(a_batch_size)
    ] = Field(32, description="pictures per step: 1 is online learning, all is batch learning")
    seed: int = Field(1, ge=0, le=2**31 - 1, description="start of everything random; the same seed, the same run")
    optimizer: Literal["sgd", "momentum", "nesterov", "adam", "adamw"] = Field(
        "adam", description="how a gradient becomes a step: plain, with momentum, looking ahead, or scaled by weight"
    )
    learning_rate: Finite = Field(1e-3, gt=0, le=1000, description="highest learning rate")
    momentum: Finite = Field(0.9, ge=0, lt=1, description="share of the last step that momentum and nesterov keep")
    schedule: Schedule = Field(Schedule(), description="how the learning rate changes")
    weight_decay: Finite = Field(0.0, ge=0, le=1, description="L2 penalty; with adamw decoupled from the gradient")
    l1: Finite = Field(0.0, ge=0, le=1, description="L1 penalty: a constant pull of every weight towards zero")
    decay_factor: Finite = Field(0.0, ge=0, lt=1, description="share that every weight loses at each step")
    dropout: Finite | None = Field(
        None, ge=0, lt=1, description="rate of the network's dropout layers, where it has any; its own unless given"
    )
    label_smoothing: Finite = Field(0.0, ge=0, lt=1, description="share of the target spread over all classes")
    clip: Finite | None = Field(None, gt=0, le=1e6, description="longest gradient; a longer one is shortened to it")
    loss: Literal["cross-entropy", "mean-squared-error", "own"] = Field(
        "cross-entropy", description="what is minimized; own is the one of the network's paper"
    )
    initialization: Literal["default", "xavier", "he", "orthogonal", "small", "large", "zeros"] = Field(
        "default",
        description="where the weights begin: as the network's own, X. Glorot and Y. Bengio 2010, K. He et al. 2015, "
        "orthogonal matrices, a normal distribution that is too narrow or too wide, or all zero",
    )
    augmentation: Augmentation = Field(
        Augmentation(), description="how pictures are changed before they are learned from"
    )
    early_stopping: EarlyStopping | None = Field(None, description="when the run ends before its last epoch")
    snapshots: int = Field(60, ge=0, le=1000, description="times that a run of the lab keeps its weights on the way")
    threads: int = Field(1, ge=1, le=256, description="processor threads; another number rounds differently")

    @model_validator(mode="after")
    def _goes_together(self) -> "RunSettings":
        if self.loss == "own" and self.label_smoothing:
            raise PydanticCustomError(
                "smoothing-of-own-loss",
                "label_smoothing: the network's own loss knows no smoothing; choose cross-entropy",
            )
        if self.early_stopping and self.early_stopping.metric.startswith("validation") and not self.held_out:
            raise PydanticCustomError(
                "stopping-without-held-out",
                "early_stopping: what is watched needs held_out pictures, and there are none; hold some out, or watch "
                "the loss learned from",
            )
        if self.optimizer == "nesterov" and not self.momentum:
            raise PydanticCustomError(
                "nesterov-without-momentum",
                "momentum: nesterov looks ahead by the momentum, and that is 0; choose sgd or a momentum",
            )
        return self
