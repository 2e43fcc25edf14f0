"""One HTTP request and its response inside the guard: bounds of the body, headers of the response."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from convnets.why import Why
from receptive.routes.bounds import JsonBody, Limits, SafetensorsBody, limits_of
from receptive.routes.refusal import MEDIA_TYPE, Refusal, brief

log = logging.getLogger(__name__)

LONGEST_BODY_TIME: Final = 20.0  # seconds in which a request's body has to arrive
LONGEST_DRAIN: Final = 10.0  # seconds for which the rest of a refused body is read and thrown away
LONGEST_PLAIN: Final = 1000  # bytes of an error in plain text that are repeated

MULTIPART: Final = "multipart/form-data"
SAFETENSORS: Final = "application/vnd.safetensors"
# What a page of any site can send without being allowed to. Only these addresses read one of them, an uploaded file.
SIMPLE_TYPES: Final = ("text/plain", "application/x-www-form-urlencoded", MULTIPART)
UPLOADS: Final = frozenset({"/predict", "/activations", "/explain", "/operations/dropout/network"})

Headers = Mapping[bytes, list[bytes]]


class BodyRefusedError(Exception):
    """Raised out of `receive` when the rest of a body is not wanted; the exchange has the answer to it."""


class Exchange:
    """The ASGI messages of a request and its response. `headers` are added to every response."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._headers = headers
        self._limits: Limits = limits_of(scope["path"])
        self._body: JsonBody | SafetensorsBody | None = None
        self._length = 0
        self._complete = True
        self._started = False
        self._refused: Refusal | None = None
        self._deadline = 0.0
        self._plain: Message | None = None  # the start of an error in plain text, held until its text is there
        self._text = b""

    async def run(self, app: ASGIApp, headers: Headers) -> None:
        """Run the application within the bounds."""
        refusal = self._begin_body(headers)
        if refusal is not None:
            await self.refuse(refusal)
            return
        self._deadline = asyncio.get_running_loop().time() + LONGEST_BODY_TIME
        try:
            await app(self._scope, self._receive_bounded, self._send_protected)
        except asyncio.CancelledError:  # the server ends, and has waited for this answer as long as it does
            await self._end()
            return
        except ClientDisconnect:
            log.info("%s %s: the client left while it sent its body", self._scope["method"], self._scope["path"])
            return
        except Exception:
            if self._refused is None:
                raise
        if self._refused is not None and not self._started:
            await self.refuse(self._refused)

    async def _end(self) -> None:
        log.info("%s %s: the server ended before it was answered", self._scope["method"], self._scope["path"])
        if self._started:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        refusal = Refusal(503, Why("server-ending", "the server is being stopped; ask again when it is back"))
        start = {"type": "http.response.start", "status": 503, "headers": refusal.headers(self._headers)}
        await self._send(start)
        await self._send({"type": "http.response.body", "body": refusal.body, "more_body": False})

    def _begin_body(self, headers: Headers) -> Refusal | None:
        self._complete = not has_body(headers)
        if self._complete:
            return None
        media = media_type(headers)
        is_simple = not media or media in SIMPLE_TYPES
        if self._scope["method"] not in ("GET", "HEAD") and is_simple and not self._is_upload(media):
            sent = brief(media) if media else "none"
            why = Why("unread-type", "Content-Type: {type} is not read here; send application/json", {"type": sent})
            return Refusal(415, why)
        length = headers.get(b"content-length", [b""])[0]
        if length.isdigit() and int(length[:20]) > self._limits.length:
            return self._too_large(int(length[:20]))
        if media != MULTIPART:
            self._body = (SafetensorsBody if media == SAFETENSORS else JsonBody)(self._limits)
        return None

    def _is_upload(self, media: str) -> bool:
        return media == MULTIPART and self._scope["path"] in UPLOADS

    async def _receive_bounded(self) -> Message:
        if self._complete:
            return await self._receive()
        if self._refused is not None:
            raise BodyRefusedError
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError as error:
            why = Why(
                "body-too-slow",
                "body: it did not arrive within {seconds} seconds, which is the limit",
                {"seconds": int(LONGEST_BODY_TIME)},
            )
            self._refused = Refusal(408, why)
            raise BodyRefusedError from error
        if message["type"] == "http.request":
            self._refused = self._measured(message.get("body", b""))
            self._complete = not message.get("more_body", False)
            if self._refused is not None:
                raise BodyRefusedError
        return message

    def _measured(self, piece: bytes) -> Refusal | None:
        self._length += len(piece)
        if self._length > self._limits.length:
            return self._too_large(self._length)
        why = None if self._body is None else self._body.read(piece)
        return None if why is None else Refusal(413, why)

    def _too_large(self, size: int) -> Refusal:
        why = Why(
            "body-too-large",
            "body: {bytes} bytes or more; at most {most} are allowed here",
            {"bytes": size, "most": self._limits.length},
        )
        return Refusal(413, why)

    async def _send_protected(self, message: Message) -> None:
        if self._refused is not None and not self._started:
            return  # the application's answer to a body that it never got
        if message["type"] == "http.response.start":
            self._started = True
            if message["status"] >= 400 and _is_plain(message):
                self._plain = message
            else:
                await self._start(message)
            return
        if self._plain is not None:
            self._text = (self._text + message.get("body", b""))[:LONGEST_PLAIN]
            if message.get("more_body", False):
                return
            message = await self._start_problem(self._plain)
        if not self._complete and not message.get("more_body", False):
            # Answered before all was read: closing now could take the answer away from who is still sending.
            await self._send({**message, "more_body": True})
            await self._drain()
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self._send(message)

    async def _start(self, message: Message) -> None:
        have = {name.lower() for name, _ in message.get("headers", [])}
        more = [header for header in self._headers if header[0] not in have or header[0] == b"vary"]
        await self._send({**message, "headers": [*message.get("headers", []), *more]})

    async def _start_problem(self, start: Message) -> Message:
        """Begin a problem in place of an error in plain text. Returns the problem's body."""
        refusal = Refusal(start["status"], _reason(start["status"], self._text, self._scope))
        kept = [header for header in start["headers"] if header[0] not in (b"content-type", b"content-length")]
        await self._start({**start, "headers": [*kept, *refusal.headers([])[:2]]})
        return {"type": "http.response.body", "body": refusal.body, "more_body": False}

    async def refuse(self, refusal: Refusal) -> None:
        """Respond at once, then read the rest of the request, so that the client gets to read the response."""
        start = {"type": "http.response.start", "status": refusal.status, "headers": refusal.headers(self._headers)}
        await self._send(start)
        await self._send({"type": "http.response.body", "body": refusal.body, "more_body": True})
        await self._drain()
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def refuse_unread(self, refusal: Refusal, headers: Headers) -> None:
        """Refuse a request of which nothing has been read."""
        self._complete = not has_body(headers)
        await self.refuse(refusal)

    async def refuse_with_page(self, page: Response, headers: Headers) -> None:
        """Refuse a browser's request, of which nothing has been read, with a page."""
        self._complete = not has_body(headers)
        start = {"type": "http.response.start", "status": page.status_code}
        await self._send({**start, "headers": [*page.raw_headers, (b"www-authenticate", b"Bearer"), *self._headers]})
        body = b"" if self._scope["method"] == "HEAD" else bytes(page.body)
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

    async def empty(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        """Send a response without a body."""
        start: dict[str, Any] = {"type": "http.response.start", "status": status}
        await self._send({**start, "headers": [*headers, (b"content-length", b"0"), *self._headers]})
        await self._send({"type": "http.response.body", "body": b""})


def has_body(headers: Headers) -> bool:
    """True if a body follows the head of the request."""
    return b"transfer-encoding" in headers or headers.get(b"content-length", [b"0"]) != [b"0"]


def media_type(headers: Headers) -> str:
    """The type of a request's body in lower case, without its parameters; empty where none is named."""
    return headers.get(b"content-type", [b""])[0].decode("latin-1").partition(";")[0].strip().lower()


def _is_plain(start: Message) -> bool:
    kinds = [value for name, value in start.get("headers", []) if name.lower() == b"content-type"]
    return not any(kind.startswith((MEDIA_TYPE.encode(), b"text/html")) for kind in kinds)


def _reason(status: int, text: bytes, scope: Scope) -> Why:
    ranges = [value for name, value in scope["headers"] if name.lower() == b"range"]
    if ranges and status in (400, 416):
        return Why(
            "bad-range",
            "Range: {range} cannot be read, or lies outside the file; send bytes=FIRST-LAST, or no Range",
            {"range": brief(ranges[0].decode("latin-1"))},
        )
    return Why("refused", "{detail}", {"detail": text.decode("utf-8", "replace")})
