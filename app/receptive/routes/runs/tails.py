"""The ends of the logs that are watched: each log is read once for all who watch it."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import anyio

from receptive.training.runs.errors import RunError
from receptive.training.runs.journal import BadLineError, Reader, head
from receptive.training.runs.run import Run

BETWEEN: Final = 0.1  # seconds between two reads of a log
SELDOM: Final = 5  # reads without a new event, after which the run may be over
RECENT: Final = 16  # pieces that are kept for those who are a little behind


@dataclass(frozen=True)
class Piece:
    """Events of a log in the bytes of a stream; start and end: places in the log."""

    start: int
    end: int
    sent: bytes


class Tail:
    """The end of one run's log."""

    def __init__(self, run: Run, is_over: Callable[[], bool]) -> None:
        self._run, self._is_over = run, is_over
        self._pieces: deque[Piece] = deque(maxlen=RECENT)
        self._news = asyncio.Event()
        self.watchers = 0
        self.has_ended = False

    async def events(self, after: int) -> AsyncIterator[bytes]:
        """The events after a number, until the end of the run; they break off where the log is damaged."""
        reader = await anyio.to_thread.run_sync(_reader, self._run, after)
        while reader is not None:
            has_ended, news = self.has_ended, self._news
            piece = next((piece for piece in self._pieces if piece.start == reader.place), None)
            if piece is not None:
                reader.place = piece.end
                yield piece.sent
                continue
            try:
                piece = await anyio.to_thread.run_sync(_read, reader)
            except (BadLineError, OSError):
                return
            if piece is not None:
                yield piece.sent
            elif has_ended:
                return
            elif news is self._news:
                await news.wait()

    async def follow(self) -> None:
        """Read the log as it grows, while anyone watches."""
        try:
            await self._follow()
        finally:
            self.has_ended = True
            self._news.set()

    async def _follow(self) -> None:
        reader = await anyio.to_thread.run_sync(_reader, self._run, 2**62)
        idle = 0
        while self.watchers and not self.has_ended:
            try:
                piece = None if reader is None else await anyio.to_thread.run_sync(_read, reader)
            except (BadLineError, OSError):
                piece, reader = None, None
            if piece is not None:
                self._pieces.append(piece)
            idle = 0 if piece is not None else idle + 1
            if reader is None or (idle % SELDOM == 1 and await anyio.to_thread.run_sync(self._has_run_ended)):
                self.has_ended = True
            if piece is not None or self.has_ended:
                self._news.set()
                self._news = asyncio.Event()
            await asyncio.sleep(0 if piece is not None else BETWEEN)

    def _has_run_ended(self) -> bool:
        try:
            return self._is_over()
        except RunError:
            return True


class Tails:
    """The tails of all runs that are watched."""

    def __init__(self) -> None:
        self._tails: dict[str, Tail] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def events(self, run: Run, after: int, is_over: Callable[[], bool]) -> AsyncIterator[bytes]:
        """The events of a run after a number, in the bytes of a stream, until its end."""
        async with self._watching(run, is_over) as tail:
            async for sent in tail.events(after):
                yield sent

    @asynccontextmanager
    async def _watching(self, run: Run, is_over: Callable[[], bool]) -> AsyncIterator[Tail]:
        tail = self._tails.get(run.id)
        if tail is None or tail.has_ended:
            tail = self._tails[run.id] = Tail(run, is_over)
        tail.watchers += 1
        if tail.watchers == 1:
            task = asyncio.create_task(tail.follow())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            yield tail
        finally:
            tail.watchers -= 1
            if not tail.watchers and self._tails.get(run.id) is tail:
                del self._tails[run.id]


def _reader(run: Run, after: int) -> Reader | None:
    """A reader that begins after the event of a number; None where the log cannot be read."""
    try:
        return Reader(run.log, after)
    except (BadLineError, OSError):
        return None


def _read(reader: Reader) -> Piece | None:
    """The events that have come since the last call; None without any.

    Raises OSError, and BadLineError where the next line is damaged.
    """
    parts: list[bytes] = []
    start = end = reader.place
    for line in reader.lines():
        try:
            number, kind = head(line)
        except BadLineError:
            if not parts:
                raise
            break
        parts.append(b"id: %d\nevent: %s\ndata: %s\n\n" % (number, kind.encode(), line))
        end += len(line) + 1
    reader.place = end
    return Piece(start, end, b"".join(parts)) if parts else None
