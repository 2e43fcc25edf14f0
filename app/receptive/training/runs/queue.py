"""Runs that wait for their turn, and the processes that train; one at a time unless set otherwise."""

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from convnets.why import ExplainedError
from receptive.training.runs.endings import GONE, STOPPED, Ending, end, killed
from receptive.training.runs.held import HeldError, held
from receptive.training.runs.journal import Journal
from receptive.training.runs.mending import mend
from receptive.training.runs.shelf import OVER, Run, Shelf, State

log = logging.getLogger(__name__)

GRACE: Final = 0.7  # seconds in which a worker may stop by itself
SPARE: Final = 600.0  # seconds for which a process that has nothing to do is kept
PATIENCE: Final = 10.0  # seconds that a killed process, or one that is done, is waited for
MOST_WAITING: Final = 100


class FullError(ExplainedError):
    """No more runs can wait."""


class FinishedError(ExplainedError):
    """The run has come to its last epoch; there is nothing to continue."""


@dataclass(eq=False)
class Worker:
    """A process that trains, or that waits for something to train."""

    process: "subprocess.Popen[bytes]"
    run: Run | None = None
    ending: Ending | None = None  # how the run was asked to end
    ended: threading.Event = field(default_factory=threading.Event)

    def say(self, order: str) -> None:
        """Give an order; a process that is gone hears none."""
        if self.process.stdin is not None:
            try:
                self.process.stdin.write(order.encode() + b"\n")
                self.process.stdin.flush()
            except OSError:
                log.debug("the worker %s is gone", self.process.pid)

    def leave(self) -> None:
        """Let it know that nobody will say anything any more."""
        if self.process.stdin is not None:
            try:
                self.process.stdin.close()
            except OSError:
                log.debug("the worker %s is gone", self.process.pid)


class Queue:
    """Which run is trained when. `start` first, `close` at the end; may be asked from any thread."""

    def __init__(self, shelf: Shelf, at_once: int = 1, data_dir: Path | None = None) -> None:
        self.shelf = shelf
        self._at_once = at_once
        self._data_dir = data_dir
        self._lock = threading.RLock()
        self._waiting: list[str] = []
        self._workers: dict[str, Worker] = {}  # by the run's id
        self._spare: Worker | None = None
        self._patience: threading.Timer | None = None
        self._told: dict[str, Ending] = {}  # what could not be written down, as when the disk is full
        self._closed = False

    # --- what the server does

    def start(self) -> None:
        """Take up what an earlier server left: what was waiting waits again, what was running is interrupted."""
        with self._lock:
            for run in reversed(self.shelf.all()):
                try:
                    state = run.state
                    if state.status == "queued":
                        self._waiting.append(run.id)
                    elif state.status == "running" and not run.held:
                        self._finish(run, GONE)
                except (OSError, ValueError, TypeError) as error:
                    log.error("%s cannot be read: %s", run.folder, error)
            self.shelf.sweep()
            self._next()

    def close(self) -> None:
        """Interrupt what is running, so that it can be continued, and wait for that."""
        with self._lock:
            self._closed = True
            workers = list(self._workers.values())
            if self._spare is not None:
                workers.append(self._spare)
            if self._patience is not None:
                self._patience.cancel()
        for worker in workers:
            worker.ending = worker.ending or GONE
            worker.leave()
        for worker in workers:
            if not worker.ended.wait(GRACE):
                worker.process.kill()
                worker.ended.wait(PATIENCE)

    # --- what visitors do

    def submit(self, settings: Mapping[str, Any], name: str = "", note: str = "", drawings: Path | None = None) -> Run:
        """A new run, which begins when those before it are over; `drawings` are copied. Raises FullError, OSError."""
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                raise FullError(
                    "queue-full",
                    "runs: {waiting} are waiting already; at most {most} may",
                    waiting=len(self._waiting),
                    most=MOST_WAITING,
                )
            run = self.shelf.create(settings, name, note, drawings)
            self._waiting.append(run.id)
            self._next()
        return run

    def state(self, run: Run) -> State:
        """How far a run is; what could not be written down is told all the same."""
        state = run.state
        told = self._told.get(run.id)
        if told is not None and state.status not in OVER:
            return replace(state, status=told.status, reason=told.reason, why=told.why)
        if state.status == "queued" and run.id in self._workers:
            return replace(state, status="running")
        return state

    def position(self, run: Run) -> int | None:
        """Its place among those that wait, from 1; None where it does not wait."""
        with self._lock:
            return self._waiting.index(run.id) + 1 if run.id in self._waiting else None

    def describe(self, run: Run, name: str | None, note: str | None) -> None:
        """Say something else of a run; what is None stays. Raises OSError."""
        with self._lock:
            about = run.about
            values = {"name": name if name is None else name or run.id, "note": note}
            run.describe(replace(about, **{key: value for key, value in values.items() if value is not None}))

    def stop(self, run: Run) -> None:
        """End a run, and wait for that; one that is over stays as it is. Raises OSError."""
        with self._lock:
            worker = self._workers.get(run.id)
            if worker is None:
                if run.id in self._waiting:
                    self._waiting.remove(run.id)
                    self._finish(run, STOPPED)
                return
            asked, worker.ending = worker.ending, worker.ending or STOPPED
        if asked is None:
            worker.say("stop")
        if not worker.ended.wait(GRACE):
            worker.process.kill()
            worker.ended.wait(PATIENCE)

    def resume(self, run: Run) -> None:
        """Let a run go on from its last epoch; one that is running or waiting does. Raises FinishedError, OSError."""
        worker = self._workers.get(run.id)
        if worker is not None and run.state.status in OVER:
            worker.ended.wait(PATIENCE)  # it has said its last word and is about to go
        with self._lock:
            if run.id in self._workers or run.id in self._waiting:
                return
            state = self.state(run)
            if state.status == "finished":
                raise FinishedError(
                    "finished-already", "run {run} has finished; repeat it with more epochs to learn more", run=run.id
                )
            self._told.pop(run.id, None)
            run.change(status="queued", reason="", why=None, ended=None)
            self._waiting.append(run.id)
            self._next()

    def delete(self, run: Run) -> None:
        """Stop a run and take it off the shelf. Raises OSError."""
        self.stop(run)
        with self._lock:
            if run.id in self._waiting:
                self._waiting.remove(run.id)
            self._told.pop(run.id, None)
            self.shelf.delete(run)

    def warm(self) -> None:
        """Have a process ready that has imported what it needs: somebody is about to train."""
        with self._lock:
            if self._closed or self._workers:
                return
            if self._spare is None or self._spare.process.poll() is not None:
                self._spare = self._process()
            if self._patience is not None:
                self._patience.cancel()
            self._patience = threading.Timer(SPARE, self._cool)
            self._patience.daemon = True
            self._patience.start()

    # --- inside

    def _cool(self) -> None:
        with self._lock:
            spare, self._spare = self._spare, None
        if spare is not None:
            spare.leave()

    def _next(self) -> None:
        """Begin what may begin. The lock is held."""
        while not self._closed and self._waiting and len(self._workers) < self._at_once:
            run = Run(self.shelf.folder / self._waiting.pop(0))
            worker, self._spare = self._spare, None
            if worker is None or worker.process.poll() is not None:
                worker = self._process()
            worker.run = run
            self._workers[run.id] = worker
            worker.say(f"train {run.folder.resolve()}")

    def _process(self) -> Worker:
        command = [sys.executable, "-P", "-m", "receptive.training.runs.worker"]
        if self._data_dir is not None:
            command += ["--data-dir", str(self._data_dir.resolve())]
        process = subprocess.Popen(  # noqa: S603  our own interpreter, our own module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=sys.platform != "win32",  # Ctrl+C is for the server, which tells its workers
        )
        worker = Worker(process)
        threading.Thread(target=self._watch, args=(worker,), name=f"worker-{process.pid}", daemon=True).start()
        return worker

    def _watch(self, worker: Worker) -> None:
        """Wait for a worker's end and see to it that its run has one."""
        process = worker.process
        said = process.stdout.read() if process.stdout is not None else b""
        code = process.wait()
        worker.leave()
        if process.stdout is not None:
            process.stdout.close()
        with self._lock:
            run = worker.run
            if run is None:
                if worker is self._spare:
                    self._spare = None
            else:
                try:
                    self._finish(run, worker.ending or _told(said) or killed(code))
                except Exception:
                    log.exception("the end of %s cannot be written down", run.folder)
                self._workers.pop(run.id, None)
                self._next()
        worker.ended.set()

    def _finish(self, run: Run, ending: Ending) -> None:
        """Write down how a run ended, unless its worker has. The lock is held."""
        if run.state.status in OVER or not run.folder.exists():
            return
        try:
            with held(run.folder / "lock"), Journal(run.log) as journal:
                if journal.seq:
                    mend(run, journal)
                end(run, journal, ending)
        except HeldError:
            log.warning("another process is at %s", run.folder)
        except OSError as error:
            log.error("the end of %s cannot be written down: %s", run.folder, error)
            self._told[run.id] = ending


def _told(said: bytes) -> Ending | None:
    """How a worker says that its run ended."""
    try:
        content = json.loads(said.splitlines()[-1])
        return Ending(content["status"], content["reason"], content["why"])
    except (IndexError, ValueError, KeyError):
        return None
