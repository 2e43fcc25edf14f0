"""Runs whose files are damaged: a refusal that names the file; everything else answers, without a traceback."""

import io
import json
import logging
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file, save_file

from receptive.training.runs.endings import STOPPED
from receptive.training.runs.run import Run
from receptive.training.runs.session import Session
from receptive.training.runs.store import RunStore
from receptive.training.settings import RunSettings
from tests.serving import Running, running

TINY: dict[str, Any] = {
    "model": {"channels": [2], "window": 4, "units": []},
    "subset": 40,
    "batch_size": 10,
    "epochs": 4,
    "snapshots": 4,
}
HEADER = (2**60).to_bytes(8, "little")
GETS = {
    "run": "/runs/{id}",
    "curve": "/runs/{id}/curve",
    "steps": "/runs/{id}/steps",
    "epochs": "/runs/{id}/epochs",
    "events": "/runs/{id}/events",
    "snapshots": "/runs/{id}/snapshots",
    "snapshot": "/runs/{id}/snapshots/0",
    "mistakes": "/runs/{id}/mistakes/0/0",
    "download": "/runs/{id}/download",
    "network": "/models/run:{id}",
    "weight": "/models/run:{id}/weights/conv1_1.weight",
    "predict": "/predict",
    "continue": "/runs/{id}/continue",
}
Damage = Callable[[Path], None]


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that was stopped after an epoch."""
    run = RunStore(tmp_path_factory.mktemp("made")).create(RunSettings.model_validate(TINY).model_dump(mode="json"))
    Session(run, None).run(lambda: STOPPED if (run.folder / "resume.safetensors").exists() else None)
    assert (run.state.status, run.state.epoch) == ("stopped", 1)
    return run.folder


@pytest.fixture
def lab(weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """A server that trains nothing."""
    monkeypatch.setattr("receptive.training.runs.queue.Queue._next", lambda _: None)
    monkeypatch.setattr("receptive.training.runs.queue.Queue.warm", lambda _: None)
    with running(weights, runs=tmp_path / "runs") as server:
        httpx2.get(f"{server.url}/models/lenet5", timeout=120)
        yield server


def copied(lab: Running, folder: Path, place: int = 0) -> Run:
    """A copy of a run in the server's folder."""
    name = f"{folder.name[:-4]}{place:04x}"
    return Run(Path(shutil.copytree(folder, lab.app.state.queue.store.folder / name)))


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.pad(np.zeros((40, 4), np.uint8), 20, constant_values=255)).save(buffer, "PNG")
    return buffer.getvalue()


def answers(lab: Running, run: Run) -> dict[str, httpx2.Response]:
    """The answer of every route about a run."""
    found = {}
    with httpx2.Client(base_url=lab.url, timeout=120) as client:
        for name, path in GETS.items():
            if name == "predict":
                found[name] = client.post(path, files={"image": picture()}, data={"model": f"run:{run.id}"})
            else:
                found[name] = client.request("POST" if name == "continue" else "GET", path.format(id=run.id))
    return found


def written(name: str, content: bytes) -> Damage:
    def damage(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return damage


def removed(name: str) -> Damage:
    return lambda folder: (folder / name).unlink()


def made_a_folder(name: str) -> Damage:
    def damage(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).mkdir()

    return damage


def made_a_pipe(name: str) -> Damage:
    def damage(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        os.mkfifo(folder / name)

    return damage


def cut(name: str) -> Damage:
    def damage(folder: Path) -> None:
        (folder / name).write_bytes((folder / name).read_bytes()[:-7])

    return damage


def changed(name: str, **values: Any) -> Damage:
    def damage(folder: Path) -> None:
        content = json.loads((folder / name).read_text()) | values
        (folder / name).write_text(json.dumps(content))

    return damage


def another_network(folder: Path) -> None:
    tensors = load_file(folder / "best.safetensors")
    save_file({name: np.zeros((3, 3), np.float32) for name in tensors}, folder / "best.safetensors")


def bad_line(folder: Path) -> None:
    lines = (folder / "events.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "events.jsonl").write_bytes(b"".join([*lines[:2], b'{"seq":3,"kind":"epo\x00\xff\n', *lines[2:]]))


def strays(folder: Path) -> None:
    for name in ("copy of 0.safetensors", "._000000.safetensors", "000000 (conflict).safetensors", "notes.txt"):
        (folder / "snapshots" / name).write_bytes(b"\x00\x05\x16\x07")


OPENED = {"network", "weight", "predict"}
BY_SETTINGS = {"run", "continue", *OPENED}
LOGGED = {"curve", "epochs", "events", "continue"}
CASES: dict[str, tuple[Damage, str, set[str]]] = {
    "state empty": (written("state.json", b""), "state.json", set()),
    "state garbage": (written("state.json", b"{"), "state.json", set()),
    "state a list": (written("state.json", b"[]"), "state.json", set()),
    "state null": (written("state.json", b"null"), "state.json", set()),
    "state missing": (removed("state.json"), "state.json", set()),
    "state of a newer version": (changed("state.json", status="paused", moon="full"), "state.json", set()),
    "state with a new field": (changed("state.json", moon="full"), "state.json", set()),
    "state a folder": (made_a_folder("state.json"), "state.json", {"continue"}),
    "about garbage": (written("about.json", b"\xff"), "about.json", set()),
    "about missing": (removed("about.json"), "about.json", set()),
    "settings garbage": (written("settings.json", b"{"), "settings.json", BY_SETTINGS),
    "settings a list": (written("settings.json", b"[]"), "settings.json", BY_SETTINGS),
    "settings missing": (removed("settings.json"), "settings.json", BY_SETTINGS),
    "settings swapped": (written("settings.json", b'{"epochs":"many"}'), "settings.json", BY_SETTINGS),
    "settings with a new field": (changed("settings.json", moon="full"), "settings.json", set()),
    "network garbage": (written("network.json", b"{"), "network.json", OPENED),
    "network of something else": (written("network.json", b'{"model":1}'), "network.json", OPENED),
    "network missing": (removed("network.json"), "network.json", OPENED),
    "log empty": (written("events.jsonl", b""), "events.jsonl", LOGGED),
    "log binary": (written("events.jsonl", b"\x00\xff\n\x00\x01\n"), "events.jsonl", LOGGED),
    "log missing": (removed("events.jsonl"), "events.jsonl", LOGGED),
    "log a folder": (made_a_folder("events.jsonl"), "events.jsonl", LOGGED),
    "log cut": (cut("events.jsonl"), "events.jsonl", set()),
    "log with a bad line": (bad_line, "events.jsonl", {"continue"}),
    "best empty": (written("best.safetensors", b""), "best.safetensors", OPENED),
    "best with an endless header": (written("best.safetensors", HEADER), "best.safetensors", OPENED),
    "best cut": (cut("best.safetensors"), "best.safetensors", OPENED),
    "best of another network": (another_network, "best.safetensors", OPENED),
    "best missing": (removed("best.safetensors"), "best.safetensors", OPENED),
    "resume empty": (written("resume.safetensors", b""), "resume.safetensors", {"continue"}),
    "resume with an endless header": (written("resume.safetensors", HEADER), "resume.safetensors", {"continue"}),
    "resume missing": (removed("resume.safetensors"), "resume.safetensors", {"continue"}),
    "stray files": (strays, "snapshots", set()),
    "snapshot empty": (written("snapshots/000000.safetensors", b""), "000000.safetensors", {"snapshot"}),
    "steps torn": (cut("steps.bin"), "steps.bin", set()),
    "steps missing": (removed("steps.bin"), "steps.bin", set()),
    "steps a folder": (made_a_folder("steps.bin"), "steps.bin", set()),
    "mistakes garbage": (written("mistakes.safetensors", HEADER + b"{"), "mistakes.safetensors", {"mistakes"}),
    **{
        f"{name} a pipe": (made_a_pipe(name), name, refused)
        for name, refused in {
            "state.json": set[str](),
            "settings.json": BY_SETTINGS,
            "network.json": OPENED,
            "events.jsonl": LOGGED,
            "best.safetensors": OPENED,
            "resume.safetensors": {"continue"},
            "steps.bin": set[str](),
            "mistakes.safetensors": {"mistakes"},
        }.items()
        if hasattr(os, "mkfifo")
    },
    "lock a folder": (made_a_folder("lock"), "lock", {"continue"}),
}


@pytest.mark.parametrize("case", CASES)
def test_a_damaged_file_is_named_by_what_needs_it_and_everything_else_answers(
    lab: Running, stopped: Path, case: str, caplog: pytest.LogCaptureFixture
) -> None:
    damage, file, refused = CASES[case]
    good, bad = copied(lab, stopped, 1), copied(lab, stopped, 2)
    damage(bad.folder)
    whole, found = answers(lab, good), answers(lab, bad)
    assert {name: answer.status_code for name, answer in whole.items() if name != "mistakes"} == dict.fromkeys(
        GETS.keys() - {"mistakes"}, 200
    )
    for name, answer in found.items():
        if case == "best of another network" and name in refused:
            assert (answer.status_code, answer.json()["why"]["code"]) == (503, "run-weights-unusable")
            assert file in answer.json()["detail"]
        elif name in refused:
            assert answer.status_code == 409, (name, answer.text)
            problem = answer.json()
            assert problem["why"]["code"] == "run-damaged", name
            assert problem["why"]["values"]["run"] == bad.id
            assert file in problem["why"]["values"]["file"]
            assert file in problem["detail"]
            assert str(bad.folder.parent) not in problem["detail"]
        else:
            assert answer.status_code == whole[name].status_code, (name, answer.text)
    listed = httpx2.get(f"{lab.url}/runs", timeout=60).json()
    assert {run["id"] for run in [*listed["runs"], *listed.get("damaged", [])]} == {good.id, bad.id}
    assert [each["why"]["code"] for each in listed.get("damaged", [])] == ["run-damaged"] * ("run" in refused)
    assert httpx2.delete(f"{lab.url}/runs/{bad.id}", timeout=60).status_code == 204
    assert httpx2.get(f"{lab.url}/runs/{good.id}", timeout=60).status_code == 200
    assert "Traceback" not in caplog.text
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize("case", [case for case in CASES if case.startswith("state ")])
def test_a_state_is_made_anew_from_the_log(lab: Running, stopped: Path, case: str) -> None:
    good, bad = copied(lab, stopped, 1), copied(lab, stopped, 2)
    CASES[case][0](bad.folder)
    theirs, ours = (httpx2.get(f"{lab.url}/runs/{run.id}", timeout=60).json() for run in (good, bad))
    for name in ("status", "reason", "why", "epoch", "last", "best", "steps"):
        assert ours[name] == theirs[name], name


def test_a_server_writes_a_damaged_state_anew_when_it_begins(weights: Path, stopped: Path, tmp_path: Path) -> None:
    run = Run(Path(shutil.copytree(stopped, tmp_path / stopped.name)))
    before = run.state
    (run.folder / "state.json").write_bytes(b"")
    with running(weights, runs=tmp_path) as server:
        httpx2.get(f"{server.url}/runs", timeout=60)
    state = json.loads((run.folder / "state.json").read_bytes())
    assert (state["status"], state["epoch"]) == (before.status, before.epoch)


def test_a_log_is_shown_up_to_its_first_bad_line(lab: Running, stopped: Path) -> None:
    run = copied(lab, stopped)
    bad_line(run.folder)
    with httpx2.Client(base_url=lab.url, timeout=60) as client:
        assert client.get(f"/runs/{run.id}/curve").json()["started"] is not None
        sent = client.get(f"/runs/{run.id}/events").text
        assert [line for line in sent.splitlines() if line.startswith("id: ")] == ["id: 1", "id: 2"]
        again = client.get(f"/runs/{run.id}/events", headers={"Last-Event-ID": "2"})
        assert (again.status_code, again.json()["why"]["code"]) == (409, "run-damaged")


def test_every_route_answers_in_every_state_of_a_run(
    lab: Running, stopped: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def emptied(folder: Path) -> None:
        for path in folder.iterdir():
            if path.name not in ("settings.json", "about.json"):
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def just_begun(folder: Path) -> None:
        lines = (folder / "events.jsonl").read_bytes().splitlines(keepends=True)
        (folder / "events.jsonl").write_bytes(lines[0])
        for name in ("best", "last", "resume", "mistakes"):
            (folder / f"{name}.safetensors").unlink(missing_ok=True)
        (folder / "steps.bin").write_bytes(b"")
        changed("state.json", status="stopped", epoch=0, step=0, last=None, best=None)(folder)

    states: dict[str, Damage] = {"queued": emptied, "just begun": just_begun, "stopped": lambda _: None}
    for place, (state, make) in enumerate(states.items()):
        run = copied(lab, stopped, place)
        make(run.folder)
        for name in GETS.keys() - ({"events", "continue"} if state == "queued" else {"continue"}):
            if name == "predict":
                continue
            answer = httpx2.get(lab.url + GETS[name].format(id=run.id), timeout=60)
            assert answer.status_code < 500, (state, name, answer.text)
            if answer.status_code >= 400:
                assert answer.json()["why"] is not None, (state, name)
        assert httpx2.get(f"{lab.url}/runs/{run.id}/epochs", timeout=60).status_code == 200
    assert "Traceback" not in caplog.text


def test_runs_that_are_gone_while_they_are_asked_for_are_not_there(
    lab: Running, stopped: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Two who press at once: whatever comes after the deletion says that there is no such run."""
    statuses: list[tuple[str, int, str]] = []

    def press(method: str, path: str, body: dict[str, str] | None) -> None:
        with httpx2.Client(base_url=lab.url, timeout=60) as client:
            barrier.wait()
            answer = client.request(method, path, json=body)
            why = (answer.json().get("why") or {}) if answer.content else {}
            statuses.append((method, answer.status_code, why.get("code", "")))

    for place in range(12):
        run = copied(lab, stopped, place)
        orders: list[tuple[str, str, dict[str, str] | None]] = [
            ("DELETE", f"/runs/{run.id}", None),
            ("DELETE", f"/runs/{run.id}", None),
            ("PATCH", f"/runs/{run.id}", {"name": "other"}),
            ("POST", f"/runs/{run.id}/continue", None),
            ("POST", f"/runs/{run.id}/stop", None),
        ]
        barrier = threading.Barrier(len(orders))
        threads = [threading.Thread(target=press, args=order) for order in orders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert {status for _, status, _ in statuses} <= {200, 204, 404}
    assert {code for _, status, code in statuses if status == 404} <= {"no-such-run"}
    assert "Traceback" not in caplog.text


def test_a_folder_of_runs_that_is_deleted_or_replaced_is_a_refusal_and_comes_back(
    lab: Running, stopped: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = copied(lab, stopped)
    folder = lab.app.state.queue.store.folder
    aside = folder.with_name("aside")
    with httpx2.Client(base_url=lab.url, timeout=60) as client:
        folder.rename(aside)
        assert client.get("/runs").json() == {"runs": []}
        assert {answer.status_code for name, answer in answers(lab, run).items() if name != "predict"} <= {404, 422}
        folder.write_bytes(b"a file is where the folder was")
        answer = client.post("/runs", json={})
        assert (answer.status_code, answer.json()["why"]["code"]) == (507, "runs-unwritable")
        assert "--runs" in answer.json()["detail"]
        folder.unlink()
        aside.rename(folder)
        assert client.get(f"/runs/{run.id}").status_code == 200
        assert client.post("/runs", json={}).status_code == 201
        shutil.rmtree(folder)
        assert client.post("/runs", json={}).status_code == 201
    assert not [record for record in caplog.records if record.exc_info]


def test_a_server_whose_runs_cannot_be_written_says_so_and_shows_the_rest(
    weights: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_bytes(b"")
    with caplog.at_level(logging.WARNING), running(weights, runs=tmp_path / "file" / "runs") as server:
        assert httpx2.get(f"{server.url}/runs", timeout=60).json() == {"runs": []}
        problem = httpx2.post(f"{server.url}/runs", json={}, timeout=60).json()
    assert problem["why"]["code"] == "runs-unwritable"
    (message,) = [
        record.getMessage() for record in caplog.records if "runs folder cannot be written" in record.getMessage()
    ]
    assert "--runs" in message
    assert str(tmp_path / "file" / "runs") in message
