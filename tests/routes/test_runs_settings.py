"""Requests to the training lab that are refused, and its plans before anything is trained."""

import io
import itertools
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from PIL import Image

from receptive.training.data.fetching import Cancelled, Progress
from receptive.training.runs.store import RunStore
from receptive.training.settings import RunSettings
from tests.serving import TOKEN, Running, running

EMPTY = {"channels": [4, 4, 4, 4, 4], "pooling": "max"}


@pytest.fixture(autouse=True)
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is trained here."""
    monkeypatch.setattr("receptive.training.runs.queue.Queue._next", lambda _: None)
    monkeypatch.setattr("receptive.training.runs.queue.Queue.warm", lambda _: None)


@pytest.fixture
def lab(weights: Path, tmp_path: Path) -> Iterator[Running]:
    with running(weights, runs=tmp_path / "runs") as server:
        yield server


def images(folder: Path, *classes: str) -> Path:
    for place, name in enumerate(classes):
        (folder / name).mkdir(parents=True)
        for number in range(4):
            Image.fromarray(np.full((8, 8), 40 * place + number, np.uint8)).save(folder / name / f"{number}.png")
    return folder


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"epochs": 0}, "epochs"),
        ({"learning_rate": -1}, "learning_rate"),
        ({"learning_rate": "NaN"}, "learning_rate"),
        (
            {"batch_size": "some"},
            """batch_size: a whole number from 1 to 100000, or "all", is needed; \"some\" was sent""",
        ),
        (
            {"model": "lenet6"},
            'model.name: a network of the catalogue is needed: lenet5, lenet5-1998; "lenet6" was sent',
        ),
        ({"model": {"kernel": 99}}, "model.pattern.kernel: at most 11 is allowed; 99 was sent"),
        ({"dataset": "mnits"}, "dataset"),
        ({"nonsense": 1}, "nonsense"),
        ({"model": EMPTY}, "pool5"),
        ({"model": {"channels": [4], "dropout": 0}, "dropout": 0.5}, "dropout"),
        ({"dataset": "drawings"}, "at least two"),
        ({"dataset": "folder:/nowhere/at/all"}, "folder"),
        ({"dataset": "folder:\0"}, "folder"),
        ({"name": "x" * 81}, "name"),
    ],
)
def test_settings_that_give_no_run_are_refused_before_anything_begins(
    lab: Running, settings: dict[str, Any], said: str
) -> None:
    answer = httpx2.post(f"{lab.url}/runs", json=settings, timeout=60)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert httpx2.get(f"{lab.url}/runs").json() == {"runs": []}


@pytest.mark.parametrize(
    ("settings", "code", "values"),
    [
        ({"model": EMPTY}, "window-too-large", {"row": "pool5", "window": 2, "height": 1, "width": 1}),
        ({"model": {"channels": [4], "kernel": 4}}, "even-kernel", {"kernel": 4, "smaller": 3, "larger": 5}),
        ({"model": {"channels": [4], "dropout": 0}, "dropout": 0.5}, "no-dropout", {}),
        ({"optimizer": "nesterov", "momentum": 0}, "nesterov-without-momentum", {}),
        ({"loss": "own", "label_smoothing": 0.1}, "smoothing-of-own-loss", {}),
        ({"held_out": 0, "early_stopping": {}}, "stopping-without-held-out", {}),
        ({"dataset": "drawings"}, "drawings-of-too-few-classes", {"found": 0}),
        ({"dataset": "folder:/nowhere/at/all"}, "no-folder-here", {"folder": "all"}),
    ],
)
def test_what_gives_no_run_is_said_so_that_every_language_can_say_it(
    lab: Running, settings: dict[str, Any], code: str, values: dict[str, Any]
) -> None:
    problem = httpx2.post(f"{lab.url}/runs/plan", json=settings, timeout=60).json()
    assert problem["why"]["code"] == code
    assert values.items() <= problem["why"]["values"].items()
    assert all(str(value) in problem["detail"] for value in problem["why"]["values"].values())


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"epochs": True}, "epochs"),
        ({"epochs": "3"}, "epochs"),
        ({"held_out": "0.2"}, "held_out"),
        ({"batch_size": True}, "batch_size"),
        ({"model": {"channels": ["8"]}}, "model.pattern.channels.0"),
        ({"model": {"kernel": "3"}}, "model.pattern.kernel"),
        ({"model": {"batch_norm": "yes"}}, "model.pattern.batch_norm"),
        ({"schedule": {"every": "3"}}, "schedule.every"),
        ({"augmentation": {"shift": True}}, "augmentation.shift"),
    ],
)
def test_text_and_true_are_no_numbers(lab: Running, settings: dict[str, object], field: str) -> None:
    answer = httpx2.post(f"{lab.url}/runs/plan", json=settings, timeout=60)
    assert (answer.status_code, answer.json()["why"]["values"]["field"]) == (422, field)


def test_a_bound_of_the_schema_has_a_code_and_its_values_and_the_first_of_several_stands_for_all(lab: Running) -> None:
    small = {"code": "too-small", "values": {"field": "epochs", "limit": 1, "sent": "0"}}
    unknown = {"code": "field-unknown", "values": {"field": "nonsense", "sent": "1"}}
    for settings, why in (
        ({"epochs": 0}, small),
        ({"epochs": 0, "held_out": 0, "early_stopping": {}}, small),
        ({"nonsense": 1}, unknown),
    ):
        assert httpx2.post(f"{lab.url}/runs/plan", json=settings, timeout=60).json()["why"] == why


def test_a_run_of_an_older_version_has_its_reason_and_no_code(lab: Running) -> None:
    run = lab.app.state.queue.store.create(RunSettings().model_dump(mode="json"))
    old = {"status": "failed", "reason": "the loss is nan at step 3", "epoch": 0, "step": 3}
    (run.folder / "state.json").write_text(json.dumps(old))
    told = httpx2.get(f"{lab.url}/runs/{run.id}").json()
    assert (told["status"], told["reason"], told["why"]) == ("failed", "the loss is nan at step 3", None)


def test_a_plan_says_how_long_a_run_is_and_what_its_layers_are(lab: Running) -> None:
    plan = httpx2.post(f"{lab.url}/runs/plan", json={"epochs": 2, "schedule": {"kind": "cosine"}}, timeout=60).json()
    assert (plan["pictures"], plan["held_out"], plan["per_epoch"], plan["steps"]) == (1438, 359, 45, 90)
    assert plan["parameters"] == 61_706
    assert [layer["name"] for layer in plan["layers"]][:2] == ["c1", "c1_act"] or plan["layers"][0]["name"] == "c1"
    assert plan["planned"][0][0] == 1
    assert plan["planned"][-1] == [90, pytest.approx(0, abs=1e-12)]
    pattern = {"channels": [2], "units": [5]}
    plan = httpx2.post(f"{lab.url}/runs/plan", json={"model": pattern, "dataset": "cifar10"}, timeout=60).json()
    assert plan["layers"][0] == {"name": "input", "kind": "input", "shape": [3, 32, 32], "parameters": 0}
    assert plan["parameters"] == sum(layer["parameters"] for layer in plan["layers"])


def test_a_folder_may_be_named_by_who_sits_at_the_machine(lab: Running, tmp_path: Path) -> None:
    folder = images(tmp_path / "own", "cat", "dog")
    asked = {"dataset": f"folder:{folder}", "model": {"channels": [2], "window": 4}, "held_out": 0.25}
    plan = httpx2.post(f"{lab.url}/runs/plan", json=asked, timeout=60).json()
    assert (plan["classes"], plan["pictures"], plan["held_out"]) == (["cat", "dog"], 6, 2)
    assert httpx2.post(f"{lab.url}/runs", json=asked, timeout=60).status_code == 201


def test_others_may_name_folders_inside_the_data_folder_only(weights: Path, tmp_path: Path) -> None:
    data, outside = tmp_path / "data", images(tmp_path / "outside", "cat", "dog")
    images(data / "pets", "cat", "dog")
    (data / "link").symlink_to(outside)
    asked = {"model": {"channels": [2], "window": 4}}
    with (
        running(weights, token=TOKEN, data_dir=data, allowed_hosts=("school.example",)) as server,
        httpx2.Client(base_url=server.url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60) as client,
    ):
        assert client.post("/runs/plan", json={**asked, "dataset": "folder:pets"}).status_code == 200
        assert client.post("/runs/plan", json={**asked, "dataset": f"folder:{data / 'pets'}"}).status_code == 200
        said = set()
        unc = ("\\\\evil\\share", "//evil/share", "\\\\?\\C:\\", "C:\\pets", "C:pets", "pets\\..\\..\\outside")
        inside = ("pets/../../outside", "pets/./", "pets\0", "pets.", "pets::$DATA", "~root/x", "~nobody-such/x", ".")
        named = (outside, data, data / "..", data / "link", "../outside", "/", "/etc", "/nowhere", "~", "link")
        for path in (*named, *unc, *inside):
            answer = client.post("/runs/plan", json={**asked, "dataset": f"folder:{path}"})
            assert answer.status_code == 422, path
            said.add(answer.json()["detail"])
        assert len(said) == 1  # whether a folder exists is not told


def test_a_run_is_named_and_noted(lab: Running) -> None:
    with httpx2.Client(base_url=lab.url, timeout=60) as client:
        run = client.post("/runs", json={}).json()
        assert (run["name"], run["note"], run["position"]) == (run["id"], "", 1)
        assert client.patch(f"/runs/{run['id']}", json={"name": "学习", "note": "a\nb"}).json()["name"] == "学习"
        found = client.patch(f"/runs/{run['id']}", json={"name": ""}).json()
        assert (found["name"], found["note"]) == (run["id"], "a\nb")
        assert client.patch(f"/runs/{run['id']}", json={"status": "finished"}).status_code == 422
        assert client.get("/runs/20261121-084501-lenet5-7f3a").status_code == 404
        for path in ("..%2f..%2fetc", "%00", "x" * 47):
            assert client.get(f"/runs/{path}").status_code in (404, 422)


def test_more_runs_than_can_wait_are_refused(lab: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("receptive.training.runs.queue.MOST_WAITING", 2)
    answers = [httpx2.post(f"{lab.url}/runs", json={}, timeout=60) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert "retry-after" in answers[-1].headers


def test_a_sheet_shows_samples_as_they_are_and_changed(lab: Running) -> None:
    asked = {"augmentation": {"rotate": 1}, "rows": 3, "columns": 5, "seed": 4}
    raw = [httpx2.post(f"{lab.url}/runs/augmentation", json=asked, timeout=60).content for _ in range(2)]
    assert raw[0] == raw[1]
    sheet = np.asarray(Image.open(io.BytesIO(raw[0])))
    assert sheet.shape == (3 * 28, 5 * 28)
    assert (sheet[:28, :28] != sheet[:28, 28:56]).any()
    plain = httpx2.post(f"{lab.url}/runs/augmentation", json={**asked, "augmentation": {}}, timeout=60).content
    assert (np.asarray(Image.open(io.BytesIO(plain)))[:, :28] == sheet[:, :28]).all()


def test_drawings_are_kept_per_browser_and_become_a_data_set(lab: Running) -> None:
    strokes = np.full((40, 40), 255)
    strokes[8:32, 18:22] = 0
    with httpx2.Client(base_url=lab.url, timeout=60) as client, httpx2.Client(base_url=lab.url, timeout=60) as other:
        assert client.get("/drawings").json() == {"drawings": []}
        for label in ("one", "one", "bar", "bar"):
            answer = client.post("/drawings", json={"label": label, "pixels": strokes.tolist()})
            assert answer.status_code == 201
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        kept = client.get("/drawings").json()["drawings"]
        assert [each["label"] for each in kept] == ["one", "one", "bar", "bar"]
        assert other.get("/drawings").json() == {"drawings": []}
        picture = Image.open(io.BytesIO(client.get(f"/drawings/{kept[0]['id']}.png").content))
        assert picture.size == (28, 28)
        assert other.get(f"/drawings/{kept[0]['id']}.png").status_code == 404
        assert other.delete(f"/drawings/{kept[0]['id']}").status_code == 404
        asked = {"dataset": "drawings", "model": {"channels": [2]}, "held_out": 0.5}
        plan = client.post("/runs/plan", json=asked).json()
        assert (plan["pictures"], plan["held_out"], set(plan["classes"])) == (2, 2, {"one", "bar"})
        run = client.post("/runs", json=asked).json()["id"]
        assert other.post("/runs", json=asked).status_code == 422
        assert client.post("/drawings", json={"label": "", "pixels": strokes.tolist()}).status_code == 422
        assert client.post("/drawings", json={"label": "x", "pixels": [[255] * 9] * 9}).status_code == 422
        assert client.delete(f"/drawings/{kept[0]['id']}").status_code == 204
        assert client.delete("/drawings").status_code == 204
        assert client.get("/drawings").json() == {"drawings": []}
        store: RunStore = lab.app.state.queue.store
        assert len(list((store.get(run).folder / "drawings").glob("*.png"))) == 4


def test_data_sets_are_said_with_their_size(lab: Running) -> None:
    found = {each["name"]: each for each in httpx2.get(f"{lab.url}/datasets", timeout=60).json()["datasets"]}
    assert found["digits"]["here"]
    assert found["digits"]["bytes"] == 0
    assert found["mnist"]["bytes"] > 9_000_000
    answer = httpx2.post(f"{lab.url}/datasets/digits/fetch", timeout=60)
    assert "event: done" in answer.text
    assert httpx2.post(f"{lab.url}/datasets/nothing/fetch").status_code == 404


def test_who_leaves_gives_up_what_is_being_fetched(lab: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    given_up = threading.Event()

    def obtain(_: str, __: Path | None, progress: Progress) -> None:
        try:
            for done in itertools.count():
                progress(done, 10**9)
                time.sleep(0.001)
        except Cancelled:
            given_up.set()
            raise

    monkeypatch.setattr("receptive.training.data.datasets.obtain", obtain)
    address = f"{lab.url}/datasets/mnist/fetch"
    with httpx2.stream("POST", address, timeout=60) as answer:
        lines = (line for line in answer.iter_lines() if line.startswith("data: "))
        told = [json.loads(next(lines)[6:])["done"] for _ in range(3)]
        assert told == sorted(told)
        assert httpx2.post(address).status_code == 429
    assert given_up.wait(60)


def test_a_data_set_that_cannot_be_had_says_why(weights: Path, tmp_path: Path) -> None:
    with running(weights, data_dir=tmp_path) as server:
        answer = httpx2.post(f"{server.url}/datasets/mnist/fetch", timeout=60)
        assert "event: failed" in answer.text
        failed = json.loads(answer.text.rpartition("data: ")[2])
        assert "train-images-idx3-ubyte.gz" in failed["reason"]
        assert failed["why"]["code"] == "file-absent"
        assert failed["why"]["values"]["file"] == "train-images-idx3-ubyte.gz"
        asked = {"dataset": "mnist"}
        assert httpx2.post(f"{server.url}/runs/augmentation", json=asked, timeout=60).status_code == 409
