"""The server as it opens: pages from the first moment on, everything else as soon as it has been imported."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

from convnets.why import Why
from receptive.routes import health, pages
from receptive.routes.guard import Guard
from receptive.routes.refusal import HANDLERS, Refusal
from receptive.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI

log = logging.getLogger(__name__)

HEAD_START: Final = 0.2  # seconds in which the first page is waited for, since imports would slow it down


class Opening:
    """The application of `receptive serve`: pages at once, and the rest from `receptive.server`, imported meanwhile."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        routes = [*pages.routes(), health.route()]
        self._pages = Starlette(routes=routes, lifespan=self._lifespan, exception_handlers=HANDLERS)
        self._pages.state.settings = settings
        self._pages.state.readiness = health.Readiness()
        self._guarded = Guard(self._pages, settings)
        self._requested = asyncio.Event()
        self._closing = asyncio.Event()
        self._whole: asyncio.Future[ASGIApp]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a page at once; for any other request, wait until the whole application is imported."""
        if scope["type"] == "lifespan" or self._is_page(scope):
            await self._guarded(scope, receive, send)
            self._requested.set()
        else:
            self._requested.set()
            try:
                whole = await asyncio.shield(self._whole)
            except asyncio.CancelledError:  # the server ends before it was wholly open
                return
            await whole(scope, receive, send)

    def _is_page(self, scope: Scope) -> bool:
        return scope["type"] == "http" and any(route.matches(scope)[0] is Match.FULL for route in self._pages.routes)

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        self._whole = asyncio.get_running_loop().create_future()
        opening = asyncio.create_task(self._open())
        try:
            yield
        finally:
            self._requested.set()
            self._closing.set()
            await opening

    async def _open(self) -> None:
        """Import the rest after the first request, and keep it until the end."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._requested.wait(), HEAD_START)
        try:
            whole = await asyncio.to_thread(_created, self._settings)
            if self._closing.is_set():
                return
            self._pages.state.readiness = whole.state.readiness
            async with whole.router.lifespan_context(whole):
                self._whole.set_result(whole)
                await self._closing.wait()
        except Exception as error:
            log.exception("nothing but pages can be answered")
            self._pages.state.readiness = health.Readiness(health.UNAVAILABLE)
            if not self._whole.done():
                why = Why(
                    "not-opened",
                    "nothing but pages can be answered: {error}; the server's log says where it failed",
                    {"error": str(error)},
                )
                self._whole.set_result(Guard(Refusal(503, why).answer(), self._settings))


def _created(settings: Settings) -> "FastAPI":
    from receptive.server import create  # imports FastAPI and all routes

    return create(settings)
