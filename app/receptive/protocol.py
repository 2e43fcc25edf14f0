"""uvicorn's settings, and limits on what a connection may send."""

import asyncio
from typing import Any, Final, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from convnets.why import Why
from receptive.routes.refusal import Refusal
from receptive.socket_protocol import LimitedSocket
from receptive.transport import BoundedTransport

SECONDS: Final = 15.0  # for the head of a request, from the connection or from its first byte
BYTES: Final = 65_536  # of a request's line and headers together, and of its trailers
PIECE: Final = 4096  # bytes that are parsed before it is looked whether requests are waiting

LONGEST_MESSAGE: Final = 2**17  # bytes of one message on the socket; the largest stroke, 256x256, has half of it


def configured(app: ASGIApp, farewell: int = 3) -> uvicorn.Config:
    """The one way in which the application is served; farewell: seconds that open connections are given at the end."""
    return uvicorn.Config(
        app,
        http=LimitedProtocol,
        ws=LimitedSocket,
        ws_per_message_deflate=False,
        ws_max_size=LONGEST_MESSAGE,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=farewell,
    )


class LimitedProtocol(HttpToolsProtocol):
    """HTTP with bounds: a head or trailers that are too slow or too long, and requests sent ahead of their answers."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._bounded: BoundedTransport
        self._deadline: asyncio.TimerHandle | None = None
        self._ahead = memoryview(b"")  # received and not parsed yet
        self._head = 0  # bytes of this request's line and headers, or of its trailers
        self._unmarked = 0  # bytes since a head or a piece of a body was complete
        self._in_head = True
        self._any = False
        self._over = False  # refused, or handed on to the socket's protocol

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give a connection that sends nothing as long as one that is slow."""
        self._bounded = BoundedTransport(transport, self.loop)
        super().connection_made(cast("asyncio.Transport", self._bounded))
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._stop()
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

    # --- reading

    def data_received(self, data: bytes) -> None:
        """Parse piece by piece, as long as no request is waiting for the answer before it."""
        self._any = True
        self._ahead = memoryview(bytes(self._ahead) + data if self._ahead else data)
        self._read_ahead()

    def _read_ahead(self) -> None:
        while self._ahead and not self.pipeline and not self._over and not self.transport.is_closing():
            piece, self._ahead = self._ahead[:PIECE], self._ahead[PIECE:]
            self._unmarked += len(piece)
            super().data_received(piece)  # type: ignore[arg-type]
            if self._unmarked > BYTES:
                self._refuse_length()
        if self._over or self.transport.is_closing():
            self._ahead = memoryview(b"")
        elif self.pipeline:
            self._bounded.hold()
        else:
            self._bounded.release()

    def on_response_complete(self) -> None:
        """Begin the next request that was sent ahead, and read on when there is none."""
        super().on_response_complete()
        if self._bounded.held and not self.transport.is_closing():
            self.loop.call_soon(self._read_ahead)

    # --- the parser's events

    def on_message_begin(self) -> None:
        """Begin the head of the next request on a connection that is kept open."""
        if self._over:
            return
        super().on_message_begin()
        self._in_head, self._head = True, 0
        if self._deadline is None:
            self._wait()

    def on_url(self, url: bytes) -> None:
        """Count the request's line."""
        self._head += len(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header. Trailers, which come behind a chunked body, are dropped."""
        self._head += len(name) + len(value) + 4
        if self._over or self._head > BYTES:
            self._refuse_length()
        elif self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin the request; the application bounds its body."""
        if self._over:
            return
        self._stop()
        self._in_head, self._head, self._unmarked = False, 0, 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Hand a piece of the body on."""
        if not self._over:
            self._unmarked = 0
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Expect another head."""
        if not self._over:
            self._in_head, self._unmarked = True, 0
            super().on_message_complete()

    def _should_upgrade(self) -> bool:
        """Open the socket for GET alone; any other method is answered as a request that opens none."""
        return super()._should_upgrade() and self.scope["method"] == "GET"

    def _unsupported_upgrade_warning(self) -> None:
        """Log nothing: a request to upgrade to another protocol is answered in this one."""

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection on to the socket's protocol."""
        self._stop()
        self._over = True
        super().handle_websocket_upgrade()

    # --- refusing

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        why = Why(
            "no-http", "head: no HTTP/1.1 request that can be read; send a request line, headers and an empty line"
        )
        self._refuse(Refusal(400, why))

    def _refuse_length(self) -> None:
        why = Why(
            "head-too-long",
            "head: at most {most} bytes of a request's line and headers are read; send shorter ones",
            {"most": BYTES},
        )
        self._refuse(Refusal(431, why))

    def _wait(self) -> None:
        self._deadline = self.loop.call_later(SECONDS, self._give_up)

    def _stop(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        if self._is_answering():
            self._wait()  # half a request was sent ahead; its time begins with the answer before it
        elif self._any:
            why = Why(
                "head-too-slow",
                "head: it is waited for {seconds} seconds, and did not arrive; send it at once",
                {"seconds": int(SECONDS)},
            )
            self._refuse(Refusal(408, why))
        else:  # a browser's spare connection: it would take an answer for that to its next request
            self.transport.close()

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _refuse(self, refusal: Refusal) -> None:
        """Send the response unless another one has begun, and close the connection."""
        if self._over:
            return
        self._stop()
        self._over = True
        if self.transport.is_closing():
            return
        if not self._is_answering() or not (self._in_head or self.pipeline or self.cycle.response_started):
            self.transport.write(refusal.http())
        if self._is_answering():
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()
