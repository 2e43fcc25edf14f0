"""The form of every query: a frozen value that can be pickled, answered wherever the network is."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, Generic, Self, TypeVar

from convnets.why import ExplainedError
from receptive.networks.batch import Batch, Floats
from receptive.preprocessing.steps import Preparation

if TYPE_CHECKING:
    from receptive.networks.loaded import LoadedNetwork

Result_co = TypeVar("Result_co", covariant=True)


class QueryError(ExplainedError):
    """A query that its network cannot answer; the text names the part of it and what the network has."""


def no_such_layer(field: str, layer: str, model: str, known: Iterable[str]) -> QueryError:
    """The refusal of a layer that a network does not have; `field` is where it was named."""
    return QueryError(
        "no-such-layer",
        "{field}: {layer} is no layer of {model}; {known} are",
        field=field,
        layer=repr(layer[:60]),
        model=model,
        known=", ".join(known),
    )


class Query(Generic[Result_co]):
    """A query to one network; subclasses are frozen dataclasses with a field `network`, its name.

    reads_facts: answered from what is known of the open network, in no time and without a pass.
    refreshes: the network is opened again first if its files have changed.
    is_long: answered in the slow lane, whatever the network.
    """

    __slots__ = ()

    network: str
    reads_facts: ClassVar[bool] = False
    refreshes: ClassVar[bool] = False
    is_long: ClassVar[bool] = False

    @classmethod
    def prepare_batch(cls, queries: Sequence[Self], network: "LoadedNetwork") -> Sequence[Preparation | None]:
        """The pictures of several queries, prepared together; None for a query without a picture."""
        return [None] * len(queries)

    def answer(
        self, network: "LoadedNetwork", preparation: Preparation | None, batch: Batch | None, row: int
    ) -> Result_co:
        """The result; `batch` holds the pass at `row`, and is None without a picture or for a blank one."""
        raise NotImplementedError


def prepared(values: Floats) -> Preparation:
    """A picture that was prepared before, as a preparation without steps."""
    return Preparation(False, None, list, values)


def passed(batch: Batch | None) -> Batch:
    """The batch of a query that always has a picture."""
    if batch is None:
        raise RuntimeError("a picture with ink was not passed through the network")
    return batch
