"""The queue of runs, and the processes that train them; one at a time unless set otherwise."""

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from receptive.training.runs.endings import GONE, STOPPED, Ending, end
from receptive.training.runs.errors import (
    FinishedError,
    NoSuchRunError,
    QueueFullError,
    RunDamagedError,
    RunError,
    message_of,
    no_such_run,
    unwritable,
)
from receptive.training.runs.lock import LockedError
from receptive.training.runs.ownership import Ownership
from receptive.training.runs.repair import check_continuable, repair
from receptive.training.runs.run import Run, stamp
from receptive.training.runs.space import LIMIT, check_space, size_of
from receptive.training.runs.state import OVER, State
from receptive.training.runs.store import RunStore
from receptive.training.runs.trainer import Worker

log = logging.getLogger(__name__)

GRACE: Final = 0.7  # seconds in which a worker may stop by itself
SPARE: Final = 600.0  # seconds for which a process that has nothing to do is kept
PATIENCE: Final = 10.0  # seconds that a killed process, or one that is done, is waited for
MOST_WAITING: Final = 100


class Queue:
    """The order in which runs are trained: `start` first, `close` at the end. Every thread may call every method.

    What changes a run raises ReadOnlyError where another server has the folder, RunsFolderError where it cannot be
    written, and NoSuchRunError where the run is deleted meanwhile.
    """

    def __init__(self, store: RunStore, at_once: int = 1, data_dir: Path | None = None, space: int = LIMIT) -> None:
        """space: bytes that all runs may take."""
        self.store = store
        self._at_once = at_once
        self._data_dir = data_dir
        self._space = space
        self._lock = threading.RLock()
        self._ownership = Ownership(store.folder)
        self._waiting: list[str] = []
        self._workers: dict[str, Worker] = {}  # by the run's id
        self._spare: Worker | None = None
        self._patience: threading.Timer | None = None
        self._unwritten: dict[str, Ending] = {}  # ends that could not be written, as when the disk is full
        self._sizes: dict[str, int] = {}  # bytes of runs that are over
        self._closed = False

    # --- for the server

    def start(self) -> None:
        """Take over an earlier server's runs: those that waited wait again, those that were trained are interrupted."""
        with self._lock:
            try:
                self._own()
            except RunError as error:
                log.warning("--runs: %s: %s", self.store.folder, error)

    def close(self) -> None:
        """Interrupt the runs that are trained, so that they can be continued, and wait for that."""
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
            worker.wait(GRACE, PATIENCE)
        with self._lock:
            self._ownership.release()

    # --- for visitors

    def submit(
        self, settings: Mapping[str, Any], name: str = "", note: str = "", drawings: Path | None = None, disk: int = 0
    ) -> Run:
        """A new run, which begins when those before it are over; `drawings` are copied.

        disk: bytes that it takes at most. Raises QueueFullError and SpaceError.
        """
        with self._changing():
            if len(self._waiting) >= MOST_WAITING:
                raise QueueFullError(
                    "queue-full",
                    "runs: {waiting} are waiting already; at most {most} may; wait until one has begun, or stop one",
                    waiting=len(self._waiting),
                    most=MOST_WAITING,
                )
            check_space(self.store.folder, self._taken(), disk, self._space)
            run = self.store.create(settings, name, note, drawings, disk)
            self._waiting.append(run.id)
            self._next()
        return run

    def state(self, run: Run) -> State:
        """The progress of a run, its end included where that could not be written."""
        state = run.state
        ending = self._unwritten.get(run.id)
        if ending is not None and state.status not in OVER:
            return replace(state, status=ending.status, reason=ending.reason, why=ending.why)
        worker = self._workers.get(run.id)
        if worker is not None and (state.status == "queued" or _is_earlier(state, worker)):
            return replace(state, status="running", reason="", why=None, ended=None)
        return state

    def position(self, run: Run) -> int | None:
        """The place of a run among those that wait, from 1; None where it does not wait."""
        with self._lock:
            return self._waiting.index(run.id) + 1 if run.id in self._waiting else None

    def describe(self, run: Run, name: str | None, note: str | None) -> None:
        """Change name and note of a run; None leaves one as it is."""
        with self._changing(run):
            about = run.about
            if name is not None:
                about = replace(about, name=name or run.id)
            if note is not None:
                about = replace(about, note=note)
            run.describe(about)

    def stop(self, run: Run) -> None:
        """End a run, and wait for that; one that is over stays as it is."""
        with self._changing(run):
            worker = self._workers.get(run.id)
            if worker is None:
                if run.id in self._waiting:
                    self._waiting.remove(run.id)
                    self._finish(run, STOPPED)
                return
            is_first, worker.ending = worker.ending is None, worker.ending or STOPPED
        if is_first:
            worker.stop()
        worker.wait(GRACE, PATIENCE)

    def resume(self, run: Run) -> None:
        """Let a run go on from its last epoch; one that is trained or waits stays as it is.

        Raises FinishedError, RunDamagedError and SpaceError.
        """
        worker = self._workers.get(run.id)
        if worker is not None and run.state.ended_by == worker.process.pid:
            worker.ended.wait(PATIENCE)  # it has written the end and is about to exit
        with self._changing(run):
            if run.id in self._workers or run.id in self._waiting:
                return
            if self.state(run).status == "finished":
                raise FinishedError(
                    "finished-already", "run {run} has finished; repeat it with more epochs to learn more", run=run.id
                )
            check_continuable(run)
            self._sizes.pop(run.id, None)
            size = size_of(run.folder)
            check_space(self.store.folder, self._taken(), max(run.about.disk - size, 0), self._space)
            self._unwritten.pop(run.id, None)
            run.change(status="queued", reason="", why=None, ended=None, ended_by=None)
            self._waiting.append(run.id)
            self._next()

    def delete(self, run: Run) -> None:
        """Stop a run and remove it."""
        self.stop(run)
        with self._changing(run):
            if run.id in self._waiting:
                self._waiting.remove(run.id)
            self._unwritten.pop(run.id, None)
            self._sizes.pop(run.id, None)
            self.store.delete(run)

    def warm(self) -> None:
        """Have a process ready that has imported what it needs: somebody is about to train."""
        with self._lock:
            if self._closed or self._workers:
                return
            if self._spare is None or not self._spare.is_alive:
                self._spare = self._worker()
            if self._patience is not None:
                self._patience.cancel()
            self._patience = threading.Timer(SPARE, self._cool)
            self._patience.daemon = True
            self._patience.start()

    # --- inside; the lock is held

    @contextmanager
    def _changing(self, run: Run | None = None) -> Iterator[None]:
        """Hold the queue and own the folder while something is written; a failed write is a refusal."""
        with self._lock:
            self._own()
            try:
                yield
            except OSError as error:
                if run is not None and not run.folder.is_dir():
                    raise no_such_run(run.id) from error
                raise unwritable(error) from error

    def _own(self) -> None:
        """Lock the folder; if that is new, take over the runs in it. Raises ReadOnlyError and RunsFolderError."""
        try:
            is_new = self._ownership.take()
        except OSError as error:
            raise unwritable(error) from error
        if is_new:
            self._take_over()

    def _take_over(self) -> None:
        self.store.sweep()
        runs = self.store.all()
        self._waiting = [id_ for id_ in self._waiting if any(run.id == id_ for run in runs)]
        for run in reversed(runs):
            if run.id in self._workers or run.id in self._waiting:
                continue
            try:
                self._take_up(run)
            except (RunError, OSError) as error:
                log.error("%s: %s", run.folder, error)
        self._next()

    def _take_up(self, run: Run) -> None:
        state, is_locked = run.state, run.is_locked
        if not is_locked and not run.has_state:
            log.warning("%s: state.json is damaged, and made anew from the log", run.folder)
            run.reach(state, sync=True)
        if state.status == "queued":
            self._waiting.append(run.id)
        elif state.status == "running" and not is_locked:
            self._finish(run, GONE)

    def _taken(self) -> int:
        """Bytes that runs take; those that are trained or wait count with what they take at most."""
        total = 0
        for run in self.store.all():
            if run.id in self._workers or run.id in self._waiting:
                total += max(run.about.disk, size_of(run.folder))
            else:
                if run.id not in self._sizes:
                    self._sizes[run.id] = size_of(run.folder)
                total += self._sizes[run.id]
        return total

    def _cool(self) -> None:
        with self._lock:
            spare, self._spare = self._spare, None
        if spare is not None:
            spare.leave()

    def _next(self) -> None:
        """Begin what may begin."""
        while not self._closed and self._waiting and len(self._workers) < self._at_once:
            run = Run(self.store.folder / self._waiting.pop(0))
            if not run.folder.is_dir():
                continue
            worker, self._spare = self._spare, None
            if worker is None or not worker.is_alive:
                worker = self._worker()
            self._workers[run.id] = worker
            worker.train(run)

    def _worker(self) -> Worker:
        return Worker(self._data_dir, self._exited)

    def _exited(self, worker: Worker, ending: Ending) -> None:
        """See to it that the run of a worker that is gone has an end, and begin the next."""
        with self._lock:
            if worker.run is None:
                if worker is self._spare:
                    self._spare = None
                return
            worker.save_report()
            try:
                self._finish(worker.run, ending)
            finally:
                self._workers.pop(worker.run.id, None)
                self._next()

    def _finish(self, run: Run, ending: Ending) -> None:
        """Write down how a run ended, unless its worker has."""
        try:
            if run.state.status in OVER:
                return
            try:
                with run.locked(), run.journal() as journal:
                    if journal.seq:
                        repair(run, journal)
                    end(run, journal, ending)
            except RunDamagedError as error:
                log.warning("%s: %s", run.folder, error)
                run.change(**asdict(ending), ended=stamp(), process=None)
        except NoSuchRunError:
            log.info("%s is gone", run.folder)
        except LockedError:
            log.warning("another process trains %s", run.folder)
        except OSError as error:
            log.error("the end of %s cannot be written: %s", run.folder, message_of(error))
            self._unwritten[run.id] = ending


def _is_earlier(state: State, worker: Worker) -> bool:
    """True if the run's end is from before this worker received the run."""
    return state.status in OVER and state.ended_by != worker.process.pid
