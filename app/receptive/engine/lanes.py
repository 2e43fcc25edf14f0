"""Two lanes, each a thread: a fast one that answers short queries in batches, a slow one that answers the others."""

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Sequence
from queue import SimpleQueue
from typing import Final

from receptive.engine.answering import Outcome, Waiting, answer_all
from receptive.engine.interface import EngineError, LaneFullError

log = logging.getLogger(__name__)

LARGEST_ROUND: Final = 64  # queries that the fast lane answers together
ROUND_COST: Final = 50_000_000  # multiplications of these queries, a few milliseconds of one core
MOST_FAST: Final = 1024  # queries that wait in the fast lane
MOST_SLOW: Final = 32  # queries that wait in the slow lane, or are under way there
LOW_PRIORITY: Final = 10  # niceness of the slow lane: a ninth of the processor time where others want it


class Lane:
    """A thread and the queries that wait for it. `put` is called in the event loop, the rest in the thread."""

    def __init__(self, name: str, loop: asyncio.AbstractEventLoop, limit: int) -> None:
        self.name = name
        self._loop = loop
        self._limit = limit
        self._pending: set[Waiting] = set()
        self._inbox: SimpleQueue[Waiting | None] = SimpleQueue()  # None: stop
        self._closing = False
        self._has_one_core = False
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    # --- in the event loop

    def put(self, waiting: Waiting) -> None:
        """Answer this query in its turn. Raises EngineError and LaneFullError."""
        if self._closing:
            raise closed()
        if len(self._pending) >= self._limit:
            raise LaneFullError(
                "lane-full",
                "{model}: {waiting} queries wait to be answered, and no more are taken; ask again in a few seconds, or "
                "ask a smaller network",
                model=waiting.query.network,
                waiting=len(self._pending),
            )
        self._pending.add(waiting)
        self._inbox.put(waiting)

    def close(self, patience: float = 10.0) -> None:
        """Stop what is under way and end the thread."""
        self._closing = True
        self._inbox.put(None)
        for one in self._pending:
            if not one.future.done():
                one.future.set_exception(closed())
        self._pending.clear()
        self._thread.join(patience)

    def _deliver(self, outcomes: Sequence[Outcome]) -> None:
        for one, answer, error in outcomes:
            self._pending.discard(one)
            if one.future.done():  # whoever waited has left
                continue
            if error is None:
                one.future.set_result(answer)
            else:
                one.future.set_exception(error)

    # --- in the thread

    def _serve(self) -> None:
        self._begin()
        while (first := self._inbox.get()) is not None:
            together = [first]
            goes_on = self._take_more(together)
            outcomes = self._answer_those_waited_for(together)
            try:
                self._loop.call_soon_threadsafe(self._deliver, outcomes)
            except RuntimeError:  # the loop has closed: nobody waits any more
                return
            if not goes_on:
                return

    def _answer_those_waited_for(self, together: Sequence[Waiting]) -> list[Outcome]:
        """The outcomes; a query whose asker has left has none."""
        if not self._has_one_core:
            from receptive.networks.loaded import use_one_core  # torch is there: a network is open

            use_one_core()
            self._has_one_core = True
        left: list[Outcome] = []
        waited_for = []
        for one in together:
            if one.future.done():
                left.append((one, None, None))
            else:
                waited_for.append(one)
        return self._answer(waited_for) + left if waited_for else left

    def _begin(self) -> None:
        """Set up the thread."""

    def _take_more(self, together: list[Waiting]) -> bool:
        """Add queries that wait and are answered together with the first; False where it is time to stop."""
        return True

    def _answer(self, waiting: Sequence[Waiting]) -> list[Outcome]:
        return answer_all(waiting)


class FastLane(Lane):
    """Answers together what waits together, up to a bound on their multiplications."""

    def _take_more(self, together: list[Waiting]) -> bool:
        cost = together[0].network.cost
        while len(together) < LARGEST_ROUND and cost < ROUND_COST and not self._inbox.empty():
            following = self._inbox.get()
            if following is None:
                return False
            together.append(following)
            cost += following.network.cost
        return True


class SlowLane(Lane):
    """Answers one query at a time, at low priority; stops between two layers when nobody waits for the answer."""

    def _begin(self) -> None:
        lower_priority()

    def _answer(self, waiting: Sequence[Waiting]) -> list[Outcome]:
        from receptive.networks.kernels import LongPass, StoppedError

        def stop() -> bool:
            return self._closing or all(one.future.done() for one in waiting)

        try:
            with LongPass(stop):
                return answer_all(waiting)
        except StoppedError:
            return [(one, None, closed()) for one in waiting]


def closed() -> EngineError:
    """The refusal of a query that comes, or is still waiting, when the engine closes."""
    return EngineError("engine-closed", "the server is closing, and answers nothing more; start it again")


def lower_priority(niceness: int = LOW_PRIORITY) -> None:
    """Let other threads go before the calling one, where the system tells threads apart; elsewhere nothing changes."""
    if sys.platform == "linux":
        try:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)
        except OSError:
            log.debug("the priority of %s could not be lowered", threading.current_thread().name)
