"""Refusals in RFC 9457 application/problem+json, without the schemas, which are not imported at the start."""

import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Mount

from convnets.why import Why
from receptive.routes import pages
from receptive.routes.headers import protecting

log = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
LONGEST_VALUE: Final = 60  # characters of a refused value that are repeated
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Refusal:
    """A status and the reason for it: `receptive.schemas.Problem`, its title the status's own phrase."""

    status: int
    why: Why

    @property
    def detail(self) -> str:
        """The reason in English."""
        return str(self.why)

    @property
    def body(self) -> bytes:
        """The JSON of the response."""
        problem = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "why": {"code": self.why.code, "values": dict(self.why.values)},
        }
        return json.dumps(problem, ensure_ascii=False, separators=(",", ":")).encode()

    def answer(self, headers: Mapping[str, str] | None = None) -> Response:
        """The HTTP response."""
        return Response(self.body, self.status, headers, MEDIA_TYPE)

    def headers(self, more: Iterable[tuple[bytes, bytes]] | None = None) -> list[tuple[bytes, bytes]]:
        """The headers of a response that closes the connection; `more`: the security headers."""
        head = [
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", str(len(self.body)).encode()),
            (b"connection", b"close"),
            *(protecting() if more is None else more),
        ]
        return [*head, (b"www-authenticate", b"Bearer")] if self.status == 401 else head

    def http(self) -> bytes:
        """The whole response as HTTP/1.1, for the protocol below ASGI."""
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}".encode()]
        lines += [name + b": " + value for name, value in self.headers()]
        return b"\r\n".join(lines) + b"\r\n\r\n" + self.body


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
    """The response to an unknown address or a method that is not allowed; for a browser, a page."""
    status, detail = error.status_code, str(error.detail)
    headers = dict(error.headers or {})
    if status == 404 and pages.wanted(request):
        return pages.missing(request)
    if status == 404 and detail == "Not Found":
        why = Why("no-such-address", "nothing is at {path}", {"path": brief(request.url.path)})
    elif status == 405:
        headers["Allow"] = allowed(request) or "GET, HEAD"  # of a folder of files
        why = Why(
            "wrong-method",
            "method: {method} is not allowed here; {allowed} can be used",
            {"method": brief(request.method), "allowed": headers["Allow"]},
        )
    elif status == 400 and "parsing the body" in detail:
        status = 422
        why = Why("unreadable-body", "body: it cannot be read; send JSON in UTF-8")
    else:
        why = Why("refused", "{detail}", {"detail": detail})
    return Refusal(status, why).answer(headers)


def allowed(request: Request) -> str:
    """The methods that the address of a request allows."""
    scope = dict(request.scope)
    scope["root_path"] = scope.get("app_root_path", scope.get("root_path", ""))
    routes = [route for route in request.app.routes if not isinstance(route, Mount)]
    possible = [
        method
        for method in METHODS
        if any(route.matches({**scope, "method": method})[0] is Match.FULL for route in routes)
    ]
    return ", ".join(possible)


async def unexpected(request: Request, error: Exception) -> Response:
    """The response to an error of the server; the guard is no longer involved, so its headers are set here."""
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    why = Why("server-failed", "the server failed at this request; its log says where")
    return Refusal(500, why).answer({name.decode(): value.decode() for name, value in protecting()})


HANDLERS: Final[dict[Any, Callable[[Request, Any], Awaitable[Response]]]] = {
    HTTPException: unserved,
    Exception: unexpected,
}
