"""Interface of an engine: it starts, answers queries, and is closed."""

from abc import ABC, abstractmethod
from typing import TypeVar

from convnets.why import ExplainedError
from receptive.queries.query import Query

T = TypeVar("T")


class EngineError(ExplainedError):
    """An engine that cannot answer; the text has the reason and a remedy."""


class LaneFullError(EngineError):
    """More queries wait than the engine takes; the same query may be answered in a moment."""


class Engine(ABC):
    """Queries in, answers out. All methods are called in one event loop, the one that `start` was called in."""

    @abstractmethod
    def start(self) -> None:
        """Begin to load what answering takes."""

    @property
    @abstractmethod
    def is_ready(self) -> bool:
        """True if queries are answered without waiting for the start."""

    @abstractmethod
    async def ready(self) -> None:
        """Wait until queries can be answered. Raises EngineError where they never can."""

    @abstractmethod
    async def ask(self, query: Query[T]) -> T:
        """The answer. A query that nobody waits for any more is not answered, or stopped under way.

        Raises EngineError, LaneFullError, QueryError, WeightsError, NetworkTooLargeError, and whatever finding the
        network by its name raises.
        """

    @abstractmethod
    def close(self) -> None:
        """Stop what is under way; nothing is answered afterwards."""
