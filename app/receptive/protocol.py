"""How uvicorn serves the application: its settings, and limits on the head of a request."""

import asyncio
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

SECONDS: Final = 15.0  # for the head of a request, from the connection or from its first byte
BYTES: Final = 65_536  # of a request's line and headers together


LONGEST_MESSAGE: Final = 2**17  # bytes of one message on the socket; the largest stroke, 256x256, has half of it


def configured(app: ASGIApp, farewell: int = 3) -> uvicorn.Config:
    """The one way in which the application is served; farewell: seconds that open connections are given at the end."""
    return uvicorn.Config(
        app,
        http=LimitedProtocol,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=LONGEST_MESSAGE,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=farewell,
    )


class LimitedProtocol(HttpToolsProtocol):
    """Refuses a head that is too slow with 408 and one that is too long with 431, and hangs up."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._deadline: asyncio.TimerHandle | None = None
        self._length = 0
        self._in_head = True
        self._heard = False
        self._in_head_throughout = True  # while one piece of data is read

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection that says nothing is given as long as one that is slow."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Bytes are counted while they may belong to a head."""
        self._heard = True
        begun, self._in_head_throughout = self._in_head, True
        super().data_received(data)
        if begun and self._in_head_throughout:
            self._length += len(data)
            if self._length > BYTES:
                self._refuse(b"431 Request Header Fields Too Large", f"head: at most {BYTES:,} bytes are read")

    def on_message_begin(self) -> None:
        """The next request of a connection that is kept open."""
        super().on_message_begin()
        if self._deadline is None:
            self._wait()

    def on_headers_complete(self) -> None:
        """What follows is the body, which the application bounds."""
        self._stop()
        self._in_head = self._in_head_throughout = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """What follows is another head."""
        super().on_message_complete()
        self._in_head, self._length = True, 0

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._stop()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._in_head, self._length = True, 0
        self._deadline = self.loop.call_later(SECONDS, self._give_up)

    def _stop(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        if self._heard:
            self._refuse(b"408 Request Timeout", f"head: it is waited for {SECONDS:.0f} seconds")
        else:  # a browser's spare connection: it would take an answer for that to its next request
            self.transport.close()

    def _refuse(self, status: bytes, detail: str) -> None:
        self._stop()
        if self.transport.is_closing():
            return
        title = status.partition(b" ")[2].decode()
        body = f'{{"type":"about:blank","title":"{title}","status":{status[:3].decode()},"detail":"{detail}"}}'.encode()
        head = b"HTTP/1.1 " + status + b"\r\ncontent-type: application/problem+json\r\nconnection: close\r\n"
        self.transport.write(head + b"content-length: " + str(len(body)).encode() + b"\r\n\r\n" + body)
        self.transport.close()
