"""A client of the pages alone: no network is loaded for them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from receptive.routes import pages
from receptive.settings import Settings

Visit = Callable[[Path | None], TestClient]


@pytest.fixture
def visit() -> Iterator[Visit]:
    """A visitor of a server with these lessons of its own."""
    clients: list[TestClient] = []

    def open_client(lessons: Path | None = None) -> TestClient:
        app = Starlette(routes=pages.routes())
        app.state.settings = Settings(lessons=lessons)
        clients.append(TestClient(app, base_url="http://localhost"))
        return clients[-1]

    yield open_client
    for client in clients:
        client.close()
