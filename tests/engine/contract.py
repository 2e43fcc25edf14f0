"""The contract that every form of engine keeps; a form's tests derive from this class and give the engine."""

import asyncio

import pytest

from receptive.engine.interface import Engine, EngineError
from tests.engine.queries import BEGUN, Fail, FailToPrepare, Hold, Locate, gate


class EngineContract:
    """Tests of an engine that has the networks `short`, `other` and `long`, and fails to find `nobody`."""

    async def test_it_becomes_ready(self, engine: Engine) -> None:
        await engine.ready()
        assert engine.is_ready

    async def test_a_query_before_it_is_ready_is_answered(self, engine: Engine) -> None:
        batch, _, _ = await engine.ask(Locate())
        assert batch is not None
        assert engine.is_ready

    @pytest.mark.parametrize("name", ["short", "other", "long"])
    async def test_a_network_is_opened_when_it_is_first_asked(self, engine: Engine, name: str) -> None:
        batch, row, _ = await engine.ask(Locate(name))
        assert batch is not None
        assert (batch.network.name, row) == (name, 0)

    async def test_a_blank_picture_is_answered_without_a_pass(self, engine: Engine) -> None:
        batch, _, _ = await engine.ask(Locate(blank=True))
        assert batch is None

    async def test_one_bad_query_fails_alone(self, engine: Engine) -> None:
        await engine.ready()
        queries = [Locate(), Fail(), Locate(), FailToPrepare(), Locate(blank=True), Locate("other"), Locate("nobody")]
        answers = await asyncio.gather(*(engine.ask(query) for query in queries), return_exceptions=True)
        failed = [isinstance(answer, BaseException) for answer in answers]
        assert failed == [False, True, False, True, False, False, True]
        assert [type(answer) for answer in answers if isinstance(answer, BaseException)] == [
            ValueError, ValueError, KeyError,
        ]  # fmt: skip

    async def test_a_query_that_nobody_waits_for_any_more_is_not_answered(self, engine: Engine) -> None:
        held = gate("first")
        gate("second").set()
        await engine.ready()
        first = asyncio.create_task(engine.ask(Hold(gate="first")))
        await asyncio.to_thread(BEGUN["first"].wait, 60)
        second = asyncio.create_task(engine.ask(Hold(gate="second")))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.sleep(0)
        held.set()
        assert await first == "let go"
        await engine.ask(Locate())
        assert not BEGUN["second"].is_set()

    async def test_who_asks_after_it_has_closed_is_refused(self, engine: Engine) -> None:
        await engine.ask(Locate())
        await asyncio.to_thread(lambda: None)
        engine.close()
        with pytest.raises(EngineError) as refused:
            await engine.ask(Locate())
        assert refused.value.why.code == "engine-closed"
