"""What a run's log says beside its steps, which are nearly all of it: read once, then only what has been added."""

import os
import threading
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import orjson

from receptive.training.runs.journal import STEPS, number

LIGHT: Final = ("epoch", "step", "loss", "accuracy", "validation_loss", "validation_accuracy", "best", "seconds")
HEAVY: Final = b',"confusion":'  # what follows it in an epoch is long, and asked for by itself
HEAD: Final = 64  # bytes of a line in which its kind stands
BLOCK: Final = 2**22  # bytes read at once


class Telling:
    """One log, as far as it has been read. Nothing in it is void."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._forget()

    def told(self) -> dict[str, Any]:
        """As far as the log is whole: `seq`, `started`, `epochs` in few numbers, the `latest` whole, `notices`."""
        with self._lock:
            self._read_on()
            return {
                "seq": self._seq,
                "started": self._started,
                "latest": self._whole(self._places[-1:])[0] if self._places else None,
                "epochs": list(self._epochs),
                "notices": list(self._notices),
            }

    def epochs(self, most: int, first: int = 1, last: int | None = None) -> list[dict[str, Any]]:
        """The epochs from `first` to `last`, whole; of more than `most` some, evenly, the first and the last too."""
        with self._lock:
            self._read_on()
            end = len(self._epochs) if last is None else last
            places = [
                place for epoch, place in zip(self._epochs, self._places, strict=True) if first <= epoch["epoch"] <= end
            ]
            if len(places) > most:
                places = [places[round(index * (len(places) - 1) / (most - 1))] for index in range(most)]
            return self._whole(places)

    def _forget(self) -> None:
        self._end = self._file = self._seq = 0
        self._started: dict[str, Any] | None = None
        self._epochs: list[dict[str, Any]] = []
        self._places: list[tuple[int, int]] = []  # of those epochs, in bytes
        self._notices: list[dict[str, Any]] = []

    def _read_on(self) -> None:
        try:
            with self._path.open("rb") as file:
                now = os.fstat(file.fileno())
                if now.st_ino != self._file or now.st_size < self._end:
                    self._forget()
                    self._file = now.st_ino
                file.seek(self._end)
                rest = b""
                while block := file.read(BLOCK):
                    raw = rest + block
                    whole = raw.rfind(b"\n") + 1
                    for start, stop in _others(raw, whole):
                        self._take(raw[start:stop], self._end + start)
                    if whole:
                        self._seq = number(raw[raw.rfind(b"\n", 0, whole - 1) + 1 : whole])
                    self._end += whole
                    rest = raw[whole:]
        except FileNotFoundError:
            self._forget()

    def _take(self, line: bytes, place: int) -> None:
        cut = line.find(HEAVY)
        event: dict[str, Any] = orjson.loads(line if cut < 0 else line[:cut] + b"}")
        match event["kind"]:
            case "started":
                self._started = event
            case "epoch":
                self._epochs.append({name: event[name] for name in LIGHT})
                self._places.append((place, len(line)))
            case "notice":
                self._notices.append(event)
            case "continued":
                kept = sum(epoch["epoch"] <= event["epoch"] for epoch in self._epochs)
                del self._epochs[kept:], self._places[kept:]
                self._notices = [notice for notice in self._notices if notice["step"] <= event["step"]]

    def _whole(self, places: list[tuple[int, int]]) -> list[dict[str, Any]]:
        found = []
        with self._path.open("rb") as file:
            for start, length in places:
                file.seek(start)
                found.append(orjson.loads(file.read(length)))
        return found


def _others(raw: bytes, end: int) -> Iterator[tuple[int, int]]:
    """Where the lines lie, up to `end`, that are no steps."""
    start = 0
    while start < end:
        stop = raw.index(b"\n", start)
        if raw.find(STEPS, start, min(start + HEAD, stop)) < 0:
            yield start, stop
        start = stop + 1


@lru_cache(maxsize=16)
def telling(log: Path) -> Telling:
    """The same for the same log, so that it is read once."""
    return Telling(log)
