"""Connections that send without end or never read: each is bounded, and the others are served."""

import asyncio
import re
import socket

import httpx2
import pytest

from receptive import protocol, transport
from receptive.protocol import LimitedProtocol
from tests.routes.raw import connected, everything, flood, head, held, problem, until
from tests.serving import Running

CHUNKED = ("POST /predict HTTP/1.1", "Content-Type: application/json", "Transfer-Encoding: chunked")


@pytest.mark.parametrize("trailers", [b"a:\r\n" * 1024, b"a" * 4096, b"a: " + b"b" * 4093])
def test_trailers_without_end_are_not_read(untrained: Running, trailers: bytes) -> None:
    with connected(untrained) as line:
        line.sendall(head(untrained, *CHUNKED) + b"2\r\n{}\r\n0\r\n")
        assert flood(line, trailers, 64 * 2**20) < 64 * 2**20


def test_trailers_are_not_headers(untrained: Running) -> None:
    with connected(untrained) as line:
        line.sendall(head(untrained, *CHUNKED, "Connection: close") + b"2\r\n{}\r\n0\r\nHost: evil.example\r\n\r\n")
        assert everything(line).startswith(b"HTTP/1.1 422")


def test_an_extension_of_a_chunk_without_end_is_not_read(untrained: Running) -> None:
    with connected(untrained) as line:
        line.sendall(head(untrained, *CHUNKED) + b"2;")
        assert flood(line, b"a" * 4096, 64 * 2**20) < 64 * 2**20


def test_a_head_of_70_000_bytes_is_refused_in_one_piece_too(untrained: Running) -> None:
    with connected(untrained) as line:
        line.sendall(head(untrained, "GET /models HTTP/1.1", "X-Long: " + 70_000 * "a"))
        told = problem(everything(line))
    assert (told["status"], told["why"]["code"]) == (431, "head-too-long")
    assert told["why"]["values"] == {"most": protocol.BYTES}


@pytest.mark.parametrize(
    "sent", [b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\n bad\r\n\r\n"]
)
def test_what_is_no_http_is_answered_with_a_problem(untrained: Running, sent: bytes) -> None:
    with connected(untrained) as line:
        line.sendall(sent)
        assert problem(everything(line))["why"]["code"] == "no-http"


def test_requests_that_are_sent_ahead_wait_unread(untrained: Running) -> None:
    asked = 1000 * head(untrained, "GET /nowhere HTTP/1.1")
    with connected(untrained, 2**14) as line:
        line.settimeout(0.5)
        assert flood(line, asked, 2**27) < 2**27
        ours = held(LimitedProtocol, line)
        assert len(ours.pipeline) <= protocol.PIECE
        assert len(ours._ahead) <= 2**20
        assert ours._bounded.get_write_buffer_size() <= 2**18


def test_all_that_is_sent_ahead_is_answered_in_its_order(untrained: Running) -> None:
    count = 3000
    asked = b"".join(head(untrained, f"GET /nowhere/{number} HTTP/1.1") for number in range(count))
    with connected(untrained) as line:
        line.sendall(asked + head(untrained, "GET /last HTTP/1.1", "Connection: close"))
        answers = everything(line)
    assert re.findall(rb'"detail":"nothing is at \'/nowhere/(\d+)\'', answers) == [
        b"%d" % each for each in range(count)
    ]
    assert answers.count(b"HTTP/1.1 404") == count + 1


@pytest.mark.parametrize("closing", [False, True], ids=["while more is to come", "when it is the last"])
def test_who_leaves_answers_unread_is_let_go(
    untrained: Running, monkeypatch: pytest.MonkeyPatch, closing: bool
) -> None:
    monkeypatch.setattr(transport, "UNREAD_SECONDS", 0.2)
    with connected(untrained, 2**12) as line:
        line.sendall(head(untrained, "GET /models HTTP/1.1"))
        assert line.recv(1)
        ours = held(LimitedProtocol, line)
        line.sendall(200 * head(untrained, "GET /openapi.json HTTP/1.1"))
        until(lambda: ours.flow.write_paused or ours.parser is None)
        if closing:
            ours.loop.call_soon_threadsafe(ours.transport.close)
        until(lambda: ours.parser is None)  # the connection is lost
    assert httpx2.get(f"{untrained.url}/models").status_code == 200


def test_who_reads_slowly_gets_everything(untrained: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LEAST_READ", 1)
    whole = httpx2.get(f"{untrained.url}/openapi.json").content
    with connected(untrained, 2**12) as line:
        line.sendall(head(untrained, "GET /openapi.json HTTP/1.1", "Connection: close"))
        received = b""
        while piece := line.recv(1024):
            received += piece
    assert received.endswith(whole)


@pytest.mark.parametrize("asked", ["bytes=x-y", "bytes=9-1", "bytes=99999999999-", "lines=1-2"])
def test_a_range_that_cannot_be_is_a_problem(untrained: Running, asked: str) -> None:
    page = httpx2.get(untrained.url).text
    script = page.partition('<script type="module" src="')[2].partition('"')[0]
    answer = httpx2.get(untrained.url + script, headers={"Range": asked})
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["why"]["code"] == "bad-range"
    assert httpx2.get(untrained.url + script, headers={"Range": "bytes=0-9"}).status_code == 206


@pytest.mark.parametrize(
    ("first", "lines", "status"),
    [
        ("GET", [], 400),
        ("GET", ["Sec-WebSocket-Version: 13"], 400),
        ("GET", ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: short"], 400),
        ("GET", ["Sec-WebSocket-Version: 8", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="], 400),
        ("POST", ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="], 405),
        ("GET", [f"X-{number}: 1" for number in range(200)], 431),
        ("GET", ["X-Long: " + 9000 * "a"], 431),
    ],
)
def test_a_socket_that_is_not_opened_is_answered_with_a_problem(
    untrained: Running, first: str, lines: list[str], status: int
) -> None:
    with connected(untrained) as line:
        line.sendall(head(untrained, f"{first} /live HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket", *lines))
        line.shutdown(socket.SHUT_WR)
        assert problem(everything(line))["status"] == status


def test_an_answer_to_a_connection_that_is_just_lost_goes_nowhere() -> None:
    async def lose() -> None:
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        with theirs:
            line, _ = await loop.create_connection(asyncio.Protocol, sock=ours)
            bounded = transport.BoundedTransport(line, loop)
            line.abort()
            await asyncio.sleep(0)
            bounded.write(b"an answer")
            bounded.close()
            bounded.abort()

    uvloop = pytest.importorskip("uvloop")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(lose())
