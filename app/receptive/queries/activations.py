"""The values of some layers for one picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from receptive.networks.batch import Batch, Floats
from receptive.preprocessing.steps import Preparation
from receptive.queries.prediction import Prediction
from receptive.queries.query import Query, no_such_layer, passed, prepared

if TYPE_CHECKING:
    from receptive.networks.loaded import LoadedNetwork


@dataclass(frozen=True, slots=True)
class Activations:
    """Layers by name, in forward order, with the input as the first layer reads it and the raw output."""

    prediction: Prediction
    input: Floats  # (C, H, W), normalized
    scores: Floats  # (classes,)
    layers: dict[str, Floats]


@dataclass(frozen=True, slots=True)
class Activate(Query[Activations]):
    """One prepared picture and the layers that are wanted; None for all of them."""

    network: str
    input: Floats
    layers: tuple[str, ...] | None = None

    @classmethod
    def prepare_batch(cls, queries: Sequence[Self], network: "LoadedNetwork") -> list[Preparation]:
        """The pictures, which were prepared before."""
        return [prepared(query.input) for query in queries]

    def answer(
        self, network: "LoadedNetwork", preparation: Preparation | None, batch: Batch | None, row: int
    ) -> Activations:
        """The layers' values. Raises QueryError where the network has changed and a layer is gone."""
        whole = passed(batch)
        missing = set(self.layers or ()) - set(whole.layers)
        if missing:
            raise no_such_layer("layers", min(missing), self.network, whole.layers)
        about = whole.network
        prediction = Prediction(about.name, about.classes, whole.logits[row], whole.probabilities[row])
        layers = {
            name: values[row] for name, values in whole.layers.items() if self.layers is None or name in self.layers
        }
        return Activations(prediction, whole.input[row], whole.scores[row], layers)
