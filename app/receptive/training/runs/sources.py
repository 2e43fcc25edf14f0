"""The weights of a run as a source of a network: `run:<id>` for its best, `run:<id>:last`, `run:<id>:<step>`."""

from typing import Any, Final, cast

from convnets.catalogue import CATALOGUE
from receptive.networks.opening import RunSource, stamp_of
from receptive.preprocessing.reading import ReadingName, Shape
from receptive.training.data.sources import DRAWINGS
from receptive.training.plan import KNOWN
from receptive.training.runs.store import RunStore
from receptive.training.settings import RunSettings

INK: Final = ("digits", "mnist", DRAWINGS)  # data sets of ink on paper, framed as /predict frames it
NEGATED: Final = ("fashion-mnist",)


def source_of(store: RunStore, name: str) -> RunSource:
    """The weights that a network's name stands for. Raises NoSuchRunError and RunDamagedError."""
    _, run_id, which = (name + ":best").split(":")[:3]
    run = store.get(run_id)
    path = run.weights(which)
    facts, settings, stamp = run.network, run.settings, stamp_of(path)
    return RunSource(
        name=name,
        run=run.id,
        title=run.about.name,
        path=path,
        stamp=stamp,
        model=RunSettings.model_validate(settings).model,
        input_shape=cast("Shape", tuple(facts["input_shape"])),
        classes=_classes(facts),
        mean=tuple(map(float, facts["mean"])),
        std=tuple(map(float, facts["std"])),
        parameters=int(facts["parameters"]),
        reading=reading_of(settings["dataset"]),
        learned=learned_shape(settings["dataset"], facts),
        card={
            "run": run.id,
            "file": path.name,
            "written": str(stamp[0]),  # nanoseconds; another number where the weights are others
            "settings": settings,
            "best": run.state.best,
        },
    )


def reading_of(dataset: str) -> ReadingName:
    """The reading of a data set's pictures."""
    if dataset in INK:
        return "ink"
    return "negated" if dataset in NEGATED else "photo"


def learned_shape(dataset: str, facts: dict[str, Any]) -> Shape:
    """The shape of the training pictures before they were fitted to the network."""
    known = KNOWN[dataset].shape if dataset in KNOWN else facts["input_shape"]
    return cast("Shape", tuple(facts.get("picture_shape", known)))


def _classes(facts: dict[str, Any]) -> tuple[str, ...]:
    """A name for every output: those that the data set has no class for are called by their number."""
    names = tuple(facts["classes"])
    known = CATALOGUE.get(facts["model"])
    return names if known is None else names + tuple(str(place) for place in range(len(names), len(known.classes)))
