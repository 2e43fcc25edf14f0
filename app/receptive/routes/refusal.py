"""A refusal in RFC 9457 application/problem+json, for those who answer before the schemas are imported."""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from receptive.routes import pages

log = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
LONGEST_VALUE: Final = 60  # characters of a refused value that are repeated


@dataclass(frozen=True)
class Refusal:
    """What `receptive.schemas.Problem` says, its title the status's own phrase."""

    status: int
    detail: str

    @property
    def body(self) -> bytes:
        """The answer's JSON."""
        said = {"type": "about:blank", "title": HTTPStatus(self.status).phrase, **asdict(self), "why": None}
        return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()

    def answer(self, headers: Mapping[str, str] | None = None) -> Response:
        """The HTTP answer."""
        return Response(self.body, self.status, headers, MEDIA_TYPE)


def brief(value: object) -> str:
    """A value as it is repeated in a problem: short, whatever was sent."""
    if isinstance(value, (bytes, bytearray)):
        return f"{len(value):,} bytes"
    if isinstance(value, (list, tuple)) and len(value) > 8:
        return f"a list of {len(value):,}"
    if isinstance(value, dict):
        return f"an object with {', '.join(sorted(str(key)[:20] for key in list(value)[:8])) or 'no fields'}"
    text = json.dumps(value) if value is None or isinstance(value, bool) else repr(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}… ({len(text):,} characters)"


async def unserved(request: Request, error: HTTPException) -> Response:
    """The answer where nothing is, or where it is not to be asked like that; to a browser, a page."""
    detail = str(error.detail)
    if error.status_code == 404 and pages.wanted(request):
        return pages.missing(request)
    if error.status_code == 404 and detail == "Not Found":
        detail = f"nothing is at {brief(request.url.path)}"
    elif error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "other methods")
        detail = f"method: {request.method} is not allowed here; {allowed} is"
    return Refusal(error.status_code, detail).answer(error.headers)


async def unexpected(request: Request, error: Exception) -> Response:
    """The answer where the server is at fault."""
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return Refusal(500, "the server failed at this request; its log says where").answer()


HANDLERS: Final[dict[Any, Callable[[Request, Any], Awaitable[Response]]]] = {
    HTTPException: unserved,
    Exception: unexpected,
}
