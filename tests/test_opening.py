"""The server as it opens: what the first page needs, and what those who ask for more get before it is there."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from convnets.why import Why
from receptive import opening
from receptive.opening import Opening
from receptive.routes import health
from receptive.routes.refusal import Refusal
from receptive.schemas import Problem
from receptive.settings import Settings

ROOT = Path(__file__).parent.parent
HEAVY = ("torch", "numpy", "scipy", "sklearn", "PIL", "pooch", "requests", "safetensors", "fastapi", "orjson")


class Rest:
    """All that is behind the pages; made when it is let go, or never, where there is an error."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self._gone = threading.Event()

    def let_go(self) -> None:
        self._gone.set()

    def made(self, _: Settings) -> FastAPI:
        assert self._gone.wait(30)
        if self.error is not None:
            raise self.error
        app = FastAPI()
        app.state.readiness = health.Readiness(None)
        app.add_api_route("/rest", lambda: "is here")
        return app


@pytest.fixture
def rest(monkeypatch: pytest.MonkeyPatch) -> Iterator[Rest]:
    """The rest, whose making is held up."""
    made = Rest()
    monkeypatch.setattr(opening, "_created", made.made)
    yield made
    made.let_go()


@pytest.fixture
def visitor(rest: Rest) -> Iterator[TestClient]:
    """Who asks while the server opens."""
    with TestClient(Opening(Settings(port=80)), base_url="http://localhost", raise_server_exceptions=False) as client:
        yield client
        rest.let_go()


def test_the_first_page_needs_nothing_heavy() -> None:
    code = (
        "import asyncio, sys\n"
        "from receptive import cli, opening, protocol, settings\n"
        "pages = opening.Opening(settings.Settings())\n"
        "protocol.configured(pages).load()\n"
        "said = []\n"
        "async def receive(): return {'type': 'http.request'}\n"
        "async def send(message): said.append(message)\n"
        "scope = {'type': 'http', 'method': 'GET', 'path': '/', 'query_string': b'', 'http_version': '1.1',\n"
        "  'headers': [(b'host', b'localhost:8000')], 'server': ('127.0.0.1', 8000), 'scheme': 'http'}\n"
        "asyncio.run(pages(scope, receive, send))\n"
        "assert said[0]['status'] == 200, said\n"
        f"found = set({HEAVY!r}) & set(sys.modules)\n"
        "assert not found, found\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_pages_and_built_files_are_answered_before_the_rest_is_there(visitor: TestClient) -> None:
    page = visitor.get("/")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    script = page.text.partition('<script type="module" src="')[2].partition('"')[0]
    assert visitor.get(script).status_code == 200


@pytest.mark.parametrize(
    ("accept", "kind"), [("text/html", "text/html; charset=utf-8"), ("application/json", "application/problem+json")]
)
def test_what_is_not_there_is_told_as_ever(visitor: TestClient, accept: str, kind: str) -> None:
    early = visitor.get("/static/assets/none.js", headers={"accept": accept})
    assert early.status_code == 404
    assert early.headers["content-type"] == kind


def test_who_asks_for_more_waits_for_it(rest: Rest, visitor: TestClient) -> None:
    answers: list[str] = []
    asking = threading.Thread(target=lambda: answers.append(visitor.get("/rest").json()))
    asking.start()
    asking.join(0.2)
    assert answers == []
    rest.let_go()
    asking.join(30)
    assert answers == ["is here"]


def test_a_wrong_host_is_refused_from_the_first_moment(visitor: TestClient) -> None:
    answer = visitor.get("/", headers={"host": "elsewhere.example"})
    assert answer.status_code == 421
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_refusal_is_the_problem_that_the_schema_describes() -> None:
    refusal = Refusal(421, Why("wrong-host", "Host: {host} is no name of this server", {"host": "größe"}))
    why = {"code": "wrong-host", "values": {"host": "größe"}}
    problem = Problem.model_validate(
        {"title": "Misdirected Request", "status": 421, "detail": "Host: größe is no name of this server", "why": why}
    )
    assert refusal.body == problem.model_dump_json().encode()


def test_where_the_rest_cannot_be_had_that_is_said_and_the_pages_stay(rest: Rest, visitor: TestClient) -> None:
    rest.error = RuntimeError("no such processor")
    rest.let_go()
    answer = visitor.get("/rest")
    assert answer.status_code == 503
    assert "no such processor" in answer.json()["detail"]
    assert visitor.get("/rest", headers={"host": "elsewhere.example"}).status_code == 421
    assert visitor.get("/").status_code == 200


def test_the_state_is_answered_while_the_server_opens_and_after(rest: Rest, visitor: TestClient) -> None:
    early = visitor.get("/healthz")
    assert (early.status_code, early.json()["why"]["code"]) == (503, "networks-loading")
    rest.let_go()
    assert visitor.get("/rest").status_code == 200
    assert visitor.get("/healthz").json() == {"status": "ready"}


def test_a_server_that_cannot_open_is_unavailable(rest: Rest, visitor: TestClient) -> None:
    rest.error = RuntimeError("no such processor")
    rest.let_go()
    assert visitor.get("/rest").status_code == 503
    assert visitor.get("/healthz").json()["why"]["code"] == "networks-unavailable"
