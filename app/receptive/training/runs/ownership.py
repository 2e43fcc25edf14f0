"""The lock on a folder of runs: the server that has it trains and changes runs, other servers only read them."""

import json
import os
import socket
from pathlib import Path

from receptive.training.runs.errors import ReadOnlyError
from receptive.training.runs.lock import Lock, LockedError
from receptive.training.runs.run import put


class Ownership:
    """The lock on one folder, taken when it is needed, and again where the folder was replaced."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: Lock | None = None

    def take(self) -> bool:
        """Lock the folder, and make it where it is not there; whether it was not locked by us before.

        Raises ReadOnlyError where another server has it, and OSError.
        """
        if self._lock is not None:
            if self._lock.is_in_place:
                return False
            self.release()
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            self._lock = Lock(self._folder / ".server.lock")
        except LockedError as error:
            raise self._read_only() from error
        put(self._folder / ".server.json", json.dumps({"process": os.getpid(), "host": socket.gethostname()}).encode())
        return True

    def release(self) -> None:
        """Let another server have the folder."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _read_only(self) -> ReadOnlyError:
        try:
            owner = json.loads((self._folder / ".server.json").read_bytes()[:1000])
            process, host = str(owner["process"]), str(owner["host"])
        except (OSError, ValueError, KeyError, TypeError):
            process, host = "?", "?"
        return ReadOnlyError(
            "runs-of-another-server",
            "runs: the server with process {process} on {host} has this folder of runs, and this server only reads "
            "it; use that one, or start this one with another --runs folder",
            process=process,
            host=host,
        )
