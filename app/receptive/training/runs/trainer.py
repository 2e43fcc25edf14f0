"""A process that trains runs, as the server sees it: `receptive.training.runs.worker` at the other end of its pipes."""

import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final

from receptive.training.runs.endings import Ending, killed
from receptive.training.runs.run import Run

log = logging.getLogger(__name__)

LONGEST_REPORT: Final = 2**16  # bytes of standard error that are kept


class Worker:
    """A process that trains a run, or waits for one."""

    def __init__(self, data_dir: Path | None, on_exit: Callable[["Worker", Ending], None]) -> None:
        """on_exit: called in a thread once the process is gone. Raises OSError."""
        self.run: Run | None = None
        self.ending: Ending | None = None  # by which the run is to end
        self.ended = threading.Event()
        self._on_exit = on_exit
        self._raw = b""
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed when the process is gone
        command = [sys.executable, "-P", "-m", "receptive.training.runs.worker"]
        if data_dir is not None:
            command += ["--data-dir", str(data_dir.resolve())]
        self.process = subprocess.Popen(  # noqa: S603  our own interpreter, our own module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            start_new_session=sys.platform != "win32",  # Ctrl+C is for the server, which stops its workers itself
        )
        threading.Thread(target=self._watch, name=f"worker-{self.process.pid}", daemon=True).start()

    @property
    def is_alive(self) -> bool:
        """True while the process runs."""
        return self.process.poll() is None

    def train(self, run: Run) -> None:
        """Order the process to train a run."""
        self.run = run
        self._send(b"train " + os.fsencode(run.folder.resolve()))

    def stop(self) -> None:
        """Order the process to end its run."""
        self._send(b"stop")

    def leave(self) -> None:
        """Close the pipe of orders, upon which the process ends."""
        if self.process.stdin is not None:
            try:
                self.process.stdin.close()
            except OSError:
                log.debug("the worker %s is gone", self.process.pid)

    def wait(self, grace: float, patience: float) -> None:
        """Wait for the end; after `grace` seconds the process is killed."""
        if not self.ended.wait(grace):
            self.process.kill()
            self.ended.wait(patience)

    def save_report(self) -> None:
        """Write the standard error of a process that is gone into its run's folder."""
        if self._raw and self.run is not None:
            try:
                with (self.run.folder / "worker.log").open("ab") as report:
                    report.write(self._raw)
            except OSError as error:
                log.debug("worker.log of %s cannot be written: %s", self.run.id, error)

    def _send(self, order: bytes) -> None:
        """Send one order; a process that is gone receives none."""
        if self.process.stdin is not None:
            try:
                self.process.stdin.write(order + b"\n")
                self.process.stdin.flush()
            except (OSError, ValueError):
                log.debug("the worker %s is gone", self.process.pid)

    def _watch(self) -> None:
        """Wait for the end of the process, and report it."""
        output = self.process.stdout.read() if self.process.stdout is not None else b""
        code = self.process.wait()
        self.leave()
        if self.process.stdout is not None:
            self.process.stdout.close()
        errors = self._report()
        try:
            self._on_exit(self, self.ending or _ending(output) or killed(code, errors))
        finally:
            self.ended.set()

    def _report(self) -> str:
        """The last line of standard error, as far as the worker has not written it into the run's folder itself."""
        with self._errors as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - LONGEST_REPORT))
            self._raw = raw = file.read()
        lines = raw.decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else ""


def _ending(output: bytes) -> Ending | None:
    """The end of the run that a worker reports on standard output; None where it reports none."""
    try:
        content = json.loads(output.splitlines()[-1])
        return Ending(content["status"], content["reason"], content["why"])
    except (IndexError, ValueError, KeyError, TypeError):
        return None
