"""A run's event log: one JSON object a line, each with a sequence number; a torn last line does not count."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import orjson

from receptive.training.runs.regular import open_file

CHUNK: Final = 2**16  # bytes read at once
STEPS: Final = b'"kind":"steps"'  # near the beginning of those lines of which there are many
LINE: Final = re.compile(rb'\{"seq":(\d{1,15}),"kind":"([a-z]{1,20})"')


class BadLineError(ValueError):
    """A line of the log is not an event."""


class Journal:
    """The log for its one writer. A torn last line, which a crash leaves, is cut off first."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        try:
            self._length = whole(path)
            if self._length < path.stat().st_size:
                self._file.truncate(self._length)
            self.seq = last_seq(path)
        except OSError:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, kind: str, event: Mapping[str, Any]) -> None:
        """One more event. Raises OSError, and nothing of the event is there then."""
        line = orjson.dumps({"seq": self.seq + 1, "kind": kind, **event}, option=orjson.OPT_SERIALIZE_NUMPY) + b"\n"
        rest = memoryview(line)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError:
            self._file.truncate(self._length)
            raise
        self._length += len(line)
        self.seq += 1

    def sync(self) -> None:
        """Let the disk have everything."""
        os.fsync(self._file.fileno())


class Reader:
    """A reader of the log while it grows. place: in bytes, after the last line that was read."""

    def __init__(self, path: Path, after: int = 0) -> None:
        """Raises OSError and BadLineError."""
        self._path = path
        self.place = place_after(path, after)

    def lines(self, most: int = 4 * CHUNK) -> list[bytes]:
        """The whole lines that have come since the last call, of at most about `most` bytes; none where none have."""
        try:
            with open_file(self._path) as file:
                file.seek(self.place)
                raw = file.read(most)
                end = raw.rfind(b"\n") + 1
                if not end and len(raw) == most:
                    raw += file.readline()
                    end = len(raw) if raw.endswith(b"\n") else 0
        except FileNotFoundError:
            return []
        self.place += end
        return raw[:end].split(b"\n")[:-1]


def events(path: Path, after: int = 0) -> Iterator[dict[str, Any]]:
    """The events after a sequence number, up to the first line that is damaged."""
    reader = Reader(path, after)
    while lines := reader.lines():
        for line in lines:
            try:
                event = orjson.loads(line)
            except orjson.JSONDecodeError:
                return
            if not isinstance(event, dict) or "kind" not in event:
                return
            yield event


def head(line: bytes) -> tuple[int, str]:
    """The sequence number and the kind of a line. Raises BadLineError."""
    match = LINE.match(line)
    if match is None:
        raise BadLineError("a line is not an event")
    return int(match[1]), match[2].decode()


def number(line: bytes) -> int:
    """The sequence number of a line. Raises BadLineError."""
    return head(line)[0]


def last_seq(path: Path) -> int:
    """The sequence number of the last whole line; 0 where there is none."""
    line = last_line(path)
    return number(line) if line else 0


def last_line(path: Path) -> bytes:
    """The last whole line; empty where there is none."""
    end = whole(path)
    if not end:
        return b""
    with open_file(path) as file:
        found = b""
        start = end
        while start and found.count(b"\n") < 2:
            start = max(0, start - CHUNK)
            file.seek(start)
            found = file.read(end - start)
    return found.splitlines()[-1]


def whole(path: Path) -> int:
    """The size of the whole lines, in bytes."""
    if not path.exists():
        return 0
    with open_file(path) as file:
        end = file.seek(0, os.SEEK_END)
        while end:
            start = max(0, end - CHUNK)
            file.seek(start)
            found = file.read(end - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            end = start
    return 0


def place_after(path: Path, after: int) -> int:
    """The offset of the first line whose number is greater, by bisection."""
    low, high = 0, whole(path)
    if not high or after <= 0:
        return 0
    with open_file(path) as file:
        while low < high:  # lines before low are not after it; the first line from high on is
            middle = (low + high) // 2
            if middle > low:
                file.seek(middle - 1)
                file.readline()
            else:
                file.seek(low)
            start = file.tell()
            if start < high and number(line := file.readline()) <= after:
                low = start + len(line)
            else:
                high = middle
    return low
