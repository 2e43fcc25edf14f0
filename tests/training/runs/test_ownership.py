"""Two servers and one folder of runs; the space that runs may take; what a worker leaves when it cannot begin."""

import logging
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from receptive.training.disk import MOST_SNAPSHOT_BYTES, disk_of, snapshot_steps
from receptive.training.runs import space
from receptive.training.runs.endings import GONE, end, killed
from receptive.training.runs.errors import NoSuchRunError, ReadOnlyError, RunError, RunsFolderError, SpaceError
from receptive.training.runs.queue import Queue
from receptive.training.runs.run import Run
from receptive.training.runs.session import Session
from receptive.training.runs.space import size_of
from receptive.training.runs.store import RunStore
from receptive.training.settings import EarlyStopping, RunSettings

TINY: dict[str, Any] = {"model": {"channels": [2], "window": 4, "units": []}, "subset": 40, "batch_size": 10}
PATIENCE = 120.0  # seconds on a busy machine


def settings(**values: Any) -> dict[str, Any]:
    return RunSettings.model_validate({**TINY, **values}).model_dump(mode="json")


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is trained."""
    monkeypatch.setattr(Queue, "_next", lambda _: None)


@pytest.fixture
def queue(tmp_path: Path, idle: None) -> Iterator[Queue]:
    queue = Queue(RunStore(tmp_path / "runs"))
    queue.start()
    yield queue
    queue.close()


# --- two servers


def test_the_second_server_only_reads_and_says_who_has_the_folder(queue: Queue) -> None:
    run = queue.submit(settings())
    second = Queue(RunStore(queue.store.folder))
    second.start()
    assert second.position(run) is None
    assert second.state(run).status == "queued"
    for change in (
        lambda: second.submit(settings()),
        lambda: second.stop(run),
        lambda: second.delete(run),
        lambda: second.resume(run),
        lambda: second.describe(run, "mine", None),
    ):
        with pytest.raises(ReadOnlyError, match=f"process {os.getpid()} on ") as refused:
            change()
        assert refused.value.why.code == "runs-of-another-server"
    assert [each.id for each in second.store.all()] == [run.id]
    assert run.state.status == "queued"
    second.close()


def test_the_folder_passes_to_the_second_server_when_the_first_one_ends(queue: Queue) -> None:
    run = queue.submit(settings())
    second = Queue(RunStore(queue.store.folder))
    second.start()
    queue.close()
    other = second.submit(settings())
    assert [second.position(run), second.position(other)] == [1, 2]
    second.close()


def test_a_folder_that_is_replaced_is_owned_anew(queue: Queue) -> None:
    run = queue.submit(settings())
    queue.store.folder.rename(queue.store.folder.with_name("aside"))
    other = queue.submit(settings())
    assert queue.position(run) is None
    assert queue.position(other) == 1
    second = Queue(RunStore(queue.store.folder))
    with pytest.raises(ReadOnlyError):
        second.submit(settings())


def test_a_run_that_is_gone_is_no_such_run_for_whatever_changes_it(queue: Queue) -> None:
    for change in (queue.delete, queue.resume, lambda run: queue.describe(run, "x", None)):
        run = queue.submit(settings())
        queue._waiting.clear()
        queue.store.delete(run)
        with pytest.raises(NoSuchRunError, match="does not exist"):
            change(run)


@pytest.mark.skipif(sys.platform == "win32", reason="file names are text there")
def test_a_folder_whose_name_is_not_utf8_holds_runs(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"runs-\xff")
    queue = Queue(RunStore(folder))
    queue.start()
    run = queue.submit(settings(epochs=1))
    until(lambda: queue.state(run).status == "finished")
    queue.close()


def test_a_folder_that_cannot_be_made_is_named_with_its_flag(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_bytes(b"")
    queue = Queue(RunStore(tmp_path / "file" / "runs"))
    with caplog.at_level(logging.WARNING):
        queue.start()
    assert f"--runs: {tmp_path / 'file' / 'runs'}: " in caplog.text
    with pytest.raises(RunsFolderError, match="another --runs folder"):
        queue.submit(settings())
    assert queue.store.all() == []


def until(reached: Any) -> None:
    end_ = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < end_
        time.sleep(0.02)


# --- continuing


def test_a_run_that_another_process_ended_meanwhile_is_continued_without_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that is killed while a run begins leaves a trainer, which ends the run that the next server begins."""
    queue = Queue(RunStore(tmp_path / "runs"))
    queue.start()
    waited: list[float] = []
    run = queue.submit(settings(epochs=10_000))
    worker = queue._workers[run.id]
    monkeypatch.setattr(worker.ended, "wait", lambda seconds: waited.append(seconds))
    with run.journal() as journal:
        end(run, journal, GONE)  # by this process, which is not the worker
    queue.resume(run)
    assert waited == []
    assert queue.state(run).status == "running"
    monkeypatch.undo()
    queue.close()


# --- space


@pytest.mark.parametrize("size", [1, 1000, 10**6, 4 * 10**7, 2 * MOST_SNAPSHOT_BYTES])
@pytest.mark.parametrize("steps", [1, 7, 100, 10_000])
def test_snapshots_stay_within_their_limit_and_are_spread_over_the_run(size: int, steps: int) -> None:
    kept = snapshot_steps(60, steps, size)
    assert len(kept) * size <= MOST_SNAPSHOT_BYTES
    assert len(kept) <= 61
    if len(kept) > 1:
        assert {0, steps} <= kept
    assert snapshot_steps(0, steps, size) == frozenset()


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_no_run_takes_more_than_its_plan_says(tmp_path: Path, optimizer: Any) -> None:
    about = RunSettings.model_validate(
        {**TINY, "epochs": 6, "optimizer": optimizer, "early_stopping": {"patience": 5}, "snapshots": 60}
    )
    run = RunStore(tmp_path).create(about.model_dump(mode="json"))
    assert Session(run, None).run(lambda: None).status == "finished"
    facts, state = run.network, run.state
    planned = disk_of(about, facts["parameters"], len(facts["layers"]), 10, 359, 784, state.steps or 0)
    size = size_of(run.folder)
    assert size <= planned <= 20 * size


def test_a_large_network_is_planned_with_its_copies() -> None:
    about = RunSettings(optimizer="adam", epochs=1, early_stopping=EarlyStopping())
    million = disk_of(about, 10_000_000, 10, 10, 360, 784, 45)
    assert 40_000_000 * 7 < million < 40_000_000 * 12


def test_a_run_beyond_the_space_is_refused_before_it_begins(tmp_path: Path, idle: None) -> None:
    queue = Queue(RunStore(tmp_path / "runs"), space=3 * space.GIB)
    queue.start()
    first = queue.submit(settings(), disk=2 * space.GIB)  # it waits, and will take as much
    with pytest.raises(SpaceError, match=r"2\.0 GiB of the 3\.0 GiB .* up to 1\.5 GiB; delete runs") as refused:
        queue.submit(settings(), disk=3 * space.GIB // 2)
    assert refused.value.why.code == "runs-space"
    assert len(queue.store.all()) == 1
    queue.delete(first)
    queue.submit(settings(), disk=3 * space.GIB // 2)
    queue.close()


def test_a_run_beyond_the_disk_is_refused(tmp_path: Path, idle: None) -> None:
    queue = Queue(RunStore(tmp_path / "runs"), space=2**62)
    queue.start()
    with pytest.raises(SpaceError) as refused:
        queue.submit(settings(), disk=2**61)
    assert refused.value.why.code == "disk-space"
    assert queue.store.all() == []
    queue.close()


def test_a_run_that_is_over_counts_with_what_it_takes(tmp_path: Path, idle: None) -> None:
    queue = Queue(RunStore(tmp_path / "runs"), space=space.GIB)
    queue.start()
    run = queue.submit(settings(), disk=space.GIB - 1)
    queue.stop(run)
    assert queue._taken() == size_of(run.folder)
    queue.submit(settings(), disk=space.GIB // 2)
    with pytest.raises(SpaceError):
        queue.resume(run)
    queue.close()


# --- a worker that cannot begin


def test_what_a_worker_says_before_it_has_a_run_is_kept_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "receptive.training.runs.trainer.sys.executable", str(_broken(tmp_path / "python", "no module named pathlib"))
    )
    queue = Queue(RunStore(tmp_path / "runs"))
    queue.start()
    run = queue.submit(settings())
    until(lambda: run.id not in queue._workers)
    assert run.state.status == "interrupted"
    assert run.state.why is not None
    assert run.state.why["code"] == "exited-with-error"
    assert run.state.why["values"] == {"status": 7, "error": "no module named pathlib"}
    assert "no module named pathlib" in (run.folder / "worker.log").read_text()
    queue.close()


def _broken(path: Path, message: str) -> Path:
    """A program that says something on standard error and fails."""
    path.write_text(f"#!/bin/sh\necho '{message}' >&2\nexit 7\n")
    path.chmod(0o755)
    return path


def test_a_worker_that_reports_nothing_has_its_exit_status_alone() -> None:
    assert killed(4).why == {"code": "exited", "values": {"status": 4}}
    assert isinstance(ReadOnlyError("a", "b"), RunError)


def test_a_damaged_lock_is_the_reason_why_a_run_fails(tmp_path: Path) -> None:
    queue = Queue(RunStore(tmp_path / "runs"))
    run = queue.store.create(settings())
    (run.folder / "lock").mkdir()
    queue.start()
    until(lambda: Run(run.folder).state.status == "failed")
    assert run.state.why is not None
    assert run.state.why["code"] == "run-damaged"
    assert run.state.why["values"]["file"] == "lock"
    queue.close()
