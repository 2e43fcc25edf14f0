"""The frame that answers one stroke: the layers in view for the drawing as it is now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from receptive.networks.batch import Batch
from receptive.preprocessing.canvas import prepare_together
from receptive.preprocessing.reading import Ink
from receptive.preprocessing.steps import Preparation
from receptive.queries.encoding import Quantized, View, encode
from receptive.queries.query import Query, QueryError
from receptive.queries.stroke import Stroke

if TYPE_CHECKING:
    from receptive.networks.loaded import LoadedNetwork


@dataclass(frozen=True, slots=True)
class Frame(Query[bytes]):
    """One visitor's drawing, answered with the bytes of a frame."""

    view: View
    stroke: Stroke

    @property
    def network(self) -> str:  # type: ignore[override]  # read-only here: the view names it
        """The network in view."""
        return self.view.network

    @classmethod
    def prepare_batch(cls, queries: Sequence[Self], network: "LoadedNetwork") -> list[Preparation]:
        """Every drawing's preparation; plain canvases of one size are prepared at once."""
        reading = network.reading
        if len(queries) == 1 or not isinstance(reading, Ink):
            return [reading.prepare(query.stroke.grey) for query in queries]
        together = prepare_together([query.stroke.grey for query in queries])
        return [
            reading.prepare(query.stroke.grey) if preparation is None else reading.framed(preparation)
            for query, preparation in zip(queries, together, strict=True)
        ]

    def answer(self, network: "LoadedNetwork", preparation: Preparation | None, batch: Batch | None, row: int) -> bytes:
        """The frame. Raises QueryError where the network has changed and a layer in view is gone."""
        assert preparation is not None  # noqa: S101  every drawing has one
        quantized = None if batch is None else Quantized.once(batch)
        try:
            return encode(self.view, self.stroke.sequence, preparation, quantized, row, network.network.classes)
        except (KeyError, IndexError) as error:
            raise QueryError(
                "view-outdated",
                "{model} has been replaced by a network with other layers; open it again to see these",
                model=self.view.network,
            ) from error
