"""The process that is ready before somebody trains: what it imports, who gets it, and that it is let go."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from receptive.training.runs import queue as module
from receptive.training.runs.queue import Queue
from receptive.training.runs.store import RunStore
from receptive.training.runs.trainer import Worker
from receptive.training.settings import RunSettings

ROOT = Path(__file__).parents[3]
PATIENCE = 120.0  # seconds on a busy machine
TINY: dict[str, Any] = {"model": {"channels": [2], "window": 4, "units": []}, "subset": 40, "epochs": 1}
UNUSED = ("sklearn", "scipy", "pooch", "requests", "pandas", "tensorboard", "fastapi", "starlette")


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    """A queue that has been started."""
    queue = Queue(RunStore(tmp_path / "runs"))
    queue.start()
    yield queue
    queue.close()


def spare(queue: Queue) -> Worker:
    found = queue._spare
    assert found is not None
    return found


def until(told: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not told():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_trainer_imports_nothing_that_it_does_not_need() -> None:
    code = (
        "import sys\nfrom receptive.training.runs.worker import prepare_to_train\nprepare_to_train()\n"
        f"found = set({UNUSED!r}) & set(sys.modules)\nassert not found, found\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_next_run_is_trained_by_the_one_that_is_ready(queue: Queue) -> None:
    queue.warm()
    ready = spare(queue)
    queue.warm()
    assert spare(queue) is ready
    run = queue.submit(RunSettings.model_validate(TINY).model_dump(mode="json"))
    assert queue._workers[run.id] is ready
    until(lambda: queue.state(run).status == "finished")


def test_one_that_nobody_needs_is_let_go(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SPARE", 0.1)
    queue.warm()
    process = spare(queue).process
    assert process.wait(PATIENCE) == 0
    until(lambda: queue._spare is None)


def test_one_that_has_died_is_replaced(queue: Queue) -> None:
    queue.warm()
    dead = spare(queue)
    dead.process.kill()
    dead.process.wait(PATIENCE)
    queue.warm()
    assert spare(queue) is not dead


def test_none_stays_when_the_server_closes(queue: Queue) -> None:
    queue.warm()
    process = spare(queue).process
    queue.close()
    assert process.poll() is not None
    queue.warm()
    assert queue._spare is None or queue._spare.process is process
