"""The values of one parameter."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from receptive.networks.batch import Batch, Floats
from receptive.preprocessing.steps import Preparation
from receptive.queries.query import Query, QueryError

if TYPE_CHECKING:
    from receptive.networks.loaded import LoadedNetwork


@dataclass(frozen=True, slots=True)
class Parameter(Query[Floats]):
    """One parameter or buffer of a network by its name, with the network's files as they are now."""

    reads_facts: ClassVar[bool] = True
    refreshes: ClassVar[bool] = True

    network: str
    name: str

    def answer(
        self, network: "LoadedNetwork", preparation: Preparation | None, batch: Batch | None, row: int
    ) -> Floats:
        """The values. Raises QueryError for a name that is no parameter's."""
        values = network.parameters.get(self.name)
        if values is None:
            raise QueryError(
                "no-such-parameter",
                "parameter: {parameter} is none of {model}; {known} are",
                parameter=repr(self.name[:60]),
                model=self.network,
                known=", ".join(network.parameters),
            )
        return values
