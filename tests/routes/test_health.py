"""The state of the server, from its first moment on."""

import asyncio
from collections.abc import Awaitable
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from convnets.why import Why
from receptive.routes import health
from receptive.routes.health import LOADING, UNAVAILABLE, Readiness
from receptive.schemas import Health, Problem
from tests.serving import TOKEN, Running, running


def answer(readiness: Readiness, method: str = "GET") -> httpx2.Response:
    """The answer of a server in this state."""
    app = Starlette(routes=[health.route()])
    app.state.readiness = readiness
    with TestClient(app) as client:
        return client.request(method, health.PATH)


def test_a_server_that_can_run_networks_is_ready(untrained: Running) -> None:
    response = httpx2.get(f"{untrained.url}/healthz")
    assert response.status_code == 200
    assert response.json() == Health().model_dump()
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("why", [LOADING, UNAVAILABLE])
def test_a_server_that_cannot_run_networks_answers_503_with_a_code(why: Why) -> None:
    response = answer(Readiness(why))
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate_json(response.content)
    assert problem.why is not None
    assert problem.why.code == why.code
    assert ("retry-after" in response.headers) == (why is LOADING)


def test_head_is_answered_without_a_body() -> None:
    response = answer(Readiness(None), "HEAD")
    assert (response.status_code, response.content) == (200, b"")


async def test_the_state_follows_what_becomes_of_the_networks() -> None:
    async def fail() -> None:
        raise RuntimeError("/home/somebody/weights is missing")

    async def succeed() -> None:
        await asyncio.sleep(0)

    async def state_after(runnable: Awaitable[None]) -> Why | None:
        readiness = Readiness()
        assert readiness.why is LOADING
        await readiness.follow(runnable)
        return readiness.why

    assert await state_after(succeed()) is None
    assert await state_after(fail()) is UNAVAILABLE
    assert "somebody" not in str(UNAVAILABLE)


def test_a_server_without_any_weights_is_unavailable(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        httpx2.get(f"{server.url}/models/lenet5", timeout=120)  # answered when torch is loaded
        response = httpx2.get(f"{server.url}/healthz")
        assert response.status_code == 503
        assert response.json()["why"]["code"] == UNAVAILABLE.code
        assert str(tmp_path) not in response.text


def test_the_state_needs_no_token_but_the_servers_own_name(weights: Path) -> None:
    with running(weights, token=TOKEN) as server:
        assert httpx2.get(f"{server.url}/healthz").status_code in (200, 503)
        assert httpx2.get(f"{server.url}/models").status_code == 401
        assert httpx2.get(f"{server.url}/healthz/").status_code == 401
        assert httpx2.get(f"{server.url}/healthz", headers={"Host": "evil.example"}).status_code == 421
        assert httpx2.get(f"{server.url}/healthz", headers={"Origin": "https://evil.example"}).status_code == 403
