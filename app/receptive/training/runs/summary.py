"""The summary of a run's log: everything but its steps, read once and then only as far as the log has grown."""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import orjson

from receptive.training.runs.journal import STEPS, BadLineError, head
from receptive.training.runs.regular import open_file

LIGHT: Final = ("epoch", "step", "loss", "accuracy", "validation_loss", "validation_accuracy", "best", "seconds")
HEAVY: Final = b',"confusion":'  # the long part of an epoch's line, read on request
HEAD: Final = 64  # bytes at the beginning of a line that hold its kind
BLOCK: Final = 2**22  # bytes read at once


@dataclass
class Summary:
    """Events of a log that are valid, without those that a continuation made void."""

    seq: int = 0  # of the last line
    started: dict[str, Any] | None = None
    epochs: list[dict[str, Any]] = field(default_factory=list)  # without confusion matrix and layers
    notices: list[dict[str, Any]] = field(default_factory=list)
    status: dict[str, Any] | None = None  # the end, where the run is over
    damage: str | None = None  # where the log is damaged: nothing after it is read


class LogSummary:
    """The summary of one log, kept up to date."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._reset()

    def read(self) -> Summary:
        """The summary of the log as it is now. Raises OSError where it is no file that can be read."""
        with self._lock:
            self._update()
            now = self._now
            return Summary(now.seq, now.started, list(now.epochs), list(now.notices), now.status, now.damage)

    def latest(self) -> dict[str, Any] | None:
        """The last epoch with its confusion matrix and layers. Raises OSError."""
        with self._lock:
            self._update()
            return self._events(self._places[-1:])[0] if self._places else None

    def epochs(self, most: int, first: int = 1, last: int | None = None) -> list[dict[str, Any]]:
        """The epochs from `first` to `last`, whole; of more than `most` an even choice with the first and the last.

        Raises OSError.
        """
        with self._lock:
            self._update()
            epochs = self._now.epochs
            end = len(epochs) if last is None else last
            places = [
                place for epoch, place in zip(epochs, self._places, strict=True) if first <= epoch["epoch"] <= end
            ]
            if len(places) > most:
                places = [places[round(index * (len(places) - 1) / (most - 1))] for index in range(most)]
            return self._events(places)

    def _reset(self) -> None:
        self._end = self._file = self._changed = 0
        self._now = Summary()
        self._places: list[tuple[int, int]] = []  # of the epochs, in bytes: start and length

    def _update(self) -> None:
        try:
            with open_file(self._path) as file:
                facts = os.fstat(file.fileno())
                repaired = self._now.damage is not None and facts.st_mtime_ns != self._changed
                if facts.st_ino != self._file or facts.st_size < self._end or repaired:
                    self._reset()
                    self._file = facts.st_ino
                self._changed = facts.st_mtime_ns
                if self._now.damage is None:
                    self._read_on(file)
        except FileNotFoundError:
            self._reset()

    def _read_on(self, file: Any) -> None:
        file.seek(self._end)
        rest = b""
        while block := file.read(BLOCK):
            raw = rest + block
            whole = raw.rfind(b"\n") + 1
            try:
                for start, stop in _lines(raw, whole):
                    self._add(raw[start:stop], self._end + start)
                if whole:
                    self._now.seq = head(raw[raw.rfind(b"\n", 0, whole - 1) + 1 : whole])[0]
            except (ValueError, KeyError, TypeError) as error:
                self._now.damage = f"after event {self._now.seq}: {error}"
                return
            self._end += whole
            rest = raw[whole:]

    def _add(self, line: bytes, place: int) -> None:
        number, _ = head(line)
        cut = line.find(HEAVY)
        event: dict[str, Any] = orjson.loads(line if cut < 0 else line[:cut] + b"}")
        now = self._now
        match event["kind"]:
            case "started":
                now.started = event
            case "epoch":
                light = {name: event[name] for name in LIGHT}
                now.epochs.append(light)
                self._places.append((place, len(line)))
            case "notice":
                now.notices.append(event)
            case "status":
                now.status = event
            case "continued":
                valid = sum(epoch["epoch"] <= event["epoch"] for epoch in now.epochs)
                del now.epochs[valid:], self._places[valid:]
                now.notices = [notice for notice in now.notices if notice["step"] <= event["step"]]
                now.status = None
        now.seq = number

    def _events(self, places: list[tuple[int, int]]) -> list[dict[str, Any]]:
        if not places:
            return []
        events = []
        with open_file(self._path) as file:
            for start, length in places:
                file.seek(start)
                events.append(orjson.loads(file.read(length)))
        return events


def _lines(raw: bytes, end: int) -> Iterator[tuple[int, int]]:
    """The places of all lines up to `end` that are not steps. Raises BadLineError."""
    start = 0
    while start < end:
        stop = raw.index(b"\n", start)
        if raw.find(STEPS, start, min(start + HEAD, stop)) < 0:
            yield start, stop
        elif raw[stop - 1] != ord("}"):
            raise BadLineError("a line is cut short")
        start = stop + 1


@lru_cache(maxsize=64)
def log_summary(log: Path) -> LogSummary:
    """One summary for each log, so that a log is read once."""
    return LogSummary(log)
