"""The engine: what waits together is answered together, and each for itself."""

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Self

import numpy as np
import pytest
import pytest_asyncio

from convnets.catalogue import WeightsError
from receptive.engine.local import Batch, Engine, EngineError, Floats

INK = np.linspace(0, 1, 32 * 32, dtype=np.float32).reshape(32, 32)


class Asked:
    """A question whose answer is the batch and the row; it remembers the thread that it was asked in."""

    def __init__(self, ink: Floats | None = INK, network: str = "lenet5") -> None:
        self.network = network
        self._ink = ink
        self.thread = ""

    @classmethod
    def together(cls, questions: Sequence[Self]) -> None:
        pass

    def ink(self) -> Floats | None:
        self.thread = threading.current_thread().name
        return self._ink

    def answer(self, batch: Batch | None, row: int) -> tuple[Batch | None, int]:
        return batch, row


class Spoilt(Asked):
    """A picture of a shape that no network takes."""

    def __init__(self) -> None:
        super().__init__(np.zeros((3, 3), np.float32))


class Unanswerable(Asked):
    def answer(self, batch: Batch | None, row: int) -> tuple[Batch | None, int]:
        raise ValueError("no words for it")


@pytest_asyncio.fixture
async def engine(weights: Path) -> AsyncIterator[Engine]:
    engine = Engine("cpu", weights)
    engine.start()
    await engine.ready()
    yield engine
    engine.close()


async def test_questions_that_wait_together_are_one_batch(engine: Engine) -> None:
    held = threading.Event()
    holding = asyncio.create_task(engine.call(lambda: held.wait(10)))
    await asyncio.sleep(0)
    asking = [asyncio.create_task(engine.ask(Asked(INK * (k / 10)))) for k in range(10)]
    await asyncio.sleep(0)
    held.set()
    answers = await asyncio.gather(*asking)
    await holding
    assert {id(batch) for batch, _ in answers} == {id(answers[0][0])}
    assert [row for _, row in answers] == list(range(10))


async def test_one_bad_picture_fails_alone(engine: Engine) -> None:
    questions = [Asked(), Spoilt(), Asked(), Unanswerable(), Asked(None), Asked(network="lenet5-1998")]
    answers = await asyncio.gather(*(engine.ask(question) for question in questions), return_exceptions=True)
    failed = [isinstance(answer, BaseException) for answer in answers]
    assert failed == [False, True, False, True, False, False]
    assert answers[4] == (None, 0)


async def test_networks_run_in_one_thread_that_is_not_the_event_loops(engine: Engine) -> None:
    questions = [Asked() for _ in range(5)]
    for question in questions:
        await engine.ask(question)
    assert {question.thread for question in questions} == {"engine"}


async def test_the_event_loop_goes_on_while_networks_run(engine: Engine) -> None:
    held = threading.Event()
    slow = asyncio.create_task(engine.call(lambda: held.wait(10)))
    for _ in range(100):
        await asyncio.sleep(0)
    assert not slow.done()
    held.set()
    assert await slow


async def test_who_has_left_is_not_waited_for(engine: Engine) -> None:
    leaving = asyncio.create_task(engine.ask(Asked()))
    await asyncio.sleep(0)
    leaving.cancel()
    batch, _ = await engine.ask(Asked())
    assert batch is not None


async def test_the_thread_ends_with_the_engine(weights: Path) -> None:
    engine = Engine("cpu", weights)
    engine.start()
    await engine.ready()
    engine.close()
    assert "engine" not in {thread.name for thread in threading.enumerate()}


@pytest.fixture
def half(weights: Path, tmp_path: Path) -> Path:
    """A folder with the weights of the 1998 network alone."""
    for path in weights.glob("lenet5-1998.*"):
        shutil.copy(path, tmp_path)
    return tmp_path


async def test_missing_weights_are_named_and_other_networks_answer(half: Path) -> None:
    engine = Engine("cpu", half)
    engine.start()
    with pytest.raises(WeightsError, match=r"lenet5\.json is missing"):
        await engine.hosted("lenet5")
    with pytest.raises(WeightsError, match="missing"):
        await engine.ask(Asked())
    batch, _ = await engine.ask(Asked(network="lenet5-1998"))
    assert batch is not None
    engine.close()


async def test_a_device_that_is_not_here_is_an_error_and_no_hang(weights: Path) -> None:
    engine = Engine("cuda:63", weights)
    engine.start()
    with pytest.raises(EngineError, match="cuda:63"):
        await engine.ready()
    with pytest.raises(EngineError, match="cuda:63"):
        await engine.ask(Asked())
    engine.close()
