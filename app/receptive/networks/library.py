"""Open networks under a memory budget: opened at their first query, the least recently used is closed first."""

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from convnets.weights import WeightsError
from convnets.why import ExplainedError
from receptive.networks.memory import written
from receptive.networks.opening import Source

if TYPE_CHECKING:
    import torch

    from receptive.networks.loaded import LoadedNetwork

log = logging.getLogger(__name__)

MOST_FAILURES: Final = 64  # that are remembered


class NetworkTooLargeError(ExplainedError):
    """A network that does not fit into the memory budget; the text has both sizes."""


class Library:
    """Networks by name. `get` may be called in any thread, `open` in one at a time.

    find: the source of a name; raises where there is none. budget: bytes that all open networks may take together.
    """

    def __init__(self, find: Callable[[str], Source], budget: int) -> None:
        self.budget = budget
        self._find = find
        self._open: dict[str, LoadedNetwork] = {}
        self._sources: dict[str, Source] = {}
        self._failures: dict[str, tuple[tuple[int, ...], WeightsError | NetworkTooLargeError]] = {}
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Bytes that all open networks take."""
        return sum(network.size for network in list(self._open.values()))

    @property
    def names(self) -> list[str]:
        """The open networks, the least recently used first."""
        return [network.network.name for network in sorted(self._open.values(), key=lambda network: network.used)]

    def get(self, name: str) -> "LoadedNetwork | None":
        """The network if it is open; it counts as used now."""
        network = self._open.get(name)
        if network is not None:
            network.use()
        return network

    def open(self, name: str, device: "torch.device") -> "LoadedNetwork":
        """The network with its files as they are now.

        Raises WeightsError, NetworkTooLargeError, and the errors of `find` for a name without a source.
        """
        with self._lock:
            self._let_go_of_deleted()
            try:
                source = self._find(name)
            except Exception:
                self._let_go(name)
                raise
            stamp = source.stamp
            known = self.get(name)
            if known is not None and known.stamp == stamp:
                return known
            failed_at, failure = self._failures.get(name, ((), None))
            if failure is not None and stamp and failed_at == stamp:
                raise failure.with_traceback(None)
            self._let_go(name)
            try:
                network = self._opened(source, device)
            except (WeightsError, NetworkTooLargeError) as error:
                log.error("%s", error)
                self._remember(name, stamp, error)
                raise
            self._failures.pop(name, None)
            self._open[name], self._sources[name] = network, source
            return network

    def _opened(self, source: Source, device: "torch.device") -> "LoadedNetwork":
        """Open a network after freeing the memory that it needs."""
        self._free(source.name, source.size)
        network = source.open(device)
        self._free(source.name, network.size)
        return network

    def _free(self, name: str, needed: int) -> None:
        """Let the least recently used networks go until so many bytes fit. Raises NetworkTooLargeError."""
        if needed > self.budget:
            raise NetworkTooLargeError(
                "network-over-budget",
                "{model} takes {needed} of memory, and the networks of this server may take {budget} together; "
                "start the server with a larger --memory, or choose a smaller network",
                model=name,
                needed=written(needed),
                budget=written(self.budget),
            )
        for old in self.names:
            if self.size + needed <= self.budget:
                return
            self._let_go(old)

    def _let_go_of_deleted(self) -> None:
        """Let networks go whose run has been deleted."""
        for name, source in list(self._sources.items()):
            if not source.is_there:
                self._let_go(name)

    def _let_go(self, name: str) -> None:
        self._open.pop(name, None)
        self._sources.pop(name, None)

    def _remember(self, name: str, stamp: tuple[int, ...], error: WeightsError | NetworkTooLargeError) -> None:
        """Files that failed are not read again until they change."""
        self._failures.pop(name, None)
        self._failures[name] = (stamp, error)
        for old in list(self._failures)[:-MOST_FAILURES]:
            del self._failures[old]
