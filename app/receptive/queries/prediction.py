"""The prediction for one picture: scores and probabilities of every class."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from receptive.networks.batch import Batch, Floats
from receptive.preprocessing.steps import Preparation
from receptive.queries.query import Query, passed, prepared

if TYPE_CHECKING:
    from receptive.networks.loaded import LoadedNetwork


@dataclass(frozen=True, slots=True)
class Prediction:
    """The answer for one picture; arrays have one value per class."""

    model: str
    classes: tuple[str, ...]
    logits: Floats
    probabilities: Floats

    @property
    def index(self) -> int:
        """The likeliest class."""
        return int(self.probabilities.argmax())

    def top(self, count: int) -> list[dict[str, object]]:
        """The likeliest classes, the likeliest first."""
        ranked = np.argsort(-self.probabilities, kind="stable")[:count]
        return [
            {"label": self.classes[i], "index": int(i), "probability": float(self.probabilities[i])} for i in ranked
        ]


@dataclass(frozen=True, slots=True)
class Predict(Query[Prediction]):
    """One prepared picture; `input` is float32, (H, W) or (C, H, W) from 0 to 1."""

    network: str
    input: Floats

    @classmethod
    def prepare_batch(cls, queries: Sequence[Self], network: "LoadedNetwork") -> list[Preparation]:
        """The pictures, which were prepared before."""
        return [prepared(query.input) for query in queries]

    def answer(
        self, network: "LoadedNetwork", preparation: Preparation | None, batch: Batch | None, row: int
    ) -> Prediction:
        """The prediction."""
        whole = passed(batch)
        about = whole.network
        return Prediction(about.name, about.classes, whole.logits[row].copy(), whole.probabilities[row].copy())
