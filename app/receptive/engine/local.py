"""The engine of one process: a fast and a slow lane, and a thread that opens networks ahead of their first query."""

import asyncio
import gc
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from convnets.catalogue import DEFAULT
from convnets.why import ExplainedError
from receptive.engine.answering import Waiting
from receptive.engine.interface import Engine, EngineError, LaneFullError
from receptive.engine.lanes import MOST_FAST, MOST_SLOW, FastLane, SlowLane, lower_priority
from receptive.networks.library import Library
from receptive.networks.opening import RUN, Source
from receptive.queries.query import Query

if TYPE_CHECKING:
    import torch

    from receptive.networks.loaded import LoadedNetwork

log = logging.getLogger(__name__)

T = TypeVar("T")

MOST_OPENING: Final = 64  # networks that wait to be opened


class LocalEngine(Engine):
    """Networks and the threads that run them. `start`, then `ask`; `close` at the end.

    find: the source of a network's name; raises where there is none. budget: bytes that open networks may take.
    """

    def __init__(self, find: Callable[[str], Source], device: str = "auto", budget: int = 2**30) -> None:
        self.library = Library(find, budget)
        self._device_name = device
        self._device: torch.device
        self._failure: EngineError | None = None
        self._is_ready = threading.Event()
        self._ready = asyncio.Event()
        self._holds_kernels = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opener = ThreadPoolExecutor(1, "networks")
        self._opening: dict[str, asyncio.Future[LoadedNetwork]] = {}
        self._fast: FastLane
        self._slow: SlowLane

    def start(self) -> None:
        """Begin to load torch and the default network, in a thread."""
        self._loop = asyncio.get_running_loop()
        self._fast = FastLane("fast lane", self._loop, MOST_FAST)
        self._slow = SlowLane("slow lane", self._loop, MOST_SLOW)
        self._opener.submit(self._wake)

    @property
    def is_ready(self) -> bool:
        """True if torch and the default network are loaded."""
        return self._is_ready.is_set()

    async def ready(self) -> None:
        """Wait until torch and the default network are loaded. Raises EngineError."""
        if not self._is_ready.is_set():
            await self._ready.wait()
        if self._failure is not None:
            raise self._failure

    async def ask(self, query: Query[T]) -> T:
        """The answer, computed together with those of short queries that wait at the same time."""
        network = self.library.get(query.network)
        if network is None or (query.refreshes and query.network.startswith(RUN)):
            await self.ready()
            network = await self._opened(query.network)
        if query.reads_facts:
            return query.answer(network, None, None, -1)
        assert self._loop is not None  # noqa: S101  a network is open
        future: asyncio.Future[T] = self._loop.create_future()
        lane = self._fast if network.is_short and not query.is_long else self._slow
        lane.put(Waiting(query, network, future))
        return await future

    def close(self) -> None:
        """Stop what is under way and end the threads."""
        if self._loop is not None:
            self._fast.close()
            self._slow.close()
        self._opener.shutdown(wait=True, cancel_futures=True)
        if self._holds_kernels:
            from receptive.networks.kernels import PLAIN

            PLAIN.release()
            self._holds_kernels = False

    async def _opened(self, name: str) -> "LoadedNetwork":
        """The network with its current files; concurrent callers wait for the same opening."""
        opening = self._opening.get(name)
        if opening is None:
            if len(self._opening) >= MOST_OPENING:
                raise LaneFullError(
                    "opening-full",
                    "{model}: {waiting} networks wait to be opened, and no more are taken; ask again in a few seconds",
                    model=name,
                    waiting=len(self._opening),
                )
            loop = asyncio.get_running_loop()
            opening = asyncio.ensure_future(loop.run_in_executor(self._opener, self._open, name))
            self._opening[name] = opening
            opening.add_done_callback(lambda done: self._forget(name, done))
        return await asyncio.shield(opening)

    def _forget(self, name: str, opening: "asyncio.Future[LoadedNetwork]") -> None:
        del self._opening[name]
        if not opening.cancelled():
            opening.exception()  # retrieved, even where the caller has been cancelled

    # --- in the thread that opens networks

    def _open(self, name: str) -> "LoadedNetwork":
        return self.library.open(name, self._device)

    def _wake(self) -> None:
        try:
            self._load()
        except ExplainedError as error:
            log.error("%s", error)
        except Exception as error:
            log.exception("networks cannot be run")
            self._failure = EngineError(
                "engine-broken",
                "networks cannot be run here: {error}. The server's log has the details",
                error=str(error)[:300] or type(error).__name__,
            )
        self._is_ready.set()
        assert self._loop is not None  # noqa: S101  it was started
        try:
            self._loop.call_soon_threadsafe(self._ready.set)
        except RuntimeError:
            log.debug("the event loop closed before the networks were loaded")
        lower_priority()

    def _load(self) -> None:
        """Load torch and the default network. Raises WeightsError, NetworkTooLargeError and RuntimeError."""
        with _without_collecting():
            from receptive.networks.kernels import PLAIN  # brings torch, which takes seconds
            from receptive.networks.loaded import choose_device, use_one_core

        PLAIN.hold()
        self._holds_kernels = True
        use_one_core()
        self._device = choose_device(self._device_name)
        self._open(DEFAULT)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """No garbage collection inside: an import makes a million objects that stay, and going through them takes a tenth.

    The objects that are there at the end are never gone through again.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()
