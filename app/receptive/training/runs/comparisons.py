"""Comparisons that are set up ready to run: settings that differ in one thing; their recorded runs are shipped.

`python -m receptive.training.runs.comparisons [NAME ...]` trains and records them anew.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from convnets.pattern import Pattern
from receptive.training.runs.run import PREPARED
from receptive.training.schedules import Schedule
from receptive.training.settings import Augmentation, EarlyStopping, RunSettings


@dataclass(frozen=True)
class Comparison:
    """Runs that differ in what the name says; the first one is what the others are compared with."""

    name: str
    variants: Mapping[str, RunSettings]

    def id(self, variant: str) -> str:
        """The id of the prepared run of a variant."""
        return f"{PREPARED}-{self.name}-{variant}"


SMALL: Final = Pattern(channels=(8, 16), units=(64,))
DEEP: Final = Pattern(channels=(8, 8, 16), convolutions=2, units=(64, 64, 64, 64))
WIDE: Final = Pattern(channels=(8, 16), units=(256,))
CONVOLUTIONS: Final = Pattern(channels=(8, 16, 16), convolutions=2, units=())
NORMALIZED: Final = CONVOLUTIONS.model_copy(update={"batch_norm": True})


def _of(name: str, same: dict[str, Any], **variants: dict[str, Any]) -> Comparison:
    """The variants of the same run, each with what differs."""
    usual: dict[str, Any] = {"model": SMALL}
    return Comparison(
        name,
        {key.strip("_").replace("_", "-"): RunSettings(**usual | same | differs) for key, differs in variants.items()},
    )


COMPARISONS: Final = (
    _of(
        "batch-size",
        {"subset": 300, "epochs": 8, "optimizer": "sgd", "learning_rate": 0.02},
        one={"batch_size": 1},
        some={"batch_size": 32},
        all={"batch_size": "all"},
    ),
    _of(
        "learning-rate",
        {"subset": 500, "epochs": 15, "optimizer": "sgd"},
        small={"learning_rate": 0.0005},
        right={"learning_rate": 0.1},
        large={"learning_rate": 0.5},
    ),
    _of(
        "momentum",
        {"subset": 500, "epochs": 15, "learning_rate": 0.01},
        without={"optimizer": "sgd"},
        with_={"optimizer": "momentum"},
        tenfold={"optimizer": "sgd", "learning_rate": 0.1},
    ),
    _of(
        "activations",
        {"subset": 500, "epochs": 15, "optimizer": "momentum", "learning_rate": 0.02, "initialization": "xavier"},
        relu={"model": DEEP},
        relu_he={"model": DEEP, "initialization": "he"},
        tanh={"model": DEEP.model_copy(update={"activation": "tanh"})},
        sigmoid={"model": DEEP.model_copy(update={"activation": "sigmoid"})},
    ),
    _of(
        "dropout",
        {"subset": 100, "epochs": 50},
        without={"model": WIDE},
        half={"model": WIDE.model_copy(update={"dropout": 0.5})},
        most={"model": WIDE.model_copy(update={"dropout": 0.8})},
    ),
    _of(
        "weight-penalties",
        {"subset": 300, "epochs": 30, "optimizer": "momentum", "learning_rate": 0.02},
        none={},
        l2={"weight_decay": 0.005},
        l1={"l1": 0.0005},
    ),
    _of(
        "learning-rate-decay",
        {
            "subset": 500,
            "epochs": 20,
            "optimizer": "sgd",
            "learning_rate": 0.2,
            "batch_size": 16,
            "augmentation": Augmentation(shift=0.3, rotate=0.3),
        },
        constant={},
        halved={"schedule": Schedule(kind="step", factor=0.5, every=4)},
        cosine={"schedule": Schedule(kind="cosine")},
    ),
    _of(
        "augmentation",
        {"held_out": 0.4, "subset": 1000, "epochs": 15},
        none={},
        mild={"augmentation": Augmentation(shift=0.2, rotate=0.2, scale=0.2, elastic=0.2)},
        strong={"augmentation": Augmentation(shift=0.6, rotate=0.6, scale=0.6, elastic=0.6)},
    ),
    _of(
        "early-stopping",
        {"model": WIDE, "subset": 100, "epochs": 60, "learning_rate": 0.003},
        to_the_end={},
        patience_5={"early_stopping": EarlyStopping(patience=5)},
        patience_20={"early_stopping": EarlyStopping(patience=20)},
    ),
    _of(
        "label-smoothing",
        {"subset": 500, "epochs": 20},
        none={},
        tenth={"label_smoothing": 0.1},
        third={"label_smoothing": 0.3},
    ),
    _of(
        "batch-normalization",
        {"subset": 400, "epochs": 10, "optimizer": "sgd", "learning_rate": 0.05},
        without={"model": CONVOLUTIONS},
        with_={"model": NORMALIZED},
        without_tenfold={"model": CONVOLUTIONS, "learning_rate": 0.5},
        with_tenfold={"model": NORMALIZED, "learning_rate": 0.5},
    ),
)


if __name__ == "__main__":
    from receptive.training.runs.prepared import record

    chosen = sys.argv[1:] or [comparison.name for comparison in COMPARISONS]
    if unknown := set(chosen) - {comparison.name for comparison in COMPARISONS}:
        raise SystemExit(f"{', '.join(unknown)}: choose of {', '.join(each.name for each in COMPARISONS)}")
    for comparison in COMPARISONS:
        if comparison.name in chosen:
            for variant, settings in comparison.variants.items():
                print(record(comparison.id(variant), settings))
