"""The socket: strokes in, frames out, and everything that may go wrong on it."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from receptive.queries.stroke import HEAD, MAGIC
from receptive.schemas import FrameHeader
from tests.preprocessing.digits import Grey, seven
from tests.serving import Running, running

LAYERS = ["c1", "s2", "output"]
BLANK = np.full((112, 112), 255, np.uint8)


def stroke(sequence: int, grey: Grey | None = None) -> bytes:
    picture = seven() if grey is None else grey
    return HEAD.pack(MAGIC, 1, 1, sequence, picture.shape[1], picture.shape[0]) + picture.tobytes()


def look(**fields: object) -> str:
    return json.dumps({"type": "look", "model": "lenet5", "layers": LAYERS, **fields})


def header(frame: str | bytes) -> FrameHeader:
    assert isinstance(frame, bytes), frame
    length = int.from_bytes(frame[:8], "little")
    return FrameHeader.model_validate_json(json.loads(frame[8 : 8 + length])["__metadata__"]["frame"])


def problem(message: str | bytes) -> str:
    assert isinstance(message, str)
    error = json.loads(message)
    assert error["type"] == "error"
    assert error["problem"]["status"] in (422, 503)
    return str(error["problem"]["detail"])


@pytest.fixture
def live(untrained: Running) -> Iterator[ClientConnection]:
    with connect(untrained.live, compression=None) as connection:
        yield connection


def test_a_stroke_is_answered_with_the_layers_in_view(live: ClientConnection) -> None:
    live.send(look(closely=[{"layer": "c1", "map": 2}, {"layer": "input"}], steps=True))
    live.send(stroke(9))
    frame = live.recv(60)
    assert header(frame).sequence == 9
    assert not header(frame).blank
    tensors = load(frame)  # type: ignore[arg-type]
    assert {name for name in tensors if "." not in name and "/" not in name} == {
        *LAYERS, "logits", "probabilities", "scores",
    }  # fmt: skip
    assert tensors["c1/2"].shape == (28, 28)
    assert tensors["input/0"].shape == (32, 32)
    assert np.array_equal(tensors["step.grey"], seven())


def test_the_painted_map_is_the_map_looked_at_closely(live: ClientConnection) -> None:
    live.send(look(closely=[{"layer": "c1", "map": 2}]))
    live.send(stroke(1))
    tensors = load(live.recv(60))  # type: ignore[arg-type]
    low, high = tensors["c1.range"][2]
    shown = low + tensors["c1"][2] / np.float32(255) * (high - low)
    assert np.abs(shown - tensors["c1/2"]).max() <= (high - low) / 509


def test_a_new_look_answers_the_same_drawing_again(live: ClientConnection) -> None:
    live.send(look())
    live.send(stroke(5))
    live.recv(60)
    live.send(look(model="lenet5-1998", layers=["f6_squash"]))
    frame = live.recv(60)
    assert (header(frame).sequence, header(frame).model) == (5, "lenet5-1998")
    assert load(frame)["f6_squash"].shape == (84,)  # type: ignore[arg-type]


def test_an_empty_canvas_has_no_guess(live: ClientConnection) -> None:
    live.send(look())
    live.send(stroke(3, BLANK))
    answer = header(live.recv(60))
    assert answer.blank
    assert answer.label is None


def test_of_many_strokes_the_last_is_answered_and_what_is_overtaken_is_dropped(live: ClientConnection) -> None:
    live.send(look())
    for sequence in range(1, 301):
        live.send(stroke(sequence))
    answered: list[int] = []
    while not answered or answered[-1] < 300:
        answered.append(header(live.recv(60)).sequence)
    assert answered == sorted(set(answered))


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (b"", "0 bytes"),
        (b"RX\1\1", "4 bytes"),
        (b"XX" + stroke(1)[2:], "magic"),
        (b"RX\7" + stroke(1)[3:], "version: 7"),
        (b"RX\1\7" + stroke(1)[4:], "kind: 7"),
        (stroke(1)[:-1], "112 x 112"),
        (stroke(1) + b"x", "112 x 112"),
        (HEAD.pack(MAGIC, 1, 1, 1, 0, 5), "width: 0"),
        (HEAD.pack(MAGIC, 1, 1, 1, 5, 257), "height: 257"),
        ("", "JSON"),
        ("[1]", "object"),
        ("null", "object"),
        ('{"type":"look"}', "model"),
        ('{"type":"peek","model":"lenet5"}', "type"),
        (look(model="resnet"), "lenet5"),
        (look(layers=["c9"]), "c9"),
        (look(closely=[{"layer": "c1", "map": 6}]), "0 to 5"),
        (look(closely=[{"layer": "c9"}]), "c9"),
        (look(layers=["c1"] * 129), "layers"),
        (look(more=1), "more"),
    ],
)
def test_a_bad_message_is_answered_with_what_is_wrong_and_the_socket_goes_on(
    live: ClientConnection, message: str | bytes, said: str
) -> None:
    live.send(message)
    assert said in problem(live.recv(60))
    live.send(look())
    live.send(stroke(2))
    assert header(live.recv(60)).sequence == 2


def test_a_problem_names_the_stroke_that_it_is_about(live: ClientConnection) -> None:
    live.send(stroke(77)[:-1])
    message = live.recv(60)
    assert isinstance(message, str)
    assert json.loads(message)["sequence"] == 77


def flood(connection: ClientConnection) -> None:
    for _ in range(5000):
        connection.send(b"nonsense")
    while True:
        connection.recv(60)


def test_a_flood_of_bad_messages_closes_the_socket_and_no_other(untrained: Running, live: ClientConnection) -> None:
    with connect(untrained.live, compression=None) as flooding:
        with pytest.raises(ConnectionClosed) as closed:
            flood(flooding)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008
    live.send(look())
    live.send(stroke(1))
    assert header(live.recv(60)).sequence == 1


def test_a_message_that_is_too_long_closes_the_socket_and_no_other(untrained: Running, live: ClientConnection) -> None:
    with connect(untrained.live, compression=None) as long:
        long.send(b"x" * 2**18)
        with pytest.raises(ConnectionClosed) as closed:
            long.recv(60)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009
    live.send(look())
    live.send(stroke(1))
    assert header(live.recv(60)).sequence == 1


def test_a_client_that_stops_reading_gets_the_newest_when_it_reads_again(untrained: Running) -> None:
    with socket.create_connection(("127.0.0.1", untrained.port)) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**16)
        with connect(untrained.live, sock=slow, compression=None, max_queue=1, ping_interval=None) as lazy:
            everything = ["c1", "c1_relu", "s2", "c3", "c3_relu", "s4"]
            lazy.send(look(layers=everything, steps=True))
            for sequence in range(1, 1001):
                lazy.send(stroke(sequence))
            with connect(untrained.live, compression=None) as other:
                other.send(look())
                other.send(stroke(4))
                assert header(other.recv(60)).sequence == 4
            answered: list[int] = []
            while not answered or answered[-1] < 1000:
                answered.append(header(lazy.recv(20)).sequence)
            assert len(answered) < 500


def test_a_socket_that_is_opened_while_torch_loads_says_so_and_then_answers(weights: Path) -> None:
    with running(weights) as server:
        engine = server.app.state.engine
        held = threading.Event()
        load_networks = engine._load

        def late() -> None:
            held.wait(30)
            load_networks()

        engine._load = late
        with connect(server.live, compression=None, open_timeout=30) as early:
            if engine.is_ready:
                pytest.skip("the networks were loaded before the socket was open")
            early.send(look())
            early.send(stroke(6))
            first = early.recv(30)
            held.set()
            assert first == '{"type":"waking"}'
            assert header(early.recv(60)).sequence == 6


def test_missing_weights_are_said_on_the_socket(tmp_path: Path) -> None:
    with running(tmp_path) as server, connect(server.live, compression=None, open_timeout=30) as live:
        live.send(look())
        live.send(stroke(1))
        messages = [live.recv(60)]
        while "waking" in str(messages[-1]):
            messages.append(live.recv(60))
        assert "lenet5" in problem(messages[-1])


def test_sockets_that_come_and_go_leave_nothing_behind(untrained: Running) -> None:
    before = threading.active_count()
    for _ in range(30):
        with connect(untrained.live, compression=None) as short:
            short.send(look())
            short.send(stroke(1))
    with connect(untrained.live, compression=None) as live:
        live.send(look())
        live.send(stroke(2))
        assert header(live.recv(60)).sequence == 2
    end = time.monotonic() + 60
    while threading.active_count() > before and time.monotonic() < end:
        time.sleep(0.05)
    assert threading.active_count() <= before
