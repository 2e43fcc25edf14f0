"""The one thread that runs networks: it loads torch, takes together what waits together, and answers each alone."""

import asyncio
import gc
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from convnets import catalogue
from convnets.catalogue import Network, WeightsError
from receptive.training.runs.shelf import NoSuchRunError, Shelf

if TYPE_CHECKING:
    from receptive.networks.loaded import Hosted

log = logging.getLogger(__name__)

Floats = NDArray[np.float32]
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

LARGEST_BATCH: Final = 64
MOST_RUNS: Final = 32  # networks of runs that are kept loaded
RUN: Final = "run:"  # what their names begin with


@dataclass(slots=True)
class Batch:
    """What a network said of several pictures: each array has one row for each of them."""

    network: Network
    input: Floats  # (N, C, H, W), normalized: what the first layer read
    layers: dict[str, Floats]  # by name, in forward order; (N, ...)
    scores: Floats  # (N, classes), the network's raw output
    logits: Floats  # (N, classes)
    probabilities: Floats  # (N, classes)
    shared: Any = None  # what the questions of one batch work out once for all of them

    def __len__(self) -> int:
        return len(self.input)


class Question(Protocol[T_co]):
    """One picture that waits; its methods are called in the engine's thread."""

    @property
    def network(self) -> str:
        """The name in the catalogue."""

    @classmethod
    def together(cls, questions: Sequence[Self]) -> None:
        """Work out at once what several questions of this kind need, before each is asked for its ink."""

    def ink(self) -> Floats | None:
        """The picture, (H, W) with ink 1; None where there is nothing to ask the network."""

    def answer(self, batch: Batch | None, row: int) -> T_co:
        """What is to be handed to whoever asked; `batch` is None where `ink` was."""


@dataclass(slots=True, eq=False)
class _Waiting(Generic[T]):
    question: Question[T]
    future: "asyncio.Future[T]"


@dataclass(slots=True, eq=False)
class _Call:
    function: Callable[[], Any]
    promise: "Future[Any]"


class EngineError(Exception):
    """Why no network can be run here: torch cannot be loaded, or not on the device that was asked for."""


class Engine:
    """Networks, and the thread in which they run. `start`, then `ask`; `close` at the end."""

    def __init__(self, device: str = "auto", weights: Path = catalogue.WEIGHTS, runs: Shelf | None = None) -> None:
        self.device = device
        self.weights = weights
        self.runs = runs
        self.networks: dict[str, Hosted] = {}
        self._errors: dict[str, WeightsError] = {}
        self._broken: EngineError | None = None
        self._inbox: SimpleQueue[_Waiting[Any] | _Call | None] = SimpleQueue()  # None: stop
        self._awake = threading.Event()
        self._ready = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop
        self._thread: threading.Thread | None = None

    # --- from the event loop

    def start(self) -> None:
        """Begin loading torch and the networks, in a thread. To be called in the event loop that will ask."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._live, name="engine", daemon=True)
        self._thread.start()

    @property
    def awake(self) -> bool:
        """Whether torch and the networks are loaded."""
        return self._awake.is_set()

    async def ready(self) -> None:
        """Wait until torch and the networks are loaded. Raises EngineError."""
        await self._ready.wait()
        if self._broken is not None:
            raise self._broken

    async def hosted(self, name: str) -> "Hosted":
        """A loaded network. Raises KeyError for an unknown name, WeightsError where its weights are unusable.

        A run's network is loaded now, if its weights are others than they were; raises NoSuchRunError.
        """
        await self.ready()
        if name.startswith(RUN):
            return await self.call(lambda: self._trained(name))
        if name in self._errors:
            raise self._errors[name]
        return self.networks[name]

    async def ask(self, question: Question[T]) -> T:
        """The answer to one question, given together with those that wait at the same time."""
        future: asyncio.Future[T] = self._loop.create_future()
        self._inbox.put(_Waiting(question, future))
        return await future

    async def call(self, function: Callable[[], T]) -> T:
        """What a function returns that has to run where the networks run."""
        promise: Future[T] = Future()
        self._inbox.put(_Call(function, promise))
        return await asyncio.wrap_future(promise)

    def close(self) -> None:
        """Finish what is being computed and end the thread."""
        self._inbox.put(None)
        if self._thread is not None:
            self._thread.join(timeout=10)

    # --- in the thread

    def _live(self) -> None:
        try:
            self._load()
        except Exception as error:
            log.exception("networks cannot be run")
            self._broken = EngineError(f"networks cannot be run here: {error}")
        self._awake.set()
        self._on_loop(self._ready.set)
        while (first := self._inbox.get()) is not None:
            if isinstance(first, _Call):
                self._run(first)
            elif not self._answer_all(first):
                return

    def _answer_all(self, first: _Waiting[Any]) -> bool:
        """Answer a question and those that wait behind it; False where it is time to stop."""
        together = [first]
        calls: list[_Call] = []
        going = True
        while going and len(together) < LARGEST_BATCH and not self._inbox.empty():
            following = self._inbox.get()
            if following is None:
                going = False
            elif isinstance(following, _Call):
                calls.append(following)
            else:
                together.append(following)
        self._answer(together)
        for call in calls:
            self._run(call)
        return going

    def _load(self) -> None:
        with _without_collecting():
            from receptive.networks.loaded import (  # brings torch, which takes seconds
                Hosted,
                choose_device,
                use_one_core,
            )

        use_one_core()
        device = choose_device(self.device)
        names = sorted(catalogue.CATALOGUE, key=lambda name: name != catalogue.DEFAULT)
        for name in names:
            try:
                module = catalogue.load(name, folder=self.weights)
                card = catalogue.card(name, self.weights)
                self.networks[name] = Hosted(catalogue.CATALOGUE[name], module, device, card)
            except WeightsError as error:
                log.error("%s", error)
                self._errors[name] = error

    def _trained(self, name: str) -> "Hosted":
        """The network of a run, with the weights as they are now; those not asked for longest are let go."""
        from receptive.networks.loaded import choose_device
        from receptive.networks.trained import HostedRun, find

        if self.runs is None:
            raise NoSuchRunError("no-runs", "{run}: no runs are kept here", run=name)
        _, run, which = (name + ":best").split(":")[:3]
        found = find(self.runs.get(run), name, which)
        known = self.networks.pop(name, None)
        if not isinstance(known, HostedRun) or known.stamp != found.stamp:
            known = HostedRun(found, choose_device(self.device))
        self.networks[name] = known
        for old in [other for other in self.networks if other.startswith(RUN)][:-MOST_RUNS]:
            del self.networks[old]
        return known

    def _run(self, call: "_Call") -> None:
        if not call.promise.set_running_or_notify_cancel():
            return
        try:
            call.promise.set_result(call.function())
        except Exception as error:  # noqa: BLE001  handed to whoever asked
            call.promise.set_exception(error)

    def _answer(self, waiting: list[_Waiting[Any]]) -> None:
        """Answer everything taken, whatever becomes of one of them, and hand all of it over at once."""
        done: list[tuple[_Waiting[Any], Any, Exception | None]] = []
        asked: dict[str, list[tuple[_Waiting[Any], Floats]]] = {}
        if len(waiting) > 1:
            _prepare_together([one.question for one in waiting])
        for one in waiting:
            try:
                if self._broken is not None:
                    raise self._broken
                ink = one.question.ink()
                if ink is None:
                    done.append((one, one.question.answer(None, 0), None))
                else:
                    asked.setdefault(one.question.network, []).append((one, ink))
            except Exception as error:  # noqa: BLE001  handed to whoever asked
                done.append((one, None, error))
        for name, together in asked.items():
            done.extend(self._answer_together(name, together))
        self._on_loop(_deliver, done)

    def _answer_together(
        self, name: str, together: list[tuple[_Waiting[Any], Floats]]
    ) -> list[tuple[_Waiting[Any], Any, Exception | None]]:
        try:
            batch = self._forward(name, [ink for _, ink in together])
        except Exception as error:  # noqa: BLE001  handed to whoever asked
            if len(together) == 1:
                return [(together[0][0], None, error)]
            # One picture must not spoil the others' answers: each is asked again, alone.
            return [outcome for one in together for outcome in self._answer_together(name, [one])]
        done: list[tuple[_Waiting[Any], Any, Exception | None]] = []
        for row, (one, _) in enumerate(together):
            try:
                done.append((one, one.question.answer(batch, row), None))
            except Exception as error:  # noqa: BLE001  handed to whoever asked
                done.append((one, None, error))
        return done

    def _forward(self, name: str, pictures: Sequence[Floats]) -> Batch:
        if name in self._errors:
            raise self._errors[name]
        return self.networks[name].look_at(pictures)

    def _on_loop(self, function: Callable[..., None], *arguments: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(function, *arguments)
        except RuntimeError:  # the loop has closed: nobody is left to hear it
            self._inbox.put(None)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """No garbage collection inside: an import makes a million objects that stay, and going through them takes a tenth.

    What is there at the end is never gone through again.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()


def _prepare_together(questions: list[Question[Any]]) -> None:
    """Those of one kind together; what goes wrong there is met again, and told, by the one whose fault it is."""
    for kind in {type(question) for question in questions}:
        try:
            kind.together([question for question in questions if type(question) is kind])
        except Exception:
            log.exception("%s could not be prepared together", kind.__name__)


def _deliver(done: list[tuple[_Waiting[Any], Any, Exception | None]]) -> None:
    for one, result, error in done:
        if one.future.done():  # whoever asked has left
            continue
        if error is None:
            one.future.set_result(result)
        else:
            one.future.set_exception(error)
