"""The one layer that every request and every socket passes: Host, Origin, token, size, time, protecting headers."""

import asyncio
import re
import secrets
from collections.abc import Iterable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from receptive.routes import health
from receptive.routes.refusal import MEDIA_TYPE, Refusal, brief
from receptive.settings import Settings

LARGEST_BODY: Final = 12 * 2**20  # bytes
LONGEST_BODY_TIME: Final = 20.0  # seconds in which a request's body has to arrive
LONGEST_DRAIN: Final = 10.0  # seconds for which the rest of a refused body is read and thrown away

LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")
EVERYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104  compared, not bound
AUTHORITY: Final = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::(?P<port>\d{1,5}))?", re.ASCII)

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # components bring their styles along as <style> elements
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


class Guard:
    """Refuses what may not pass before anything behind it is reached."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        if settings.token is None and not settings.is_loopback:
            raise ValueError(f"token: needed where others can reach the server, as they can at {settings.host}")
        self._app = app
        self._token = settings.token
        self._origins = frozenset(settings.allowed_origins)
        self._named = frozenset(host.lower() for host in settings.allowed_hosts)
        own = {f"[{settings.host}]" if ":" in settings.host else settings.host.lower()}
        if settings.is_loopback or settings.host in EVERYWHERE:
            own.update(LOOPBACK)
        self._own = frozenset(own)
        self._headers = _protecting(bool(self._origins))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it here."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers: dict[bytes, list[bytes]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.lower(), []).append(value)
        refusal = self._refusal(scope, headers)
        if scope["type"] == "websocket":
            if refusal is None:
                await self._app(scope, receive, send)
            else:
                await _refuse_socket(scope, receive, send, refusal)
            return
        request = _Request(receive, send, [*self._headers, *self._sharing(headers)], _has_body(headers))
        if refusal is not None:
            joined = self._joined(scope)
            await (request.redirect(*joined) if refusal.status == 401 and joined else request.refuse(refusal))
        elif scope["method"] == "OPTIONS" and b"access-control-request-method" in headers and self._shared(headers):
            await request.permit(headers)
        else:
            joined = self._joined(scope)
            if joined:
                await request.redirect(*joined)
            else:
                await request.run(self._app, scope, headers)

    # --- who may pass

    def _refusal(self, scope: Scope, headers: MutableMapping[bytes, list[bytes]]) -> Refusal | None:
        hosts = headers.get(b"host", [])
        host = _text(hosts[0]).lower() if len(hosts) == 1 else ""
        if not self._is_ours(host, scope):
            seen = brief(host) if host else f"{len(hosts)} Host headers"
            return Refusal(421, f"Host: {seen}; this server answers to its own names only (--allowed-host adds one)")
        for origin in headers.get(b"origin", []):
            if _text(origin).lower() not in {f"http://{host}", f"https://{host}", *self._origins}:
                seen = brief(_text(origin))
                return Refusal(403, f"Origin: {seen}; pages of this server may ask it (--allowed-origin adds another)")
        preflight = scope["type"] == "http" and scope["method"] == "OPTIONS" and self._shared(headers)
        if scope["path"] == health.PATH or preflight:
            return None
        if self._token is not None and not self._knows_token(self._token, scope, headers):
            return Refusal(401, "token: missing or wrong; open the join link, or send Authorization: Bearer TOKEN")
        return None

    def _is_ours(self, host: str, scope: Scope) -> bool:
        if host in self._named:
            return True
        found = AUTHORITY.fullmatch(host)
        if found is None:
            return False
        server = scope.get("server")
        port = int(found["port"] or 80)
        return (found["name"] in self._own or found["name"] in self._named) and server is not None and port == server[1]

    def _knows_token(self, token: str, scope: Scope, headers: MutableMapping[bytes, list[bytes]]) -> bool:
        offered = [_text(value)[7:] for value in headers.get(b"authorization", []) if value[:7].lower() == b"bearer "]
        for line in headers.get(b"cookie", []):
            offered += _cookies(_text(line), _cookie_name(scope))
        return any(_same(token, value) for value in offered)

    def _joined(self, scope: Scope) -> tuple[str, str] | None:
        """Where a join link leads and the cookie it sets; None for any other request, and for a wrong token."""
        if self._token is None or scope["method"] != "GET" or b"token=" not in scope["query_string"]:
            return None
        query = parse_qsl(_text(scope["query_string"]), keep_blank_values=True)
        if not any(name == "token" and _same(self._token, value) for name, value in query):
            return None
        rest = urlencode([(name, value) for name, value in query if name != "token"])
        path = "/" + _text(scope.get("raw_path") or scope["path"].encode()).lstrip("/")
        # Lax, not Strict: a join link that is clicked in a mail comes from another site, and a Strict cookie would
        # stay behind at the redirect. What Lax lets through is what the check of Origin stops.
        cookie = f"{_cookie_name(scope)}={self._token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800"
        return (f"{path}?{rest}" if rest else path), cookie

    # --- other sites that may embed us

    def _shared(self, headers: MutableMapping[bytes, list[bytes]]) -> bool:
        return any(_text(origin).lower() in self._origins for origin in headers.get(b"origin", []))

    def _sharing(self, headers: MutableMapping[bytes, list[bytes]]) -> list[tuple[bytes, bytes]]:
        if not self._shared(headers):
            return []
        return [(b"access-control-allow-origin", headers[b"origin"][0]), (b"vary", b"Origin")]


def _protecting(embedded: bool) -> list[tuple[bytes, bytes]]:
    return [
        (b"content-security-policy", POLICY.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"cross-origin" if embedded else b"same-origin"),
        (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
    ]


def _text(value: bytes) -> str:
    return value.decode("latin-1")


def _same(token: str, offered: str) -> bool:
    return secrets.compare_digest(token.encode(), offered.encode("utf-8", "replace"))


def _cookie_name(scope: Scope) -> str:
    """Cookies do not know ports, and two servers on one machine have two tokens."""
    server = scope.get("server")
    return f"receptive-{server[1] if server else 0}"


def _cookies(line: str, name: str) -> Iterable[str]:
    try:
        found = SimpleCookie(line).get(name)
    except CookieError:
        return []
    return [] if found is None else [found.value]


class BodyRefusedError(Exception):
    """Raised out of `receive` when the rest of a body is not wanted; the guard has the answer to it."""


class _Request:
    """One HTTP request on its way through: what may be received, and what every answer carries."""

    def __init__(self, receive: Receive, send: Send, headers: list[tuple[bytes, bytes]], has_body: bool) -> None:
        self._receive = receive
        self._send = send
        self._headers = headers
        self._taken = 0
        self._complete = not has_body
        self._started = False
        self._refused: Refusal | None = None
        self._deadline = 0.0

    async def run(self, app: ASGIApp, scope: Scope, headers: MutableMapping[bytes, list[bytes]]) -> None:
        lengths = headers.get(b"content-length", [])
        if lengths and _text(lengths[0]).isdigit() and int(lengths[0]) > LARGEST_BODY:
            await self.refuse(_too_large(int(lengths[0])))
            return
        self._deadline = asyncio.get_running_loop().time() + LONGEST_BODY_TIME
        try:
            await app(scope, self._bounded, self._protected)
        except Exception:
            if self._refused is None:
                raise
        if self._refused is not None and not self._started:
            await self.refuse(self._refused)

    async def _bounded(self) -> Message:
        if self._complete:
            return await self._receive()
        if self._refused is not None:
            raise BodyRefusedError
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError as error:
            self._refused = Refusal(408, f"body: not complete after {LONGEST_BODY_TIME:.0f} seconds, the limit")
            raise BodyRefusedError from error
        if message["type"] == "http.request":
            self._taken += len(message.get("body", b""))
            self._complete = not message.get("more_body", False)
            if self._taken > LARGEST_BODY:
                self._refused = _too_large(self._taken)
                raise BodyRefusedError
        return message

    async def _protected(self, message: Message) -> None:
        if self._refused is not None and not self._started:
            return  # what the application says of a body that it never got
        if message["type"] == "http.response.start":
            self._started = True
            have = {name.lower() for name, _ in message.get("headers", [])}
            more = [header for header in self._headers if header[0] not in have]
            message = {**message, "headers": [*message.get("headers", []), *more]}
        elif not self._complete and not message.get("more_body", False):
            # Answered before all was read: closing now could take the answer away from who is still sending.
            await self._send({**message, "more_body": True})
            await self._drain()
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self._send(message)

    async def refuse(self, what: Refusal) -> None:
        """Answer at once, then read what is still coming, so that the client gets to read the answer."""
        body = what.body
        headers = [
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
            *self._headers,
        ]
        if what.status == 401:
            headers.append((b"www-authenticate", b"Bearer"))
        await self._send({"type": "http.response.start", "status": what.status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body, "more_body": True})
        await self._drain()
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _drain(self) -> None:
        try:
            async with asyncio.timeout(LONGEST_DRAIN):
                while not self._complete:
                    message = await self._receive()
                    self._complete = message["type"] == "http.disconnect" or not message.get("more_body", False)
        except TimeoutError:
            return

    async def redirect(self, place: str, cookie: str) -> None:
        await self._empty(303, [(b"location", place.encode("latin-1")), (b"set-cookie", cookie.encode())])

    async def permit(self, headers: MutableMapping[bytes, list[bytes]]) -> None:
        await self._empty(
            204,
            [
                (b"access-control-allow-methods", b"GET, POST, PATCH, DELETE, OPTIONS"),
                (b"access-control-allow-headers", b"Authorization, Content-Type, Accept, Last-Event-ID"),
                (b"access-control-max-age", b"600"),
            ],
        )

    async def _empty(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        start: dict[str, Any] = {"type": "http.response.start", "status": status}
        await self._send({**start, "headers": [*headers, (b"content-length", b"0"), *self._headers]})
        await self._send({"type": "http.response.body", "body": b""})


def _has_body(headers: MutableMapping[bytes, list[bytes]]) -> bool:
    return b"transfer-encoding" in headers or headers.get(b"content-length", [b"0"]) != [b"0"]


def _too_large(size: int) -> Refusal:
    return Refusal(413, f"body: {size:,} bytes or more; at most {LARGEST_BODY:,} are allowed")


async def _refuse_socket(scope: Scope, receive: Receive, send: Send, what: Refusal) -> None:
    await receive()  # websocket.connect
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008, "reason": what.detail[:120]})
        return
    body = what.body
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "websocket.http.response.start", "status": what.status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})
