"""The application: every door, behind one guard, and the engine that they ask."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app import __version__
from app.inference.engine import Engine
from app.routes import live, problems
from app.settings import Settings


def create(settings: Settings) -> FastAPI:
    """The ASGI application. Its engine starts to load torch when the server starts, and closes with it."""
    engine = Engine(settings.device)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        engine.start()
        try:
            yield
        finally:
            engine.close()

    app = FastAPI(
        title="Receptive",
        version=__version__,
        summary="Draw a digit and watch every layer of a real PyTorch LeNet-5 answer.",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.settings = settings
    app.state.engine = engine
    problems.install(app)
    app.include_router(live.router)
    return app
