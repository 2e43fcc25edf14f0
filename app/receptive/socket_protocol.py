"""The WebSocket as uvicorn serves it, with bounds on frames a second, fragments, and what is sent or left unread."""

import asyncio
import logging
from typing import Any, Final, cast

from uvicorn._types import ASGIReceiveEvent, ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.datastructures import Headers
from websockets.frames import Frame
from websockets.http11 import Response
from websockets.protocol import Event
from websockets.server import ServerProtocol

from convnets.why import Why
from receptive.routes.refusal import Refusal
from receptive.transport import BoundedTransport

log = logging.getLogger(__name__)

PIECE: Final = 8192  # bytes that are parsed before the loop may have its turn
FRAMES_A_TURN: Final = 64  # after which it has it
BURST: Final = 6000  # frames that may come at once
RATE: Final = 3000.0  # frames a second after that; a hand draws fewer than 200
MOST_FRAGMENTS: Final = 256  # of one message
MOST_AFTER_CLOSE: Final = 2**20  # bytes in which the client's own goodbye is looked for
POLICY_VIOLATION: Final = 1008
NO_TEXT: Final = 1007


class Handshakes(ServerProtocol):
    """The protocol's state: refuses handshakes with a problem, and counts frames."""

    frames = 0

    def events_received(self) -> list[Event]:
        """The messages that have been parsed."""
        events = super().events_received()
        self.frames += len(events)
        return events

    def reject(self, status: Any, text: str) -> Response:
        """The response to a handshake that opens no socket."""
        error = text.partition("\n")[0].removeprefix("Failed to open a WebSocket connection: ").rstrip(".")
        return _problem(_refusal(int(status), error or "it was refused"))


def _refusal(status: int, error: str) -> Refusal:
    why = Why(
        "bad-handshake",
        "handshake: {error}; open the socket as RFC 6455 says, with Upgrade: websocket and its key",
        {"error": error},
    )
    return Refusal(status, why)


def _problem(refusal: Refusal) -> Response:
    headers = Headers((name.decode(), value.decode()) for name, value in refusal.headers())
    answer = refusal.http().split(b"\r\n", 1)[0]
    return Response(refusal.status, answer.split(b" ", 2)[2].decode(), headers, refusal.body)


class LimitedSocket(WebSocketsSansIOProtocol):
    """Parses in small pieces, no faster than messages are taken, and keeps one reply to pings."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.conn: Handshakes = Handshakes(max_size=self.config.ws_max_size, logger=self.logger)
        self._bounded: BoundedTransport
        self._ahead = memoryview(b"")  # received and not parsed yet
        self._next: asyncio.Handle | None = None
        self._allowed = float(BURST)
        self._refilled = self.loop.time()
        self._after_close = 0
        self._pong = b""  # that waits until the client reads

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take over the connection from HTTP."""
        if isinstance(transport, BoundedTransport):
            self._bounded = transport
        else:
            self._bounded = BoundedTransport(cast("asyncio.Transport", transport), self.loop)
        super().connection_made(cast("asyncio.Transport", self._bounded))

    def connection_lost(self, exc: Exception | None) -> None:
        """Read nothing any more."""
        if self._next is not None:
            self._next.cancel()
        self._ahead = memoryview(b"")
        super().connection_lost(exc)
        self._bounded.forget()

    def pause_writing(self) -> None:
        """Wait for the client to read, but not for ever."""
        super().pause_writing()
        self._bounded.watch()

    def resume_writing(self) -> None:
        """Go on: the client has read."""
        super().resume_writing()
        if not self.transport.is_closing():
            self._bounded.forget()
            self.transport.write(self._pong)
        self._pong = b""

    # --- reading

    def data_received(self, data: bytes) -> None:
        """Parse piece by piece."""
        self._ahead = memoryview(bytes(self._ahead) + data if self._ahead else data)
        if self._next is None:
            self._read_ahead()

    def _read_ahead(self) -> None:
        self._next = None
        seen = self.conn.frames
        while self._may_read() and self.conn.frames - seen < FRAMES_A_TURN:
            piece, self._ahead = self._ahead[:PIECE], self._ahead[PIECE:]
            before = self.conn.frames
            self._parse(piece)
            self._allowed -= self.conn.frames - before
        if not self._ahead:
            self._bounded.release()
            return
        self._bounded.hold()
        if self._may_read():
            self._next = self.loop.call_soon(self._read_ahead)
        elif self._allowed <= 0:
            self._next = self.loop.call_later(FRAMES_A_TURN / RATE, self._read_ahead)

    def _may_read(self) -> bool:
        """True if there is more to parse, the message before it has been taken, and not too many frames came."""
        if not self._ahead or self.transport.is_closing() or self.read_paused:
            return False
        if self._allowed <= 0:
            now = self.loop.time()
            self._allowed = min(BURST, self._allowed + RATE * (now - self._refilled))
            self._refilled = now
        return self._allowed > 0

    def _parse(self, piece: memoryview) -> None:
        if self.close_sent:
            self._after_close += len(piece)
            if self._after_close > MOST_AFTER_CLOSE:
                self.transport.abort()
                return
        super().data_received(piece)  # type: ignore[arg-type]
        if not self.handshake_initiated and self.conn.handshake_exc is not None and not self.transport.is_closing():
            answer = b"".join(self.conn.data_to_send())
            self.transport.write(answer or _refusal(400, "it is no HTTP request that can be read").http())
            self.transport.close()

    def _read_soon(self) -> None:
        if self._ahead and self._next is None:
            self._next = self.loop.call_soon(self._read_ahead)

    async def receive(self) -> ASGIReceiveEvent:
        """The next message; what was received behind it is parsed when it is taken."""
        message = await super().receive()
        self._read_soon()
        return message

    async def send(self, message: ASGISendEvent) -> None:
        """Send a message. After a close, the client's own is looked for in what it still sends."""
        await super().send(message)
        if self.close_sent:
            self._read_soon()

    # --- messages

    def handle_ping(self) -> None:
        """Reply; where replies are left unread, with the newest alone when they are read again (RFC 6455, 5.5.3)."""
        pong = b"".join(self.conn.data_to_send())
        if self.writable.is_set():
            self.transport.write(pong)
        else:
            self._pong = pong

    def handle_cont(self, event: Frame) -> None:
        """Keep a fragment, of which a message has a few."""
        if self.close_sent:
            return
        if len(self.frames) >= MOST_FRAGMENTS:
            self._fail(POLICY_VIOLATION, f"at most {MOST_FRAGMENTS} fragments make a message")
            return
        super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        """Hand a message on, unless it is called text and is none."""
        if self.curr_msg_data_type == "text" and not self.close_sent:
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.frames = []
                self._fail(NO_TEXT, "text has to be UTF-8")
                return
        super().send_receive_event_to_app()

    def _fail(self, code: int, reason: str) -> None:
        log.info("a socket was closed: %s", reason)
        self.conn.send_close(code, reason)
        self.handle_parser_exception()
