"""Connections without a client library, and what the server holds of them."""

import gc
import json
import os
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from tests.serving import Running

Kind = TypeVar("Kind")
PATIENCE = 60.0  # seconds for what a busy machine may take


@contextmanager
def connected(server: Running, buffer: int | None = None) -> Iterator[socket.socket]:
    """A bare connection; buffer: bytes that the system keeps of what is not read."""
    with socket.socket() as line:
        if buffer is not None:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        line.settimeout(PATIENCE)
        line.connect(("127.0.0.1", server.port))
        yield line


def head(server: Running, first: str, *lines: str) -> bytes:
    """The head of a request with the right Host."""
    return "\r\n".join([first, f"Host: 127.0.0.1:{server.port}", *lines, "", ""]).encode("latin-1")


def everything(line: socket.socket) -> bytes:
    """All that comes until the server hangs up."""
    received = b""
    try:
        while piece := line.recv(65536):
            received += piece
    except ConnectionError:
        pass
    return received


def problem(answer: bytes) -> dict[str, Any]:
    """The problem in an answer, with the headers that protect."""
    start, _, body = answer.partition(b"\r\n\r\n")
    headers = start.lower()
    assert b"content-type: application/problem+json" in headers, answer
    assert b"content-security-policy: default-src 'none'" in headers
    assert b"x-content-type-options: nosniff" in headers
    told: dict[str, Any] = json.loads(body)
    assert int(start.split()[1]) == told["status"]
    assert told["why"]["code"]
    return told


def held(kind: type[Kind], line: socket.socket) -> Kind:
    """The server's object for a connection."""
    ours = line.getsockname()
    return next(each for each in gc.get_objects() if type(each) is kind and getattr(each, "client", None) == ours)


def until(condition: Callable[[], bool]) -> None:
    """Return when the condition holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.005)


def flood(line: socket.socket, piece: bytes, most: int) -> int:
    """The bytes of `piece` after `piece` that are taken before the server hangs up or reads no more; `most` at most."""
    sent = 0
    try:
        while sent < most:
            line.sendall(piece)
            sent += len(piece)
    except (ConnectionError, TimeoutError):
        pass
    return sent


# --- the socket


def opened(server: Running, line: socket.socket) -> None:
    """Open the socket."""
    key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
    line.sendall(
        head(
            server, "GET /live HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", key
        )
    )
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        answer += line.recv(1)
    assert answer.startswith(b"HTTP/1.1 101"), answer


def frame(opcode: int, data: bytes = b"", fin: bool = True) -> bytes:
    """A frame as a client sends it."""
    mask = os.urandom(4)
    size = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack("!H", len(data))
    return bytes([(0x80 if fin else 0) | opcode]) + size + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data))


def closing_code(answer: bytes) -> int:
    """The code of the close frame at the end of what was received."""
    at = answer.rindex(b"\x88")
    return int.from_bytes(answer[at + 2 : at + 4], "big")
