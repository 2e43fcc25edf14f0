"""The layers of a network, traced."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from receptive.networks.batch import Batch
from receptive.preprocessing.steps import Preparation
from receptive.queries.query import Query

if TYPE_CHECKING:
    from receptive.networks.loaded import LoadedNetwork


@dataclass(frozen=True, slots=True)
class Layers(Query[list[dict[str, Any]]]):
    """Every layer in forward order, as `convnets.trace` has it. A network is traced once."""

    is_long: ClassVar[bool] = True

    network: str

    def answer(
        self, network: "LoadedNetwork", preparation: Preparation | None, batch: Batch | None, row: int
    ) -> list[dict[str, Any]]:
        """The rows of the trace."""
        return network.layers
