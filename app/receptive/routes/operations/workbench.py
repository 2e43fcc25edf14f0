"""The threads that compute operations, beside the event loop and the engine: one for short ones, one for long ones."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from receptive.engine.interface import Engine
from receptive.engine.lanes import lower_priority

T = TypeVar("T")


class Workbench:
    """Two threads; in each, one function at a time in the order in which they come, once torch is loaded."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._short = ThreadPoolExecutor(1, "short operations", _use_one_core)
        self._long = ThreadPoolExecutor(1, "long operations", _make_way)

    async def call(self, function: Callable[[], T], *, long: bool = False) -> T:
        """The function's result. Raises EngineError where torch cannot be loaded."""
        await self._engine.ready()
        pool = self._long if long else self._short
        return await asyncio.get_running_loop().run_in_executor(pool, _by_onednn(function) if long else function)

    def close(self) -> None:
        """Forget what waits."""
        for pool in (self._short, self._long):
            pool.shutdown(wait=False, cancel_futures=True)


def _by_onednn(function: Callable[[], T]) -> Callable[[], T]:
    """The function with the kernels for long passes."""

    def call() -> T:
        from receptive.networks.kernels import LongPass

        with LongPass():
            return function()

    return call


def _use_one_core() -> None:
    import torch  # here, because the first page comes before it

    torch.set_num_threads(1)


def _make_way() -> None:
    """One core, and that only while nobody else wants it."""
    _use_one_core()
    lower_priority()
