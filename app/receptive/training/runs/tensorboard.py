"""A run's figures as a TensorBoard event file: records of length, checksum and one protobuf message each.

Formats: tensorflow/core/lib/io/record_writer.h and tensorflow/core/util/event.proto. The few fields that scalars take
are written here; TensorBoard's own writer would bring gRPC and protobuf along.
"""

import struct
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

CASTAGNOLI: Final = 0x82F63B78  # the polynomial of CRC-32C, reversed
VERSION: Final = b"brain.Event:2"


def _table() -> tuple[int, ...]:
    entries = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ CASTAGNOLI * (value & 1)
        entries.append(value)
    return tuple(entries)


TABLE: Final = _table()


def checksum(data: bytes) -> int:
    """CRC-32C (RFC 3720, B.4)."""
    value = 0xFFFFFFFF
    for byte in data:
        value = value >> 8 ^ TABLE[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF


class Board:
    """One event file in a folder; its name says when it was begun, so that the files of a run that goes on follow."""

    def __init__(self, folder: Path) -> None:
        begun = time.time_ns()
        name = f"events.out.tfevents.{begun // 10**9:010d}.receptive.{begun % 10**9:09d}"
        self._file = (folder / name).open("ab", buffering=0)
        self._write(_double(1, begun / 1e9) + _bytes(3, VERSION))

    def write(self, step: int, figures: Mapping[str, float | None]) -> None:
        """Write figures of a step; those that are None are left out. Raises OSError."""
        values = b"".join(
            _bytes(1, _bytes(1, name.encode()) + _float(2, value))
            for name, value in figures.items()
            if value is not None
        )
        self._write(_double(1, time.time()) + _varint(2 << 3) + _varint(step) + _bytes(5, values))

    def close(self) -> None:
        """No more will be written."""
        self._file.close()

    def _write(self, event: bytes) -> None:
        length = struct.pack("<Q", len(event))
        self._file.write(length + _masked(length) + event + _masked(event))


def _masked(data: bytes) -> bytes:
    """The checksum as records have it, turned and shifted so that a checksum of checksums is no trouble."""
    value = checksum(data)
    return struct.pack("<I", ((value >> 15 | value << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def _varint(value: int) -> bytes:
    raw = bytearray()
    while value > 0x7F:
        raw.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*raw, value])


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _double(field: int, value: float) -> bytes:
    return _varint(field << 3 | 1) + struct.pack("<d", value)


def _float(field: int, value: float) -> bytes:
    return _varint(field << 3 | 5) + struct.pack("<f", value)
