"""`GET /healthz`: ready, or the reason why not. It needs no token and returns nothing else."""

import logging
from collections.abc import Awaitable
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from convnets.why import Why
from receptive.routes.refusal import Refusal

log = logging.getLogger(__name__)

PATH: Final = "/healthz"
LOADING: Final = Why("networks-loading", "PyTorch and the networks are still loading; try again in a few seconds")
UNAVAILABLE: Final = Why("networks-unavailable", "no network can be run on this server; its log says why")


class Readiness:
    """Report if networks can be run: 503 while they load, and where they cannot be loaded."""

    def __init__(self, why: Why | None = LOADING) -> None:
        self.why = why

    async def follow(self, runnable: Awaitable[None]) -> None:
        """Be ready when the awaitable returns, unavailable when it raises."""
        try:
            await runnable
        except Exception as error:  # noqa: BLE001  every cause has the same response
            log.error("no network can be run: %s", error)
            self.why = UNAVAILABLE
        else:
            self.why = None


async def health(request: Request) -> Response:
    """The state of the server."""
    readiness: Readiness = request.app.state.readiness
    headers = {"Cache-Control": "no-store"}
    if readiness.why is None:
        return JSONResponse({"status": "ready"}, headers=headers)
    if readiness.why is LOADING:
        headers["Retry-After"] = "2"
    return Refusal(503, readiness.why).answer(headers)


def route() -> Route:
    """The route, for an application that imports neither FastAPI nor torch."""
    return Route(PATH, health, methods=["GET", "HEAD"])
