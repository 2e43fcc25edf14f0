"""The one thread in which operations are computed, beside the event loop and beside the live network."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from receptive.engine.local import Engine

T = TypeVar("T")


class Workbench:
    """Runs one function at a time, in the order in which they come, once torch is loaded."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pool = ThreadPoolExecutor(1, "workbench", _use_one_core)

    async def call(self, function: Callable[[], T]) -> T:
        """What the function returns or raises. Raises EngineError where torch cannot be loaded."""
        await self._engine.ready()
        return await asyncio.get_running_loop().run_in_executor(self._pool, function)

    def close(self) -> None:
        """Forget what waits."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _use_one_core() -> None:
    import torch  # here, because the first page comes before it

    torch.set_num_threads(1)
