"""A trainer that really has too little: of memory, as the system limits it, and of disk, on a small one that fills."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from safetensors.numpy import load_file

from receptive.training.runs import steps_file
from receptive.training.runs.journal import events
from receptive.training.runs.run import Run
from receptive.training.runs.store import RunStore
from receptive.training.settings import RunSettings
from tests.routes.test_runs import TINY, begun, listened, over, run_of, until
from tests.serving import running

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits are set as Linux can")

ROOT = Path(__file__).parents[3]
PATIENCE = 120.0  # seconds on a busy machine
LEAST = 250 * 2**20  # bytes of addresses: enough for Python, not for torch
HUNGRY: dict[str, Any] = {  # every step asks the system for two times 50 MB and gives them back
    "model": {"channels": [16], "kernel": 3, "pooling": "none", "units": []},
    "batch_size": "all",
    "held_out": 0.5,
    "epochs": 10_000,
    "snapshots": 0,
}


def limited(process: int, size: int) -> None:
    """The process may have so many bytes of addresses, and no more."""
    import resource

    resource.prlimit(process, resource.RLIMIT_AS, (size, size))


def addresses(process: int) -> int:
    """Bytes of addresses that a process has."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def check_whole(run: Run) -> list[dict[str, Any]]:
    """No line and no file is torn, and every number follows the one before; the events."""
    told = list(events(run.log))
    assert [event["seq"] for event in told] == list(range(1, len(told) + 1))
    assert steps_file.rebuilt(run.log).tobytes() == steps_file.read(run.folder / "steps.bin").tobytes()
    for path in run.folder.rglob("*.safetensors"):
        assert load_file(path)
    assert not list(run.folder.rglob("*.part"))
    return told


def test_a_run_that_asks_for_more_memory_than_there_is_fails_with_what_to_do_and_spares_the_others(
    weights: Path, tmp_path: Path
) -> None:
    with running(weights, runs=tmp_path) as server, httpx2.Client(base_url=server.url, timeout=PATIENCE) as client:
        before = begun(client, **TINY)
        until(client, before, over)
        kept = listened(client, before)
        run, waiting = begun(client, **HUNGRY), begun(client, **TINY)
        until(client, run, lambda found: found["epoch"] >= 1)
        process = Run(tmp_path / run).state.process
        assert process is not None
        limited(process, addresses(process) // 2)
        found = until(client, run, over)
        assert (found["status"], found["why"]) == ("failed", {"code": "memory", "values": {}})
        assert "smaller batch_size" in found["reason"]
        told = check_whole(Run(tmp_path / run))
        assert (told[-1]["kind"], told[-1]["why"]) == ("status", found["why"])
        assert "memory" in (tmp_path / run / "worker.log").read_text()
        assert until(client, waiting, over)["status"] == "finished"
        assert listened(client, before) == kept
        assert run_of(client, before)["status"] == "finished"
        assert client.post(f"/runs/{run}/continue").status_code == 200
        until(client, run, lambda again: again["epoch"] > found["epoch"])
        client.post(f"/runs/{run}/stop")


def test_a_trainer_that_has_no_memory_to_begin_with_says_so(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(weights, runs=tmp_path) as server, httpx2.Client(base_url=server.url, timeout=PATIENCE) as client:
        begin = subprocess.Popen

        def small(*arguments: Any, **more: Any) -> "subprocess.Popen[bytes]":
            process = begin(*arguments, **more)
            limited(process.pid, LEAST)
            return process

        with monkeypatch.context() as patch:
            patch.setattr("receptive.training.runs.trainer.subprocess.Popen", small)
            run = begun(client, **TINY)
            found = until(client, run, over)
        assert (found["status"], found["why"]) == ("failed", {"code": "memory", "values": {}})
        assert [event["kind"] for event in check_whole(Run(tmp_path / run))] == ["status"]
        assert client.post(f"/runs/{run}/continue").status_code == 200
        assert until(client, run, over)["status"] == "finished"


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[list[str]]:
    """The beginning of a command that is to find a disk of this size at `place`; nobody else sees it."""
    place.mkdir()
    tool = shutil.which("unshare")
    mount = f'mount -t tmpfs -o size={size} none {place} && exec "$@"'
    inside = [tool or "", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]
    if tool is None or subprocess.run([*inside, "true"], check=False, capture_output=True).returncode:
        pytest.skip("no disk may be mounted here")
    yield inside


def test_a_disk_that_is_really_full_ends_the_run_and_what_was_finished_is_whole(tmp_path: Path) -> None:
    settings = RunSettings.model_validate({**TINY, "epochs": 2000, "snapshots": 100})
    made = RunStore(tmp_path / "runs").create(settings.model_dump(mode="json"))
    disk, out = tmp_path / "disk", tmp_path / "out"
    with small_disk(disk, "600k") as inside:
        script = f"cp -r {made.folder} {disk}/run && {sys.executable} -m receptive.training.runs.worker {disk}/run; "
        script += f"code=$?; cp -r {disk}/run {out}; exit $code"
        done = subprocess.run(
            [*inside, "sh", "-c", script], cwd=ROOT, check=False, capture_output=True, timeout=PATIENCE
        )
    said = json.loads(done.stdout)
    assert (said["status"], said["why"]["code"]) == ("failed", "no-space"), done
    assert "No space left on device" in said["reason"]
    run = Run(out)
    epochs = [event["epoch"] for event in events(run.log) if event["kind"] == "epoch"]
    assert epochs == list(range(1, len(epochs) + 1))
    assert 0 < len(epochs) < 2000
    for path in out.rglob("*.safetensors"):
        assert load_file(path)
    assert not list(out.rglob("*.part"))

    process = subprocess.Popen([sys.executable, "-m", "receptive.training.runs.worker", str(out)], cwd=ROOT)
    end = time.monotonic() + PATIENCE
    while run.state.epoch <= len(epochs):  # there is room again, and it goes on
        assert time.monotonic() < end, run.state
        time.sleep(0.02)
    process.terminate()
    assert process.wait(PATIENCE) == 0
    again = [event["epoch"] for event in check_whole(run) if event["kind"] == "epoch"]
    assert sorted(set(again)) == list(range(1, run.state.epoch + 1))
