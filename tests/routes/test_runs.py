"""Runs over REST: real processes train, real files are kept, and a server that ends loses nothing."""

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load
from websockets.sync.client import connect

from tests.routes.test_live import stroke
from tests.serving import Running, running

PATIENCE = 120.0  # seconds for a process to begin on a busy machine
TINY: dict[str, Any] = {
    "model": {"channels": [2], "window": 4, "units": []},
    "subset": 40,
    "batch_size": 10,
    "epochs": 3,
    "snapshots": 4,
    "learning_rate": 0.01,
}
ENDLESS = {**TINY, "epochs": 10_000}


@pytest.fixture(scope="module")
def lab(weights: Path) -> Iterator[Running]:
    """A server for runs that do not get in each other's way."""
    with running(weights) as server:
        yield server


@pytest.fixture
def client(lab: Running) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=lab.url, timeout=PATIENCE) as client:
        yield client
        for run in client.get("/runs").json()["runs"]:
            client.delete(f"/runs/{run['id']}")


def begun(client: httpx2.Client, **settings: Any) -> str:
    answer = client.post("/runs", json=settings)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/runs/{answer.json()['id']}"
    return str(answer.json()["id"])


def run_of(client: httpx2.Client, run: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/runs/{run}").json()
    return found


def until(client: httpx2.Client, run: str, reached: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The run once it has come so far."""
    end = time.monotonic() + PATIENCE
    while not reached(found := run_of(client, run)):
        assert time.monotonic() < end, found
        time.sleep(0.02)
    return found


def over(found: dict[str, Any]) -> bool:
    return found["status"] not in ("queued", "running")


def listened(client: httpx2.Client, run: str, after: int = 0, most: int = 10**9) -> list[dict[str, Any]]:
    """The events that a listener hears who leaves after so many."""
    heard = []
    headers = {"Last-Event-ID": str(after)} if after else {}
    with client.stream("GET", f"/runs/{run}/events", headers=headers) as answer:
        for line in answer.iter_lines():
            if line.startswith("data: "):
                heard.append(json.loads(line[6:]))
                if len(heard) == most:
                    break
    return heard


def picture() -> bytes:
    buffer = io.BytesIO()
    strokes = np.full((60, 40), 255, np.uint8)
    strokes[10:50, 18:22] = 0
    Image.fromarray(strokes).save(buffer, "PNG")
    return buffer.getvalue()


def test_a_run_is_trained_watched_and_asked(lab: Running, client: httpx2.Client) -> None:
    run = begun(client, **TINY, name="mine")
    events = listened(client, run)
    found = run_of(client, run)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert [events[0]["kind"], events[-1]["kind"]] == ["started", "status"]
    assert (found["status"], found["epoch"], found["step"], found["name"]) == ("finished", 3, 12, "mine")
    epochs = [event for event in events if event["kind"] == "epoch"]
    assert {name: epochs[-1][name] for name in found["last"]} == found["last"]
    assert found["best"]["epoch"] == events[-1]["best_epoch"]
    losses = [loss for event in events if event["kind"] == "steps" for loss in event["loss"]]
    curve = client.get(f"/runs/{run}/curve").json()
    assert curve["loss"] == losses
    assert curve["step"] == list(range(1, 13))
    assert curve["epochs"][-1]["validation_loss"] == found["last"]["validation_loss"]
    assert curve["latest"] == epochs[-1]
    assert client.get(f"/runs/{run}/epochs").json()["epochs"] == epochs
    assert client.get(f"/runs/{run}/epochs?from=2&to=2").json()["epochs"] == epochs[1:2]
    steps = client.get(f"/runs/{run}/steps?from=5&to=8").json()
    assert (steps["step"], steps["loss"]) == ([5, 6, 7, 8], losses[4:8])
    assert steps["mean_loss"] == steps["loss"]
    assert listened(client, run, after=curve["seq"]) == []
    assert client.get(f"/runs/{run}/snapshots").json()["steps"] == [0, 3, 6, 9, 12]

    answers = {}
    for which in ("", ":last", ":0", ":6"):
        answer = client.post("/predict", files={"image": picture()}, data={"model": f"run:{run}{which}"})
        assert answer.status_code == 200, answer.text
        answers[which] = answer.json()["logits"]
    assert answers[":0"] != answers[":6"]
    weights = load(client.get(f"/runs/{run}/snapshots/6").content)
    said = client.get(f"/models/run:{run}:6/weights/conv1_1.weight").json()
    assert np.allclose(said["values"], weights["conv1_1.weight"], atol=1e-7)
    layers = client.post("/activations", files={"image": picture()}, data={"model": f"run:{run}"}).json()["layers"]
    assert [layer["name"] for layer in layers] == ["conv1_1", "conv1_1_relu", "pool1", "output"]
    assert client.get(f"/models/run:{run}").json()["input_shape"] == [1, 28, 28]
    with connect(lab.live, compression=None) as live:
        for which in ("", ":0"):
            look = {"type": "look", "model": f"run:{run}{which}", "layers": ["conv1_1"]}
            live.send(json.dumps(look))
            live.send(stroke(1))
            frame = live.recv(PATIENCE)
            assert isinstance(frame, bytes)
            assert load(frame)["conv1_1"].shape == (2, 28, 28)
        live.send(json.dumps({**look, "model": "run:20261121-084501-lenet5-7f3a"}))
        # A look is answered with the newest stroke, so that another frame may still be on its way.
        said = next(message for message in iter(lambda: live.recv(PATIENCE), b"") if isinstance(message, str))
        assert "does not exist" in said

    confusion = epochs[-1]["confusion"]
    actual, called = next((a, c) for a in range(10) for c in range(10) if confusion[a][c])
    strip = Image.open(io.BytesIO(client.get(f"/runs/{run}/mistakes/{actual}/{called}").content))
    assert strip.size == (28 * min(12, confusion[actual][called]), 28)
    with zipfile.ZipFile(io.BytesIO(client.get(f"/runs/{run}/download").content)) as archive:
        assert archive.testzip() is None
        assert archive.read(f"{run}/events.jsonl").count(b"\n") == len(events)
        assert any("tfevents" in name for name in archive.namelist())


def test_a_listener_who_comes_back_misses_nothing_and_hears_nothing_twice(client: httpx2.Client) -> None:
    run = begun(client, **{**TINY, "epochs": 20})
    heard: list[dict[str, Any]] = []
    while not heard or heard[-1]["kind"] != "status":
        heard += listened(client, run, after=heard[-1]["seq"] if heard else 0, most=7)
    assert heard == listened(client, run)
    assert [event["seq"] for event in heard] == list(range(1, len(heard) + 1))
    assert client.get(f"/runs/{run}/events", headers={"Last-Event-ID": str(len(heard))}).status_code == 204
    assert _parsed(client.get(f"/runs/{run}/events?after=3").text)[0]["seq"] == 4


def _parsed(text: str) -> list[dict[str, Any]]:
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]


def test_others_wait_in_a_queue_and_two_may_press_stop(lab: Running, client: httpx2.Client) -> None:
    first, second, third = (begun(client, **ENDLESS, name=name) for name in ("a", "b", "c"))
    until(client, first, lambda run: run["epoch"] >= 1)
    assert [run_of(client, run)["position"] for run in (first, second, third)] == [None, 1, 2]
    assert [run["name"] for run in client.get("/runs").json()["runs"]] == ["c", "b", "a"]
    answers: list[httpx2.Response] = []
    tabs = [
        threading.Thread(target=lambda: answers.append(httpx2.post(f"{lab.url}/runs/{first}/stop", timeout=PATIENCE)))
        for _ in range(2)
    ]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert [(answer.status_code, answer.json()["status"]) for answer in answers] == [(200, "stopped")] * 2
    assert [event["kind"] for event in listened(client, first)].count("status") == 1
    assert client.post(f"/runs/{third}/stop").json()["status"] == "stopped"
    until(client, second, lambda run: run["status"] == "running")
    assert client.delete(f"/runs/{second}").status_code == 204
    assert client.get(f"/runs/{second}").status_code == 404
    assert client.get(f"/runs/{second}/events").status_code == 404


def test_a_stopped_run_goes_on_where_it_was(client: httpx2.Client) -> None:
    whole = begun(client, **{**TINY, "epochs": 30})
    until(client, whole, over)
    run = begun(client, **{**TINY, "epochs": 30})
    until(client, run, lambda run: run["epoch"] >= 1)
    stopped = client.post(f"/runs/{run}/stop").json()
    assert stopped["status"] in ("stopped", "finished")
    if stopped["status"] == "stopped":
        assert client.post(f"/runs/{run}/continue").status_code == 200
        assert client.post(f"/runs/{run}/continue").status_code in (200, 409)
        until(client, run, over)
    assert client.post(f"/runs/{run}/continue").status_code == 409
    ours, theirs = (client.get(f"/runs/{each}/curve").json() for each in (run, whole))
    for name in ("step", "loss", "accuracy", "rate", "gradient"):
        assert ours[name] == theirs[name]


def test_a_run_whose_process_is_killed_says_so_and_the_others_go_on(lab: Running, client: httpx2.Client) -> None:
    run, other = begun(client, **ENDLESS), begun(client, **TINY)
    until(client, run, lambda run: run["epoch"] >= 1)
    state = json.loads((lab.app.state.queue.store.folder / run / "state.json").read_text())
    os.kill(state["process"], signal.SIGKILL)
    found = until(client, run, over)
    assert found["status"] == "interrupted"
    assert "signal 9" in found["reason"]
    assert "continued" in found["reason"]
    assert until(client, other, over)["status"] == "finished"
    assert listened(client, run)[-1]["status"] == "interrupted"


@pytest.mark.skipif(sys.platform != "linux", reason="limits are set from outside, as Linux can")
def test_a_disk_that_fills_ends_the_run_with_a_reason(lab: Running, client: httpx2.Client) -> None:
    import resource

    run = begun(client, **ENDLESS)
    until(client, run, lambda run: run["epoch"] >= 1)
    folder = lab.app.state.queue.store.folder / run
    process = json.loads((folder / "state.json").read_text())["process"]
    resource.prlimit(process, resource.RLIMIT_FSIZE, ((folder / "events.jsonl").stat().st_size + 5000,) * 2)
    found = until(client, run, over)
    assert found["status"] == "failed"
    assert "no space is left" in found["reason"]
    heard = listened(client, run)
    assert [event["seq"] for event in heard] == list(range(1, len(heard) + 1))
    assert client.post(f"/runs/{run}/continue").status_code == 200
    until(client, run, lambda again: again["epoch"] > found["epoch"])


def test_a_server_that_ends_interrupts_its_runs_and_the_next_one_continues_them(weights: Path, tmp_path: Path) -> None:
    with running(weights, runs=tmp_path) as server, httpx2.Client(base_url=server.url, timeout=PATIENCE) as client:
        run, waiting = begun(client, **{**TINY, "epochs": 400}), begun(client, **TINY)
        until(client, run, lambda run: run["epoch"] >= 1)
    state = json.loads((tmp_path / run / "state.json").read_text())
    assert (state["status"], state["process"]) == ("interrupted", None)
    with running(weights, runs=tmp_path) as server, httpx2.Client(base_url=server.url, timeout=PATIENCE) as client:
        assert run_of(client, run)["status"] == "interrupted"
        assert client.post(f"/runs/{run}/continue").status_code == 200
        assert until(client, waiting, over)["status"] == "finished"
        assert until(client, run, lambda run: run["epoch"] > state["epoch"])
        kinds = [event["kind"] for event in listened(client, run, most=10_000_000) if event["kind"] != "steps"]
        assert kinds.count("continued") == 1


def test_a_server_that_is_killed_leaves_runs_that_can_be_continued(weights: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "receptive.cli",
        "serve",
        "--port",
        "0",
        "--no-browser",
        "--no-token",
        "--runs",
        str(tmp_path),
    ]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = next(word for word in process.stdout.readline().split() if word.startswith("http"))
        with httpx2.Client(base_url=address, timeout=PATIENCE) as client:
            run = begun(client, **ENDLESS)
            until(client, run, lambda run: run["epoch"] >= 1)
        process.kill()
    end = time.monotonic() + PATIENCE
    while (state := json.loads((tmp_path / run / "state.json").read_text()))["status"] == "running":
        assert time.monotonic() < end
        time.sleep(0.05)
    assert state["status"] == "interrupted"
    with running(weights, runs=tmp_path) as server, httpx2.Client(base_url=server.url, timeout=PATIENCE) as client:
        assert run_of(client, run)["status"] == "interrupted"
        assert "continued" in run_of(client, run)["reason"]
