"""The head of a request: what is too slow or too long is refused, and everyone else is served."""

import json
import socket
from collections.abc import Iterator

import pytest

from receptive import protocol
from tests.serving import Running


@pytest.fixture
def line(untrained: Running) -> Iterator[socket.socket]:
    """A bare connection to the server."""
    with socket.create_connection(("127.0.0.1", untrained.port), timeout=60) as connection:
        yield connection


def received(line: socket.socket) -> tuple[int, dict[str, object]]:
    """The status and the problem of all that comes until the server hangs up."""
    raw = b"".join(iter(lambda: line.recv(65536), b""))
    head, _, body = raw.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


def test_a_head_that_is_never_finished_is_refused(untrained: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "SECONDS", 0.2)
    with socket.create_connection(("127.0.0.1", untrained.port), timeout=60) as line:
        line.sendall(b"GET /models HTTP/1.1\r\nHost: localhost\r\n")
        status, problem = received(line)
    assert status == problem["status"] == 408
    assert "waited for" in str(problem["detail"])


def test_a_connection_that_says_nothing_is_hung_up_in_silence(
    untrained: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "SECONDS", 0.2)
    with socket.create_connection(("127.0.0.1", untrained.port), timeout=60) as line:
        assert line.recv(65536) == b""


def test_the_second_head_of_a_connection_is_waited_for_no_longer_than_the_first(
    untrained: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "SECONDS", 0.2)
    with socket.create_connection(("127.0.0.1", untrained.port), timeout=60) as line:
        host = f"Host: localhost:{untrained.port}\r\n".encode()
        line.sendall(b"GET /models HTTP/1.1\r\n" + host + b"\r\n")
        first = line.recv(65536)
        assert first.startswith(b"HTTP/1.1 200")
        line.sendall(b"GET /models HTTP/1.1\r\n")
        rest = b"".join(iter(lambda: line.recv(65536), b""))
    assert b"HTTP/1.1 408 Request Timeout" in rest


def test_a_head_that_never_ends_is_refused_before_it_fills_the_memory(line: socket.socket) -> None:
    endless = b"GET /models HTTP/1.1\r\n" + 10_000 * (b"X-Long: " + b"a" * 10_000 + b"\r\n")
    with pytest.raises(ConnectionError):
        line.sendall(endless)


def test_a_long_head_is_told_what_is_allowed(line: socket.socket) -> None:
    line.sendall(b"GET /models HTTP/1.1\r\nX-Long: " + b"a" * (protocol.BYTES - 100))
    line.sendall(b"a" * 200)
    status, problem = received(line)
    assert status == 431
    assert "65,536 bytes" in str(problem["detail"])


def test_an_ordinary_request_with_a_large_body_is_not_counted_as_head(untrained: Running) -> None:
    import httpx2

    with httpx2.Client(base_url=untrained.url) as client:
        for _ in range(2):
            answer = client.post("/predict", json={"pixels": [[0] * 200 + [255] * 200] * 400})
            assert answer.status_code == 200


def test_a_body_that_arrives_together_with_its_head_is_not_counted_as_head(untrained: Running) -> None:
    body = json.dumps({"pixels": [[0] * 120 + [255] * 120] * 200}).encode()
    assert len(body) > 2 * protocol.BYTES
    head = f"POST /predict HTTP/1.1\r\nHost: localhost:{untrained.port}\r\nContent-Length: {len(body)}\r\n"
    whole = (head + "Content-Type: application/json\r\nConnection: close\r\n\r\n").encode() + body
    for _ in range(20):  # how much of it is read at once is the system's choice
        with socket.create_connection(("127.0.0.1", untrained.port), timeout=60) as line:
            line.sendall(whole)
            assert received(line)[0] == 200
