"""The threads that compute operations, beside the event loop and the engine: one for short ones, one for long ones."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from receptive.engine.interface import Engine, LaneFullError
from receptive.engine.lanes import lower_priority

T = TypeVar("T")

MOST_LONG: Final = 64  # operations that wait in the thread for long ones


class Workbench:
    """Two threads; in each, one function at a time in the order in which they come, once torch is loaded."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting = 0  # long operations, those under way included
        self._short = ThreadPoolExecutor(1, "short operations", _use_one_core)
        self._long = ThreadPoolExecutor(1, "long operations", _make_way)

    async def call(self, function: Callable[[], T], *, long: bool = False) -> T:
        """The function's result. A long one is stopped between two of its calls when nobody waits for it any more.

        Raises EngineError where torch cannot be loaded, LaneFullError where too many long ones wait.
        """
        await self._engine.ready()
        loop = asyncio.get_running_loop()
        if not long:
            return await loop.run_in_executor(self._short, function)
        if self._waiting >= MOST_LONG:
            raise LaneFullError(
                "operations-full",
                "{waiting} long operations wait to be computed, and no more are taken; ask again in a few seconds, or "
                "send a smaller input",
                waiting=self._waiting,
            )
        left = threading.Event()
        self._waiting += 1
        try:
            return await loop.run_in_executor(self._long, _long_pass, function, left)
        finally:
            left.set()
            self._waiting -= 1

    def close(self) -> None:
        """Forget what waits."""
        for pool in (self._short, self._long):
            pool.shutdown(wait=False, cancel_futures=True)


def _long_pass(function: Callable[[], T], left: threading.Event) -> T:
    """The function's result with the kernels for long passes."""
    from receptive.networks.kernels import LongPass

    with LongPass(left.is_set):
        return function()


def _use_one_core() -> None:
    import torch  # here, because the first page comes before it

    torch.set_num_threads(1)


def _make_way() -> None:
    """One core, and that only while nobody else wants it."""
    _use_one_core()
    lower_priority()
