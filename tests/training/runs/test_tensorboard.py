"""TensorBoard's event files: the records are read back as the format has them."""

import struct
from pathlib import Path

import pytest

from receptive.training.runs.tensorboard import VERSION, Board, checksum


def fields(message: bytes) -> list[tuple[int, bytes | int]]:
    """The fields of a protobuf message: bytes of the fixed and the delimited ones, values of the others."""

    def varint(place: int) -> tuple[int, int]:
        value = shift = 0
        while True:
            byte = message[place]
            value |= (byte & 0x7F) << shift
            place, shift = place + 1, shift + 7
            if byte < 0x80:
                return value, place

    found: list[tuple[int, bytes | int]] = []
    place = 0
    while place < len(message):
        key, place = varint(place)
        if key & 7 == 0:
            value, place = varint(place)
            found.append((key >> 3, value))
            continue
        length = {1: 8, 5: 4}.get(key & 7)
        if length is None:
            length, place = varint(place)
        found.append((key >> 3, message[place : place + length]))
        place += length
    return found


def records(raw: bytes) -> list[bytes]:
    """The records of a file, each checked."""

    def masked(data: bytes) -> int:
        value = checksum(data)
        return ((value >> 15) | ((value << 17) & 0xFFFFFFFF)) + 0xA282EAD8 & 0xFFFFFFFF

    found = []
    while raw:
        length, of_length = struct.unpack_from("<QI", raw)
        data = raw[12 : 12 + length]
        (of_data,) = struct.unpack_from("<I", raw, 12 + length)
        assert of_length == masked(raw[:8])
        assert of_data == masked(data)
        found.append(data)
        raw = raw[16 + length :]
    return found


# RFC 3720, B.4
@pytest.mark.parametrize(
    ("data", "expected"),
    [(bytes(32), 0x8A9136AA), (b"\xff" * 32, 0x62A8AB43), (bytes(range(32)), 0x46DD794E), (b"123456789", 0xE3069283)],
)
def test_the_checksum_is_that_of_the_rfc(data: bytes, expected: int) -> None:
    assert checksum(data) == expected


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    board = Board(tmp_path)
    board.write(300, {"train/loss": 0.5, "train/accuracy": None, "train/rate": 0.25})
    board.close()
    (path,) = tmp_path.iterdir()
    assert path.name.startswith("events.out.tfevents.")
    first, second = records(path.read_bytes())
    assert (3, VERSION) in fields(first)
    said = dict(fields(second))
    assert said[2] == 300
    summary = said[5]
    assert isinstance(summary, bytes)
    values = [dict(fields(value)) for _, value in fields(summary) if isinstance(value, bytes)]
    assert values == [
        {1: b"train/loss", 2: struct.pack("<f", 0.5)},
        {1: b"train/rate", 2: struct.pack("<f", 0.25)},
    ]
