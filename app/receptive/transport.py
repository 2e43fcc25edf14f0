"""A connection that is let go when its client does not read, and that reads no more than has been dealt with."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

UNREAD_SECONDS: Final = 20.0  # for which a client may leave what was sent unread
LEAST_READ: Final = 2**14  # bytes that have to be read in that time, where more are waiting


class BoundedTransport:
    """A transport with two reasons to pause reading: the protocol's, and `hold`."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None
        self._unread = 0
        self.held = False
        self._paused = False
        self.write: Callable[[bytes], None] = self._write
        self._send = transport.write  # bound once, for these are called for every frame
        self.is_closing = transport.is_closing

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    # --- reading

    def pause_reading(self) -> None:
        """Read nothing until `resume_reading`."""
        self._paused = True
        if not self.is_closing():
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Read on, unless the connection is held."""
        self._paused = False
        self._read_on()

    def hold(self) -> None:
        """Read nothing until `release`, whatever is resumed."""
        if not self.held and not self.is_closing():
            self.held = True
            self._transport.pause_reading()

    def release(self) -> None:
        """Read on, unless the protocol has paused."""
        if self.held:
            self.held = False
            self._read_on()

    def _read_on(self) -> None:
        if not self.held and not self._paused and not self.is_closing():
            self._transport.resume_reading()

    # --- writing

    def _write(self, data: bytes) -> None:
        """Write, unless the connection is lost and the protocol does not know it yet: uvloop raises there."""
        try:
            self._send(data)
        except RuntimeError:
            if not self.is_closing():
                raise

    def close(self) -> None:
        """Close when everything is written, or when the client stops reading it."""
        self._transport.close()
        self.watch()

    def abort(self) -> None:
        """Close at once; what is written from now on goes nowhere."""
        self.write = _drop
        self.forget()
        self._transport.abort()

    def watch(self) -> None:
        """Let go of the client unless it reads on."""
        if self._timer is None and self._transport.get_write_buffer_size():
            self._unread = self._transport.get_write_buffer_size()
            self._timer = self._loop.call_later(UNREAD_SECONDS, self._check)

    def forget(self) -> None:
        """Watch no longer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _check(self) -> None:
        self._timer = None
        unread = self._transport.get_write_buffer_size()
        if unread and self._unread - unread < LEAST_READ:
            self.abort()
        else:
            self.watch()


def _drop(_: bytes) -> None:
    """Write to a connection that is gone."""
