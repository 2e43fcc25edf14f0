"""The flags of `receptive train`: one for every setting of a recipe and of a run, and the rules between them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from convnets.pattern import Pattern
from receptive.training.schedules import Schedule
from receptive.training.settings import Augmentation, EarlyStopping, RunSettings

# What may be set differently from a recipe; the rest of a recipe is changed in recipes.py.
ADJUSTABLE = ("epochs", "batch", "learning_rate", "weight_decay", "warm_up", "averaging", "written", "seed")
RECIPE_ONLY = ("averaging", "written")
MOST_IN_A_RECIPE = 1024  # pictures per step

# The flags of a run, and where their values go in its settings.
OF_A_RUN: dict[str, tuple[str, ...]] = {
    "dataset": ("dataset",),
    "held_out": ("held_out",),
    "subset": ("subset",),
    "epochs": ("epochs",),
    "batch": ("batch_size",),
    "seed": ("seed",),
    "optimizer": ("optimizer",),
    "learning_rate": ("learning_rate",),
    "momentum": ("momentum",),
    "schedule": ("schedule", "kind"),
    "factor": ("schedule", "factor"),
    "every": ("schedule", "every"),
    "lowest": ("schedule", "lowest"),
    "warm_up": ("schedule", "warm_up"),
    "weight_decay": ("weight_decay",),
    "l1": ("l1",),
    "decay_factor": ("decay_factor",),
    "dropout": ("dropout",),
    "label_smoothing": ("label_smoothing",),
    "clip": ("clip",),
    "loss": ("loss",),
    "initialization": ("initialization",),
    "augment": ("augmentation",),
    "patience": ("early_stopping", "patience"),
    "metric": ("early_stopping", "metric"),
    "keep_last": ("early_stopping", "restore_best"),
}
OF_A_PATTERN = (
    "channels",
    "convolutions",
    "kernel",
    "padding",
    "pooling",
    "window",
    "units",
    "activation",
    "batch_norm",
)
OF_BOTH = ("dataset", *(set(ADJUSTABLE) - set(RECIPE_ONLY)))


def _batch(value: Any) -> Any:
    if value in (None, "all") or (str(value).isdecimal() and 1 <= int(value) <= 100_000):
        return value if value in (None, "all") else int(value)
    raise PydanticCustomError("batch", "a whole number from 1 to 100,000, or all")


def _like(model: type[BaseModel], name: str, before: str = "") -> Any:
    """An optional field, described as the model's field of that name is."""
    field = model.model_fields[name]
    default = "" if field.default in (None, (), False) else f"; {field.default} unless given"
    if isinstance(field.default, tuple):
        default = f"; {','.join(map(str, field.default))} unless given"
    return Field(None, description=f"{before}{field.description}{default}")


class TrainSettings(BaseModel):
    """The network and the data to train it on. Without a data set, the network's recipe with the given changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Literal["lenet5", "lenet5-1998", "pattern"] = Field(
        "lenet5", description="network of the catalogue, or pattern for layers of one's own"
    )
    dataset: str | None = Field(
        None,
        description="learn this from scratch: digits (in the box), mnist, fashion-mnist, cifar10 or folder:PATH with a "
        "sub-folder per class; without it, the recipe of the shipped weights is carried out on mnist",
    )
    data_dir: Path | None = Field(
        None, description="folder that holds the data set; downloaded to the cache without it"
    )
    out: Path = Field(Path("weights"), description="folder for the weights and their card, written after every epoch")
    epochs: int | None = Field(None, ge=1, le=10_000, description="passes over the data")
    batch: Annotated[int | str | None, BeforeValidator(_batch)] = Field(
        None, description="pictures per step; with --dataset also all"
    )
    learning_rate: float | None = Field(None, gt=0, le=1000, description="highest learning rate")
    weight_decay: float | None = Field(
        None, ge=0, le=1, description="decay of the weights: decoupled in recipes and with adamw, else the L2 penalty"
    )
    warm_up: float | None = Field(None, gt=0, lt=1, description="share of the steps in which the learning rate rises")
    averaging: float | None = Field(
        None, ge=0, lt=1, description="of a recipe: how much of the average of the weights each step keeps"
    )
    written: int | None = Field(None, ge=0, le=100_000, description="of a recipe: drawn digits added to the data")
    seed: int | None = Field(None, ge=0, le=2**31 - 1, description="start of everything random")
    held_out: str | None = _like(RunSettings, "held_out")
    subset: str | None = _like(RunSettings, "subset")
    optimizer: str | None = _like(RunSettings, "optimizer")
    momentum: str | None = _like(RunSettings, "momentum")
    schedule: str | None = _like(Schedule, "kind", "of the learning rate: ")
    factor: str | None = _like(Schedule, "factor")
    every: str | None = _like(Schedule, "every")
    lowest: str | None = _like(Schedule, "lowest")
    l1: str | None = _like(RunSettings, "l1")
    decay_factor: str | None = _like(RunSettings, "decay_factor")
    dropout: str | None = _like(RunSettings, "dropout")
    label_smoothing: str | None = _like(RunSettings, "label_smoothing")
    clip: str | None = _like(RunSettings, "clip")
    loss: str | None = _like(RunSettings, "loss")
    initialization: str | None = _like(RunSettings, "initialization")
    augment: str | None = Field(
        None,
        description="change the pictures anew in every epoch, as in shift=0.2,rotate=0.3, each from 0 to 1: "
        f"{', '.join(Augmentation.model_fields)}",
    )
    patience: str | None = Field(None, description="stop early, after this many epochs without a new best")
    metric: str | None = _like(EarlyStopping, "metric", "of stopping early: ")
    keep_last: bool = Field(False, description="after stopping early, keep the last weights and not the best")
    channels: str | None = _like(Pattern, "channels", "of a pattern, with commas: ")
    convolutions: str | None = _like(Pattern, "convolutions", "of a pattern: ")
    kernel: str | None = _like(Pattern, "kernel", "of a pattern: ")
    padding: str | None = _like(Pattern, "padding", "of a pattern: ")
    pooling: str | None = _like(Pattern, "pooling", "of a pattern: ")
    window: str | None = _like(Pattern, "window", "of a pattern: ")
    units: str | None = _like(Pattern, "units", "of a pattern, with commas: ")
    activation: str | None = _like(Pattern, "activation", "of a pattern: ")
    batch_norm: bool = Field(False, description="of a pattern: batch normalization after every convolution")
    threads: int = Field(1, ge=1, le=256, description="processor threads; another number rounds differently")
    resume: bool = Field(
        False, description="go on after the last finished epoch of the same command, which was interrupted"
    )
    quiet: bool = Field(False, description="no progress bar")

    @model_validator(mode="after")
    def _goes_together(self) -> "TrainSettings":
        if self.dataset is None:
            if self.name == "pattern":
                raise _refused("name", "a pattern has no recipe; give --dataset, as in --dataset digits")
            for name in (*OF_A_RUN, *OF_A_PATTERN):
                if name not in OF_BOTH and getattr(self, name) not in (None, False):
                    raise _refused(name, "goes with --dataset; without it, the recipe is carried out")
            if self.resume:
                raise _refused("resume", "goes with --dataset; a recipe is carried out from its beginning")
            if self.batch == "all" or (isinstance(self.batch, int) and self.batch > MOST_IN_A_RECIPE):
                raise _refused("batch", f"at most {MOST_IN_A_RECIPE:,} without --dataset, not {self.batch}")
            return self
        for name in RECIPE_ONLY:
            if getattr(self, name) is not None:
                raise _refused(name, "is a recipe's; leave --dataset out, or this")
        for name in OF_A_PATTERN:
            if self.name != "pattern" and getattr(self, name) not in (None, False):
                raise _refused(name, f"is a pattern's; {self.name} has its own layers")
        if self.patience is None and (self.metric is not None or self.keep_last):
            raise _refused("metric" if self.metric else "keep_last", "is about stopping early; give --patience too")
        return self


def given(settings: TrainSettings) -> dict[str, Any]:
    """The given settings that influence the result."""
    names = ("dataset", *ADJUSTABLE, *OF_A_RUN, *OF_A_PATTERN)
    values = {name: getattr(settings, name) for name in dict.fromkeys(names)}
    return {name: value for name, value in values.items() if value not in (None, False)}


def command_of(settings: TrainSettings) -> str:
    """The command line that does the same again, without this machine's folders."""
    words = ["receptive train", settings.name]
    for name, value in given(settings).items():
        words.append(_flag(name) if value is True else f"{_flag(name)} {_without_path(str(value))}")
    if settings.data_dir is not None:
        words.append("--data-dir DIR")
    if settings.threads != 1:
        words.append(f"--threads {settings.threads}")
    return " ".join(words)


def run_settings(settings: TrainSettings) -> RunSettings:
    """The run that the flags describe. Raises ValueError, which names the flag and what is allowed."""
    values: dict[str, Any] = {"model": settings.name, "threads": settings.threads}
    flags = given(settings)
    for name, place in OF_A_RUN.items():
        if name in flags:
            part = values
            for step in place[:-1]:
                part = part.setdefault(step, {})
            part[place[-1]] = not flags[name] if name == "keep_last" else flags[name]
    if "augment" in flags:
        values["augmentation"] = _strengths(flags["augment"])
    if settings.name == "pattern":
        values["model"] = {name: _listed(name, flags[name]) for name in OF_A_PATTERN if name in flags}
        if "dropout" in flags:
            values["model"]["dropout"] = values.pop("dropout")
    try:
        return RunSettings.model_validate(values, strict=False)  # flags are text
    except ValidationError as error:
        raise ValueError("\n".join(dict.fromkeys(_sentence(problem) for problem in error.errors()))) from error


def _listed(name: str, value: Any) -> Any:
    """A pattern's value from its flag: channels and units are lists, and may be empty."""
    if name not in ("channels", "units"):
        return value
    return [part.strip() for part in value.split(",") if part.strip()]


def _strengths(value: str) -> dict[str, str]:
    """shift=0.2,rotate=0.3 as a mapping; a kind without a strength has all of it."""
    parts = [part.partition("=") for part in value.split(",") if part.strip()]
    return {kind.strip(): strength.strip() if sign else "1" for kind, sign, strength in parts}


def _sentence(problem: Mapping[str, Any]) -> str:
    """One line that names the flag, what is allowed and the value that was seen."""
    text = str(problem["msg"]).removeprefix("Value error, ")
    place = tuple(part for part in problem["loc"] if isinstance(part, str))
    if not place:
        return text
    inside = place[-1] if place[0] == "model" else None
    named = [name for name, path in OF_A_RUN.items() if path == place[: len(path)]]
    flag = inside if inside in (*OF_A_PATTERN, "dropout") else (named or [place[0]])[0]
    if flag == "augment":
        if problem["type"] == "extra_forbidden":
            return f"--augment: {place[-1]} is none of {', '.join(Augmentation.model_fields)}"
        text = f"{place[-1]}: {text}"
    return f"{_flag(flag)}: {text}, not {problem['input']!r}"


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _without_path(value: str) -> str:
    return "folder:DIR" if value.startswith("folder:") else value


def _refused(name: str, text: str) -> PydanticCustomError:
    start = "NAME" if name == "name" else _flag(name)
    return PydanticCustomError("flags", "{text}", {"text": f"{start}: {text}"})
