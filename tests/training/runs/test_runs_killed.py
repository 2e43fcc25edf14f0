"""A trainer that is killed with -9 at any moment: the log stays whole, and no finished epoch is lost."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from receptive.training.runs import steps_file
from receptive.training.runs.endings import end, killed
from receptive.training.runs.journal import Journal, events
from receptive.training.runs.repair import repair
from receptive.training.runs.run import Run
from receptive.training.runs.store import RunStore
from receptive.training.settings import RunSettings

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a trainer is forked, which Windows does not do")

KILLS = 50
TINY: dict[str, Any] = {
    "model": {"channels": [2], "window": 4, "units": []},
    "subset": 20,
    "held_out": 0.05,
    "batch_size": 4,
    "epochs": 150,
    "learning_rate": 0.01,
    "early_stopping": {"patience": 1000},
    "snapshots": 20,
}


class Forge:
    """Forks trainers."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()


@pytest.fixture(scope="module")
def forge() -> Iterator[Forge]:
    root = Path(__file__).parents[3]
    command = [sys.executable, "-m", "tests.training.forking"]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        yield Forge(process)
        assert process.stdin is not None
        process.stdin.close()


def started(store: RunStore) -> Run:
    return store.create(RunSettings.model_validate(TINY).model_dump(mode="json"))


def finished(run: Run) -> bool:
    return run.state.status == "finished"


def told(run: Run) -> dict[int, dict[str, Any]]:
    """The epochs that the log tells and that are not void, by their number."""
    found: dict[int, dict[str, Any]] = {}
    for event in events(run.log):
        if event["kind"] == "continued":
            found = {number: epoch for number, epoch in found.items() if number <= event["epoch"]}
        if event["kind"] == "epoch":
            found[event["epoch"]] = event
    return found


def losses(run: Run) -> list[float]:
    return [float(loss) for loss in steps_file.rebuilt(run.log)["loss"]]


class Kills:
    """Kills trainers at random moments until there were enough."""

    def __init__(self, forge: Forge, seed: int) -> None:
        self.forge, self.chance, self.count = forge, random.Random(seed), 0

    def carry_out(self, run: Run) -> None:
        """Train a run to its end, through every kill that is left."""
        while not finished(run):
            before = run.log.stat().st_size if run.log.exists() else 0
            child = self.forge.ask(f"train {run.folder}")
            if self.count == KILLS:
                assert self.forge.ask(f"wait {child}") == "0"
                continue
            while self.chance.random() < 0.98 and (not run.log.exists() or run.log.stat().st_size == before):
                time.sleep(0.001)  # most of the times until it trains; else it is killed on its way there
            time.sleep(self.chance.random() * 0.03)
            epochs = set(told(run)) if run.log.exists() else set()
            assert self.forge.ask(f"kill {child}") in ("-9", "0")
            self.count += 1
            assert not run.is_locked
            if not finished(run):
                with Journal(run.log) as journal:
                    repair(run, journal)
                    end(run, journal, killed(-9))
            check_whole(run, epochs)


def check_whole(run: Run, before: set[int]) -> None:
    """No file is torn, every number follows the one before, and the epochs that were there before the kill are."""
    lines = list(events(run.log))
    assert [event["seq"] for event in lines] == list(range(1, len(lines) + 1))
    epochs = told(run)
    assert sorted(epochs) == list(range(1, len(epochs) + 1))
    assert before <= set(epochs)
    assert run.state.epoch == len(epochs)
    assert steps_file.read(run.folder / "steps.bin").tobytes() == steps_file.rebuilt(run.log).tobytes()
    for path in run.folder.rglob("*.safetensors"):
        assert load_file(path)


def test_fifty_kills_lose_no_finished_epoch_and_change_no_number(forge: Forge, tmp_path: Path) -> None:
    store, kills = RunStore(tmp_path / "runs"), Kills(forge, seed=7)
    whole = started(store)
    assert forge.ask(f"wait {forge.ask(f'train {whole.folder}')}") == "0"
    assert finished(whole)
    while kills.count < KILLS:
        run = started(store)
        kills.carry_out(run)
        assert losses(run) == losses(whole)
        ours, theirs = told(run), told(whole)
        for number, epoch in theirs.items():
            for name in ("step", "loss", "accuracy", "validation_loss", "validation_accuracy", "best", "confusion"):
                assert ours[number][name] == epoch[name]
        for name in ("best", "last"):
            mine, others = (load_file(each.folder / f"{name}.safetensors") for each in (run, whole))
            assert all(np.array_equal(mine[key], others[key]) for key in others)
        assert run.snapshots() == whole.snapshots()
