"""The process that trains: it obeys, it holds its run, and whatever ends it is said."""

import errno
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from receptive.training.data.pictures import DatasetError
from receptive.training.events import Epoch
from receptive.training.runs import journal, steps_file
from receptive.training.runs.endings import STOPPED, explained, killed
from receptive.training.runs.run import Run
from receptive.training.runs.session import Session
from receptive.training.runs.store import RunStore
from receptive.training.runs.worker import LOCKED
from receptive.training.runs.writer import RunWriter
from receptive.training.settings import RunSettings

ROOT = Path(__file__).parents[3]
PATIENCE = 120.0  # seconds on a busy machine
TINY: dict[str, Any] = {"model": {"channels": [2], "window": 4, "units": []}, "subset": 40, "batch_size": 10}


def created(folder: Path, **settings: Any) -> Run:
    return RunStore(folder / "runs").create(RunSettings.model_validate({**TINY, **settings}).model_dump(mode="json"))


def worker(*arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "receptive.training.runs.worker", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def until_it_trains(run: Run) -> None:
    end = time.monotonic() + PATIENCE
    while run.state.epoch < 1:
        assert time.monotonic() < end, run.state
        time.sleep(0.02)


def test_it_trains_the_folder_that_it_is_given_and_locks_it_meanwhile(tmp_path: Path) -> None:
    run = created(tmp_path, epochs=10_000)
    with worker(str(run.folder)) as process:
        until_it_trains(run)
        assert run.is_locked
        assert run.state.process == process.pid
        with worker(str(run.folder)) as second:
            assert second.wait(PATIENCE) == LOCKED
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    why = {"code": "by-hand", "values": {}}
    assert json.loads(said) == {"status": "stopped", "reason": "stopped by hand", "why": why}
    assert not run.is_locked
    assert run.state.status == "stopped"
    assert json.loads(journal.last_line(run.log))["status"] == "stopped"


def test_it_hears_orders_and_ends_when_nobody_is_left_to_give_any(tmp_path: Path) -> None:
    run = created(tmp_path, epochs=10_000)
    with worker() as process:
        assert process.stdin is not None
        process.stdin.write(f"train {run.folder}\n")
        process.stdin.flush()
        until_it_trains(run)
        process.stdin.close()
        process.stdin = None
        assert process.wait(PATIENCE) == 0
    assert run.state.status == "interrupted"
    assert "continued" in run.state.reason


def test_a_run_that_cannot_be_trained_fails_with_the_reason(tmp_path: Path) -> None:
    run = created(tmp_path, dataset=f"folder:{tmp_path / 'nowhere'}")
    with worker(str(run.folder)) as process:
        assert process.wait(PATIENCE) == 0
    assert run.state.status == "failed"
    assert "nowhere" in run.state.reason
    assert run.state.why is not None
    assert run.state.why["code"] == "no-folder"
    told = json.loads(journal.last_line(run.log))
    assert (told["reason"], told["why"]) == (run.state.reason, run.state.why)


def test_a_run_that_diverges_says_why(tmp_path: Path) -> None:
    run = created(tmp_path, learning_rate=1000, optimizer="sgd", epochs=50, loss="cross-entropy")
    with worker(str(run.folder)) as process:
        assert process.wait(PATIENCE) == 0
    assert run.state.status == "failed"
    assert "diverged" in run.state.reason
    assert "learning rate" in run.state.reason


def test_the_steps_of_a_run_that_was_continued_are_those_of_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = RunWriter._epoch_event

    def later(writer: RunWriter, event: Epoch) -> dict[str, Any]:
        time.sleep(0.005)  # an epoch is judged and told after its last step
        return told(writer, event)

    monkeypatch.setattr(RunWriter, "_epoch_event", later)
    run = created(tmp_path, epochs=8)
    heard = itertools.count(1)
    while run.state.status != "finished":
        Session(run, None).run(lambda: STOPPED if next(heard) % 20 == 0 else None)
        assert steps_file.read(run.folder / "steps.bin").tobytes() == steps_file.rebuilt(run.log).tobytes()
    assert [event["kind"] for event in journal.events(run.log)].count("continued") > 1


def test_memory_that_does_not_suffice_is_told_with_what_to_do() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(10**15)
    for error in (caught.value, MemoryError()):
        ending = explained(error)
        assert ending.status == "failed"
        assert "smaller batch_size" in ending.reason


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG, errno.EDQUOT])
def test_a_full_disk_is_told_with_what_to_do(number: int) -> None:
    ending = explained(OSError(number, os.strerror(number)))
    assert ending.status == "failed"
    assert "free some, and continue" in ending.reason
    assert ending.why == {"code": "no-space", "values": {"error": os.strerror(number)}}


def test_other_failures_say_what_they_were() -> None:
    absent = explained(DatasetError("file-absent", "{folder} holds no {file}", folder="{here}", file="digits"))
    assert absent.reason == "{here} holds no digits"
    assert absent.why == {"code": "file-absent", "values": {"folder": "{here}", "file": "digits"}}
    assert "KeyError" in explained(KeyError("weight")).reason
    assert explained(ValueError("no")).reason == "the run cannot be: no"
    assert killed(-9).status == "interrupted"
    assert "memory runs out" in killed(-9).reason
    assert "signal 11" in killed(-11).reason
    assert "exit status 4" in killed(4).reason
