"""The description of a network: what has to be known of it before it is shown a picture."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from convnets.network import Network
from receptive.networks.batch import Batch
from receptive.preprocessing.reading import Reading
from receptive.preprocessing.steps import Preparation
from receptive.queries.query import Query, no_such_layer

if TYPE_CHECKING:
    from receptive.networks.loaded import LoadedNetwork


@dataclass(frozen=True, slots=True)
class Description:
    """An open network. shapes: every layer's output by name, in forward order, without the batch."""

    network: Network
    reading: Reading
    shapes: dict[str, tuple[int, ...]]
    mean: tuple[float, ...]  # of each channel
    std: tuple[float, ...]
    targets: list[list[int]] | None
    card: dict[str, Any]
    is_short: bool  # its pass is answered at once, so that nobody has time to leave

    def check_layer(self, field: str, layer: str) -> None:
        """Raise QueryError for a layer that the network does not have; `field` is where it was named."""
        if layer not in self.shapes:
            raise no_such_layer(field, layer, self.network.name, self.shapes)


@dataclass(frozen=True, slots=True)
class Describe(Query[Description]):
    """A network's description, with its files as they are now."""

    reads_facts: ClassVar[bool] = True
    refreshes: ClassVar[bool] = True

    network: str

    def answer(
        self, network: "LoadedNetwork", preparation: Preparation | None, batch: Batch | None, row: int
    ) -> Description:
        """The description."""
        return Description(
            network.network,
            network.reading,
            network.shapes,
            network.mean,
            network.std,
            network.targets,
            network.card,
            network.is_short,
        )
