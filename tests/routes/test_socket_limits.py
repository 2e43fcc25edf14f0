"""The socket against who floods it, never reads it, or sends what is no message."""

import logging

import pytest
from websockets.sync.client import connect

from receptive import socket_protocol, transport
from receptive.socket_protocol import LimitedSocket
from tests.routes.raw import closing_code, connected, everything, flood, frame, held, opened, until
from tests.routes.test_live import LAYERS, header, look, stroke
from tests.serving import Running

CONT, TEXT, BINARY, PING = 0, 1, 2, 9


def is_served(server: Running) -> bool:
    """True if another visitor is answered."""
    with connect(server.live, compression=None) as other:
        other.send(look())
        other.send(stroke(5))
        return header(other.recv(30)).sequence == 5


def test_empty_fragments_without_end_close_the_socket(untrained: Running) -> None:
    with connected(untrained) as line:
        opened(untrained, line)
        line.sendall(frame(TEXT, fin=False) + 1000 * frame(CONT, fin=False))
        assert closing_code(everything(line)) == 1008
    assert is_served(untrained)


def test_a_message_in_a_few_fragments_is_one(untrained: Running) -> None:
    with connected(untrained) as line:
        opened(untrained, line)
        text = look().encode()
        line.sendall(frame(TEXT, text[:9], fin=False) + frame(CONT, fin=False) + frame(CONT, text[9:]))
        line.sendall(b"".join([frame(BINARY, stroke(8)[:1000], fin=False), frame(CONT, stroke(8)[1000:])]))
        assert line.recv(1) == b"\x82"


def test_text_that_is_no_utf_8_closes_the_socket_and_leaves_no_traceback(
    untrained: Running, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO), connected(untrained) as line:
        opened(untrained, line)
        line.sendall(frame(TEXT, b"\xff\xfe"))
        assert closing_code(everything(line)) == 1007
    assert not [record for record in caplog.records if record.exc_info]


def test_more_frames_than_a_hand_makes_are_read_no_faster(untrained: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_protocol, "BURST", 100)
    monkeypatch.setattr(socket_protocol, "RATE", 0.001)
    with connected(untrained) as line:
        opened(untrained, line)
        ours = held(LimitedSocket, line)
        line.sendall(50_000 * frame(PING))
        until(lambda: ours._bounded.held)
        assert ours.conn.frames <= 100 + socket_protocol.PIECE // len(frame(PING)) + 1
        assert len(ours._ahead) <= 2**19


def test_a_visitor_of_many_frames_is_served_when_their_time_comes(
    untrained: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_protocol, "BURST", 10)
    with connect(untrained.live, compression=None) as live:
        for _ in range(3000):
            live.ping()
        live.send(look())
        live.send(stroke(3))
        assert header(live.recv(60)).sequence == 3


def test_pings_that_nobody_reads_the_replies_of_wait_nowhere(
    untrained: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_protocol, "RATE", 1e9)
    with connected(untrained, 2**12) as line:
        opened(untrained, line)
        ours = held(LimitedSocket, line)
        pings = 2000 * frame(PING, 100 * b"x")
        for _ in range(60):
            line.sendall(pings)
        until(lambda: not ours.writable.is_set())
        assert ours._bounded.get_write_buffer_size() <= 2**18


@pytest.mark.parametrize("what", ["pings", "strokes"])
def test_who_never_reads_is_let_go(untrained: Running, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    monkeypatch.setattr(transport, "UNREAD_SECONDS", 0.3)
    with connected(untrained, 2**12) as line:
        opened(untrained, line)
        ours = held(LimitedSocket, line)
        if what == "pings":
            flood(line, 1000 * frame(PING, 120 * b"x"), 2**25)
        else:
            line.sendall(frame(TEXT, look(layers=LAYERS, steps=True).encode()))
            flood(line, frame(BINARY, stroke(1)), 2**29)
        until(lambda: ours.disconnected)
    assert is_served(untrained)


def test_after_the_twentieth_bad_message_nothing_more_is_read(untrained: Running) -> None:
    with connected(untrained) as line:
        opened(untrained, line)
        assert flood(line, 50 * frame(BINARY, 20_000 * b"x"), 2**28) < 2**28
