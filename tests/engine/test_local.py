"""The engine of one process: the contract of every engine, its two lanes, and what becomes of damaged networks."""

import asyncio
import shutil
import sys
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from torch import nn

from convnets.weights import WeightsError
from receptive.engine import lanes
from receptive.engine.interface import EngineError, LaneFullError
from receptive.engine.local import LocalEngine
from receptive.networks.opening import CatalogueSource, Source
from receptive.queries.description import Describe
from tests.engine.contract import EngineContract
from tests.engine.queries import BEGUN, INK, STEPS, Endless, Hold, HoldLong, Locate, gate
from tests.networks.nets import MadeSource, linear, loaded, wide

GIB = 2**30
NETWORKS = {"short": linear, "other": linear, "long": wide}


def find(name: str) -> Source:
    """lenet5, with which every engine wakes, is a small one here."""
    return MadeSource(name, linear if name == "lenet5" else NETWORKS[name])


@pytest_asyncio.fixture
async def engine() -> AsyncIterator[LocalEngine]:
    engine = LocalEngine(find, "cpu", GIB)
    engine.start()
    yield engine
    engine.close()


class TestContract(EngineContract):
    """The local form keeps it."""


def test_a_wide_network_is_long_and_a_linear_one_short() -> None:
    assert loaded("short", linear()).is_short
    assert not loaded("long", wide()).is_short
    assert loaded("long", wide()).batch_limit == 1


async def occupied(engine: LocalEngine, query: Hold) -> "asyncio.Task[str]":
    """The query under way; it holds its lane until its gate is opened."""
    await engine.ask(Locate(query.network))
    holding = asyncio.create_task(engine.ask(query))
    await asyncio.to_thread(BEGUN[query.gate].wait, 60)
    return holding


async def test_queries_that_wait_together_are_one_batch(engine: LocalEngine) -> None:
    held = gate()
    holding = await occupied(engine, Hold())
    asking = [asyncio.create_task(engine.ask(Locate(input=INK * (k / 10)))) for k in range(10)]
    await asyncio.sleep(0)
    held.set()
    answers = await asyncio.gather(*asking)
    await holding
    assert {id(batch) for batch, _, _ in answers} == {id(answers[0][0])}
    assert [row for _, row, _ in answers] == list(range(10))


async def test_a_round_of_the_fast_lane_is_bounded_by_its_multiplications(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    cost = loaded("short", linear()).cost
    monkeypatch.setattr(lanes, "ROUND_COST", 3 * cost)
    held = gate()
    holding = await occupied(engine, Hold())
    asking = [asyncio.create_task(engine.ask(Locate())) for _ in range(10)]
    await asyncio.sleep(0)
    held.set()
    answers = await asyncio.gather(*asking)
    await holding
    assert max(len(batch) for batch, _, _ in answers if batch is not None) == 3


async def test_each_lane_is_one_thread_and_not_the_event_loops(engine: LocalEngine) -> None:
    threads = {(await engine.ask(Locate(name)))[2] for name in ("short", "other", "short")}
    assert threads == {"fast lane"}
    assert (await engine.ask(Locate("long")))[2] == "slow lane"


async def test_a_stroke_is_answered_while_the_slow_lane_is_busy(engine: LocalEngine) -> None:
    held = gate()
    holding = await occupied(engine, HoldLong())
    batch, _, _ = await engine.ask(Locate())
    assert batch is not None
    assert not holding.done()
    held.set()
    assert await holding == "let go"


async def test_the_event_loop_goes_on_while_networks_run(engine: LocalEngine) -> None:
    held = gate()
    holding = await occupied(engine, Hold())
    for _ in range(100):
        await asyncio.sleep(0)
    assert not holding.done()
    held.set()
    assert await holding == "let go"


async def test_a_long_query_under_way_is_stopped_when_who_asked_leaves(engine: LocalEngine) -> None:
    gate()
    await engine.ask(Locate())
    leaving = asyncio.create_task(engine.ask(Endless()))
    await asyncio.to_thread(BEGUN["gate"].wait, 60)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    await engine.ask(Locate("long"))  # the lane is free again
    steps = STEPS["gate"]
    await engine.ask(Locate("long"))
    assert STEPS["gate"] == steps


async def test_a_full_lane_refuses_with_a_code_and_the_other_lane_goes_on(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await engine.ask(Locate("long"))
    monkeypatch.setattr(engine._slow, "_limit", 3)
    held = gate()
    holding = await occupied(engine, HoldLong())
    waiting = [asyncio.create_task(engine.ask(Locate("long"))) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(LaneFullError) as refused:
        await engine.ask(Locate("long"))
    assert refused.value.why.code == "lane-full"
    assert refused.value.why.values == {"model": "long", "waiting": 3}
    await engine.ask(Locate())
    held.set()
    await asyncio.gather(holding, *waiting)
    assert (await engine.ask(Locate("long")))[0] is not None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives threads priorities of their own")
async def test_the_slow_lane_has_a_low_priority_and_the_fast_one_the_usual(engine: LocalEngine) -> None:
    import os

    await engine.ask(Locate())
    fast, slow, _ = (thread.native_id or 0 for thread in threads_of(engine))
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, fast) == usual
    assert os.getpriority(os.PRIO_PROCESS, slow) == max(usual, lanes.LOW_PRIORITY)


async def test_those_who_ask_for_a_network_at_the_same_time_wait_for_one_opening(engine: LocalEngine) -> None:
    await engine.ready()
    source = MadeSource("other", linear)
    engine.library._find = lambda _: source
    await asyncio.gather(*(engine.ask(Locate("other")) for _ in range(20)))
    assert source.opened == ["other"]


async def test_a_stroke_is_answered_while_a_network_is_being_opened(engine: LocalEngine) -> None:
    await engine.ask(Locate())
    opening, go_on = threading.Event(), threading.Event()

    def slowly() -> nn.Module:
        opening.set()
        assert go_on.wait(60)
        return linear()

    engine.library._find = lambda name: MadeSource(name, slowly)
    first = asyncio.create_task(engine.ask(Locate("other")))
    await asyncio.to_thread(opening.wait, 60)
    assert (await engine.ask(Locate()))[0] is not None
    assert not first.done()
    go_on.set()
    assert (await first)[0] is not None


async def test_a_network_that_was_let_go_meanwhile_is_opened_again(engine: LocalEngine) -> None:
    await engine.ask(Describe("other"))
    engine.library._let_go("other")
    assert (await engine.ask(Locate("other")))[0] is not None


def threads_of(engine: LocalEngine) -> list[threading.Thread]:
    return [engine._fast._thread, engine._slow._thread, *engine._opener._threads]


async def test_the_threads_end_with_the_engine() -> None:
    engine = LocalEngine(find, "cpu", GIB)
    engine.start()
    await engine.ask(Locate("long"))
    engine.close()
    assert not any(thread.is_alive() for thread in threads_of(engine))


async def test_closing_stops_a_long_query_under_way() -> None:
    engine = LocalEngine(find, "cpu", GIB)
    engine.start()
    gate()
    await engine.ask(Locate())
    endless = asyncio.create_task(engine.ask(Endless()))
    await asyncio.to_thread(BEGUN["gate"].wait, 60)
    engine.close()
    with pytest.raises(EngineError, match="closing"):
        await endless
    assert not any(thread.is_alive() for thread in threads_of(engine))


# --- networks and devices that are not there


@pytest.fixture
def half(weights: Path, tmp_path: Path) -> Callable[[str], Source]:
    """A catalogue whose folder has the weights of the 1998 network alone."""
    for path in weights.glob("lenet5-1998.*"):
        shutil.copy(path, tmp_path)
    return lambda name: CatalogueSource(name, tmp_path)


async def test_missing_weights_are_named_and_other_networks_answer(half: Callable[[str], Source]) -> None:
    engine = LocalEngine(half, "cpu", GIB)
    engine.start()
    with pytest.raises(WeightsError, match=r"lenet5\.json is missing") as missing:
        await engine.ask(Describe("lenet5"))
    assert missing.value.why.code == "card-missing"
    with pytest.raises(WeightsError, match="missing"):
        await engine.ask(Locate("lenet5"))
    assert (await engine.ask(Locate("lenet5-1998")))[0] is not None
    engine.close()


async def test_a_device_that_is_not_here_is_an_error_and_no_hang(weights: Path) -> None:
    engine = LocalEngine(lambda name: CatalogueSource(name, weights), "cuda:63", GIB)
    engine.start()
    for _ in range(2):
        with pytest.raises(EngineError, match="cuda:63") as broken:
            await engine.ready()
        assert broken.value.why.code == "engine-broken"
        with pytest.raises(EngineError, match="cuda:63"):
            await engine.ask(Locate("lenet5"))
    engine.close()
