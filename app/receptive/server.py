"""The application: all routes behind one guard, and the engine that runs their queries."""

from asyncio import create_task, to_thread
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from anyio import CapacityLimiter
from fastapi import FastAPI

from convnets.catalogue import CATALOGUE, DEFAULT
from convnets.weights import WEIGHTS
from convnets.why import ExplainedError
from receptive import __version__
from receptive.engine.interface import Engine
from receptive.engine.local import LocalEngine
from receptive.networks.memory import default_budget
from receptive.networks.opening import RUN, CatalogueSource, Source
from receptive.queries.description import Describe
from receptive.routes import (
    datasets,
    document,
    drawings,
    explain,
    health,
    live,
    networks,
    operations,
    pages,
    predict,
    problems,
    runs,
    samples,
)
from receptive.routes.guard import Guard
from receptive.routes.operations.approximation import Fits
from receptive.routes.operations.workbench import Workbench
from receptive.routes.problems import documented
from receptive.routes.runs.tails import Tails
from receptive.schemas import Health
from receptive.settings import Settings
from receptive.training.runs.queue import Queue
from receptive.training.runs.sources import source_of
from receptive.training.runs.space import GIB
from receptive.training.runs.store import RunStore

DECODERS: Final = 2  # threads that read pictures, of up to 100 MB each while they are decoded


def create(settings: Settings, weights: Path = WEIGHTS) -> FastAPI:
    """The ASGI application. Its engine starts to load torch when the server starts, and closes with it."""
    store = RunStore(settings.runs_folder)

    def find(name: str) -> Source:
        """The source of a network, by its name in requests. Raises NoSuchRunError and WeightsError."""
        return source_of(store, name) if name.startswith(RUN) else CatalogueSource(name, weights)

    engine = LocalEngine(find, settings.device, settings.memory or default_budget())
    pool = ThreadPoolExecutor(DECODERS, "pictures")
    workbench = Workbench(engine)
    queue = Queue(store, settings.runs_at_once, settings.data_dir, int(settings.runs_space * GIB))
    readiness = health.Readiness()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        engine.start()
        following = create_task(readiness.follow(_runnable(engine)))
        await to_thread(queue.start)
        try:
            yield
        finally:
            following.cancel()
            await to_thread(queue.close)
            workbench.close()
            engine.close()
            pool.shutdown(wait=False, cancel_futures=True)

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
    app.state.readiness = readiness
    app.state.pool = pool
    app.state.queue = queue
    app.state.fetches = datasets.Fetches()
    app.state.tails = Tails()
    app.state.samples = {}
    app.state.sheets = CapacityLimiter(2)
    app.state.workbench = workbench
    app.state.fits = Fits()
    app.add_middleware(Guard, settings=settings)
    problems.install(app)
    for each in (live, networks, operations, predict, explain, runs, datasets, drawings, samples):
        app.include_router(each.router)
    app.add_api_route(
        health.PATH,
        health.health,
        summary="The state of the server",
        description="`ready` where a network can be run. Needs no token, and is answered while PyTorch loads.",
        tags=["server"],
        response_model=Health,
        responses=documented(503),
    )
    app.router.routes.extend(pages.routes())
    document.install(app)
    return app


async def _runnable(engine: Engine) -> None:
    """Return when a network can be run. Raises the reason why none can."""
    errors = []
    for name in sorted(CATALOGUE, key=lambda each: each != DEFAULT):
        try:
            await engine.ask(Describe(name))
        except ExplainedError as error:
            errors.append(error)
        else:
            return
    raise errors[0]
