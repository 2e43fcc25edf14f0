"""The one layer that every request and every socket passes: Host, Origin, site, cookies, token."""

import asyncio
import re
import secrets
from contextlib import suppress
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from convnets.why import Why
from receptive.routes import cookies, health, pages
from receptive.routes.exchange import Exchange, Headers
from receptive.routes.headers import protecting
from receptive.routes.refusal import Refusal, brief
from receptive.settings import Settings

LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")
EVERYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104  compared, not bound
AUTHORITY: Final = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::(?P<port>[1-9]\d{0,4}))?", re.ASCII)
READING: Final = ("GET", "HEAD")


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
        self._headers = protecting(bool(self._origins))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request to the application, or respond to it here."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers: dict[bytes, list[bytes]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.lower(), []).append(value)
        refusal = self._refusal(scope, headers)
        if scope["type"] == "http":
            await self._answer(scope, headers, refusal, Exchange(scope, receive, send, self._added(headers)))
        elif refusal is None:
            with suppress(asyncio.CancelledError):  # the server ends; who visits is told so by the protocol
                await self._app(scope, receive, send)
        else:
            await _refuse_socket(scope, receive, send, refusal)

    async def _answer(self, scope: Scope, headers: Headers, refusal: Refusal | None, exchange: Exchange) -> None:
        joined = self._joined(scope) if refusal is None or refusal.status == 401 else None
        if joined is not None:
            place, cookie = joined
            await exchange.empty(
                303,
                [
                    (b"location", place.encode("latin-1")),
                    (b"set-cookie", cookie.encode()),
                    (b"cache-control", b"no-store"),  # the address of this answer has the token in it
                ],
            )
        elif refusal is not None and refusal.status == 401 and pages.wanted(Request(scope)):
            await exchange.refuse_with_page(pages.join(Request(scope)), headers)
        elif refusal is not None:
            await exchange.refuse_unread(refusal, headers)
        elif self._is_preflight(scope, headers):
            await exchange.empty(
                204,
                [
                    (b"access-control-allow-methods", b"GET, POST, PATCH, DELETE, OPTIONS"),
                    (b"access-control-allow-headers", b"Authorization, Content-Type, Accept, Last-Event-ID"),
                    (b"access-control-max-age", b"600"),
                ],
            )
        else:
            await exchange.run(self._app, headers)

    # --- who may pass

    def _refusal(self, scope: Scope, headers: Headers) -> Refusal | None:
        return (
            _long_cookies(scope)
            or self._wrong_host(scope, headers.get(b"host", []))
            or self._wrong_origin(headers)
            or self._other_site(scope, headers)
            or self._unknown(scope, headers)
        )

    def _wrong_host(self, scope: Scope, hosts: list[bytes]) -> Refusal | None:
        if len(hosts) != 1:
            why = Why("host-count", "Host: sent {count} times; send it once", {"count": len(hosts)})
            return Refusal(421, why)
        host = _text(hosts[0]).lower()
        if self._is_ours(host, scope):
            return None
        why = Why(
            "wrong-host",
            "Host: {host} is no name of this server; it answers to its own names only (--allowed-host adds one)",
            {"host": brief(host)},
        )
        return Refusal(421, why)

    def _is_ours(self, host: str, scope: Scope) -> bool:
        if host in self._named:
            return True
        parts = AUTHORITY.fullmatch(host)
        if parts is None:
            return False
        server = scope.get("server")
        port = int(parts["port"] or 80)
        return (parts["name"] in self._own or parts["name"] in self._named) and server is not None and port == server[1]

    def _wrong_origin(self, headers: Headers) -> Refusal | None:
        host = _text(headers[b"host"][0]).lower()
        for origin in headers.get(b"origin", []):
            if _text(origin).lower() not in {f"http://{host}", f"https://{host}", *self._origins}:
                why = Why(
                    "wrong-origin",
                    "Origin: {origin} is another site; pages of this server may ask it (--allowed-origin adds one)",
                    {"origin": brief(_text(origin))},
                )
                return Refusal(403, why)
        return None

    def _other_site(self, scope: Scope, headers: Headers) -> Refusal | None:
        """A request that a page of another site makes without an Origin. Links to pages are not refused."""
        sites = [_text(site).strip().lower() for site in headers.get(b"sec-fetch-site", [])]
        if all(site in ("same-origin", "none") for site in sites) or headers.get(b"origin"):
            return None
        if scope["type"] == "http" and scope["method"] in READING:
            is_link = headers.get(b"sec-fetch-mode") == [b"navigate"]
            is_page = headers.get(b"sec-fetch-dest", [b"document"]) == [b"document"]
            if (is_link and is_page) or self._origins:  # a site that may embed us loads pictures without an Origin
                return None
        why = Why(
            "other-site",
            "Sec-Fetch-Site: {site}; pages of this server may ask it (--allowed-origin adds a site)",
            {"site": brief(sites[0])},
        )
        return Refusal(403, why)

    def _unknown(self, scope: Scope, headers: Headers) -> Refusal | None:
        if scope["path"] == health.PATH or self._is_preflight(scope, headers):
            return None
        if self._token is None or self._knows_token(self._token, scope, headers):
            return None
        why = Why(
            "no-token",
            "token: missing or wrong; open the link that the server printed, or send Authorization: Bearer TOKEN",
        )
        return Refusal(401, why)

    def _knows_token(self, token: str, scope: Scope, headers: Headers) -> bool:
        sent = [_text(value)[7:] for value in headers.get(b"authorization", []) if value[:7].lower() == b"bearer "]
        sent += cookies.cookies(scope, cookies.token_name(scope))
        return any(_same(token, value) for value in sent)

    def _joined(self, scope: Scope) -> tuple[str, str] | None:
        """The target of a join link and the cookie that it sets; None for other requests and for a wrong token."""
        if self._token is None or scope["method"] != "GET" or b"token=" not in scope["query_string"]:
            return None
        query = parse_qsl(_text(scope["query_string"]), keep_blank_values=True)
        if not any(name == "token" and _same(self._token, value) for name, value in query):
            return None
        rest = urlencode([(name, value) for name, value in query if name != "token"])
        path = "/" + _text(scope.get("raw_path") or scope["path"].encode()).lstrip("/")
        # Lax, not Strict: a join link that is clicked in a mail comes from another site, and a Strict cookie would
        # stay behind at the redirect. What Lax lets through is what the check of Origin stops.
        cookie = f"{cookies.token_name(scope)}={self._token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800"
        return (f"{path}?{rest}" if rest else path), cookie

    # --- other sites that may embed us

    def _is_preflight(self, scope: Scope, headers: Headers) -> bool:
        if scope["type"] != "http" or scope["method"] != "OPTIONS":
            return False
        return b"access-control-request-method" in headers and self._is_shared(headers)

    def _is_shared(self, headers: Headers) -> bool:
        return any(_text(origin).lower() in self._origins for origin in headers.get(b"origin", []))

    def _added(self, headers: Headers) -> list[tuple[bytes, bytes]]:
        if not self._is_shared(headers):
            return self._headers
        return [
            *self._headers,
            (b"access-control-allow-origin", headers[b"origin"][0]),
            (b"vary", b"Origin"),
        ]


def _text(value: bytes) -> str:
    return value.decode("latin-1")


def _same(token: str, sent: str) -> bool:
    return secrets.compare_digest(token.encode(), sent.encode("utf-8", "replace"))


def _long_cookies(scope: Scope) -> Refusal | None:
    length = cookies.length(scope)
    if length <= cookies.LONGEST:
        return None
    why = Why(
        "cookies-too-long",
        "Cookie: {bytes} bytes; at most {most} are read; remove other programs' cookies of this host",
        {"bytes": length, "most": cookies.LONGEST},
    )
    return Refusal(431, why)


async def _refuse_socket(scope: Scope, receive: Receive, send: Send, refusal: Refusal) -> None:
    await receive()  # websocket.connect
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008, "reason": refusal.detail[:120]})
        return
    start = {"type": "websocket.http.response.start", "status": refusal.status, "headers": refusal.headers()}
    await send(start)
    await send({"type": "websocket.http.response.body", "body": refusal.body})
