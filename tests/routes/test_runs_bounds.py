"""Bounds of requests to the training lab: bodies, names, drawings, data sets, and many who watch one run."""

import asyncio
import io
import json
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from PIL import Image
from starlette.requests import ClientDisconnect

from receptive.routes.bounds import DEEPEST, SETTINGS
from receptive.routes.runs import tails
from receptive.routes.runs.results import Archive
from receptive.routes.runs.tails import Tails
from receptive.training.runs import journal
from receptive.training.runs.archive import packed
from receptive.training.runs.journal import Journal
from receptive.training.runs.run import Run
from receptive.training.runs.store import RunStore
from receptive.training.settings import RunSettings
from tests.serving import Running, running

STROKE = np.pad(np.zeros((24, 4), int), ((8, 8), (18, 18)), constant_values=255)
ROUTES = [("POST", "/runs"), ("POST", "/runs/plan"), ("POST", "/runs/augmentation"), ("PATCH", "/runs/{id}")]


@pytest.fixture
def lab(weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """A server that trains nothing."""
    monkeypatch.setattr("receptive.training.runs.queue.Queue._next", lambda _: None)
    monkeypatch.setattr("receptive.training.runs.queue.Queue.warm", lambda _: None)
    with running(weights, runs=tmp_path / "runs") as server:
        httpx2.get(f"{server.url}/models/lenet5", timeout=120)
        yield server


def sent(lab: Running, method: str, path: str, body: bytes, media: str | None = "application/json") -> httpx2.Response:
    run = lab.app.state.queue.submit(RunSettings().model_dump(mode="json")) if "{id}" in path else None
    headers = {} if media is None else {"Content-Type": media}
    url = lab.url + path.format(id=run.id if run else "")
    return httpx2.request(method, url, content=body, headers=headers, timeout=60)


# --- bodies


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_body_beyond_its_bounds_is_refused_with_a_code(lab: Running, method: str, path: str) -> None:
    many = json.dumps({f"a{number}": 0 for number in range(900_000)}).encode()
    long = json.dumps({"name": "x" * SETTINGS.length}).encode()
    names = json.dumps({f"a{number}": 0 for number in range(SETTINGS.names + 1)}, separators=(",", ":")).encode()
    for body, code, most in (
        (many, "body-too-large", SETTINGS.length),
        (long, "body-too-large", SETTINGS.length),
        (names, "json-too-many-names", SETTINGS.names),
        (b'{"name":' + b"[" * 100, "json-too-deep", DEEPEST),
    ):
        answer = sent(lab, method, path, body)
        assert answer.status_code == 413
        assert answer.json()["why"]["code"] == code
        assert answer.json()["why"]["values"]["most"] == most


@pytest.mark.parametrize(("method", "path"), [*ROUTES, ("POST", "/drawings")])
def test_a_body_that_is_not_json_or_not_utf8_is_a_problem(lab: Running, method: str, path: str) -> None:
    for media in ("text/plain", "application/x-www-form-urlencoded", None):
        answer = sent(lab, method, path, b'{"epochs":1}', media)
        assert (answer.status_code, answer.json()["why"]["code"]) == (415, "unread-type")
    for body in (b"", b"{", b"\xff\xfe", b'{"name":"\xff"}', b'{"name":"\\ud800"}', b"[]", b"null", b"[" * 12):
        answer = sent(lab, method, path, body)
        assert answer.status_code == 422, body
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("value", [True, "3", [3], {"n": 3}, 3.5, None])
def test_nothing_but_a_number_is_taken_for_one(lab: Running, value: Any) -> None:
    answer = sent(lab, "POST", "/runs/plan", json.dumps({"epochs": value}).encode())
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("epochs: ")


def test_settings_are_read_in_a_thread_and_not_on_the_event_loop(lab: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """A drawing and settings that take a second to read stop nobody."""
    from receptive.routes import drawings
    from receptive.routes.runs import body

    real, threads = body.parse, set()
    loop: list[int] = []

    def watched(kind: Any, raw: bytes) -> Any:
        threads.add(threading.get_ident())
        return real(kind, raw)

    monkeypatch.setattr(body, "parse", watched)
    monkeypatch.setattr(drawings, "parse", watched)

    @lab.app.get("/loop-of-this-test")
    async def here() -> None:
        loop.append(threading.get_ident())

    httpx2.get(f"{lab.url}/loop-of-this-test", timeout=60)
    for method, path in ROUTES:
        assert sent(lab, method, path, b"{}").status_code < 300
    drawn = json.dumps({"label": "one", "pixels": STROKE.tolist()}).encode()
    assert sent(lab, "POST", "/drawings", drawn).status_code == 201
    assert len(loop) == 1
    assert len(threads) >= 1
    assert loop[0] not in threads


def test_a_picture_with_more_values_than_a_drawing_has_is_refused_before_it_is_read(lab: Running) -> None:
    body = json.dumps({"label": "one", "pixels": [[0] * 1500] * 1500}).encode()
    answer = sent(lab, "POST", "/drawings", body)
    assert (answer.status_code, answer.json()["why"]["code"]) == (413, "json-too-many-values")


# --- names


@pytest.mark.parametrize("name", ["a\0b", "a\x1bb", "\u202eabc", "a\u2066b", "a\u2028b", "\u200f", "\ufeff"])
def test_a_name_or_note_with_hidden_characters_is_refused(lab: Running, name: str) -> None:
    for field in ("name", "note"):
        for method, path in (("POST", "/runs"), ("PATCH", "/runs/{id}")):
            answer = sent(lab, method, path, json.dumps({field: name}).encode())
            assert answer.status_code == 422
            assert answer.json()["why"]["code"] == "hidden-character"
            assert answer.json()["why"]["values"]["character"].startswith("U+")


def test_names_are_one_line_and_notes_may_have_more(lab: Running) -> None:
    family = "👨\u200d👩\u200d👧 میخواهم 学习"
    for name, kept in ((family, family), ("  a   b ", "a b")):
        assert sent(lab, "POST", "/runs", json.dumps({"name": name}).encode()).json()["name"] == kept
    blank = sent(lab, "POST", "/runs", json.dumps({"name": "   "}).encode()).json()
    assert blank["name"] == blank["id"]
    assert sent(lab, "POST", "/runs", b'{"name":"a\\nb"}').status_code == 422
    assert sent(lab, "POST", "/runs", b'{"note":"a\\r\\n\\tb"}').json()["note"] == "a\n\tb"


# --- drawings


def test_five_hundred_others_leave_a_visitors_drawings_where_they_are(
    lab: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("receptive.training.data.drawings.MOST_BROWSERS", 6)
    drawn = {"label": "one", "pixels": STROKE.tolist()}
    with httpx2.Client(base_url=lab.url, timeout=60) as mine:
        for _ in range(3):
            assert mine.post("/drawings", json=drawn).status_code == 201
        answers = [httpx2.post(f"{lab.url}/drawings", json=drawn, timeout=60) for _ in range(10)]
        assert [answer.status_code for answer in answers] == [201] * 5 + [507] * 5
        assert answers[-1].json()["why"] == {"code": "drawings-full", "values": {"most": 6}}
        assert len(mine.get("/drawings").json()["drawings"]) == 3


def test_one_drawing_is_answered_by_reading_one_file(lab: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    from receptive.training.data import drawings

    with httpx2.Client(base_url=lab.url, timeout=60) as mine:
        for _ in range(5):
            drawing = mine.post("/drawings", json={"label": "one", "pixels": STROKE.tolist()}).json()["id"]
        real, opened = drawings._read, []

        def noted(path: Path) -> Any:
            opened.append(path)
            return real(path)

        monkeypatch.setattr(drawings, "_read", noted)
        picture = Image.open(io.BytesIO(mine.get(f"/drawings/{drawing}.png").content))
        assert picture.size == (28, 28)
        assert [path.stem for path in opened] == [drawing]


def test_drawings_that_cannot_be_removed_are_not_said_to_be(lab: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    with httpx2.Client(base_url=lab.url, timeout=60) as mine:
        drawing = mine.post("/drawings", json={"label": "one", "pixels": STROKE.tolist()}).json()["id"]
        monkeypatch.setattr("receptive.training.data.drawings.shutil.rmtree", read_only)
        monkeypatch.setattr(Path, "unlink", read_only)
        for path in ("/drawings", f"/drawings/{drawing}"):
            answer = mine.delete(path)
            assert (answer.status_code, answer.json()["why"]["code"]) == (507, "runs-unwritable")
        monkeypatch.undo()
        assert len(mine.get("/drawings").json()["drawings"]) == 1


def test_anothers_cookie_beside_ours_changes_nothing(lab: Running) -> None:
    with httpx2.Client(base_url=lab.url, timeout=60) as mine:
        mine.post("/drawings", json={"label": "one", "pixels": STROKE.tolist()})
        ours = "; ".join(f"{name}={value}" for name, value in mine.cookies.items())
    for other in ('theme={"dark":true}', "a[b]=c", "bare", "x=a b c", "@x=1", "\\" * 6000):
        answer = httpx2.get(f"{lab.url}/drawings", headers={"Cookie": f"{other}; {ours}"}, timeout=60)
        assert len(answer.json()["drawings"]) == 1, other


# --- data sets


def test_a_download_that_fails_after_its_visitor_left_is_a_line_and_no_traceback(
    lab: Running, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    left, done = threading.Event(), threading.Event()

    def obtain(*_: object) -> None:
        left.wait(60)
        done.set()
        raise OSError("the line is cut")

    monkeypatch.setattr("receptive.training.data.datasets.obtain", obtain)
    with httpx2.stream("POST", f"{lab.url}/datasets/mnist/fetch", timeout=60) as answer:
        next(answer.iter_lines())
    left.set()
    assert done.wait(60)
    end = time.monotonic() + 60
    while "mnist was not downloaded: the line is cut" not in caplog.text:
        assert time.monotonic() < end
        time.sleep(0.01)
    assert "never retrieved" not in caplog.text
    assert "Traceback" not in caplog.text


def test_a_download_that_fails_in_an_unknown_way_ends_the_stream_with_a_reason(
    lab: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def obtain(*_: object) -> None:
        raise OSError("the line is cut")

    monkeypatch.setattr("receptive.training.data.datasets.obtain", obtain)
    text = httpx2.post(f"{lab.url}/datasets/mnist/fetch", timeout=60).text
    assert json.loads(text.rpartition("data: ")[2])["why"] == {
        "code": "download-failed",
        "values": {"data": "mnist", "error": "the line is cut"},
    }


def test_a_damaged_file_in_the_data_folder_is_not_here_and_a_sheet_is_refused(weights: Path, tmp_path: Path) -> None:
    from receptive.training.data.datasets import MNIST

    for file in (MNIST.images, MNIST.labels):
        (tmp_path / file.name).write_bytes(b"\0" * file.size)
    with running(weights, data_dir=tmp_path) as server:
        listed = httpx2.get(f"{server.url}/datasets", timeout=120).json()["datasets"]
        assert {each["name"]: each["here"] for each in listed}["mnist"] is False
        answer = httpx2.post(f"{server.url}/runs/augmentation", json={"dataset": "mnist"}, timeout=60)
        assert (answer.status_code, answer.json()["why"]["code"]) == (409, "data-not-here")


def test_a_sheet_of_no_data_set_is_refused_by_name(lab: Running) -> None:
    answer = httpx2.post(f"{lab.url}/runs/augmentation", json={"dataset": "mnits"}, timeout=60)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("dataset: a data set is needed: digits, ")


# --- watchers


def test_a_log_is_read_once_for_all_who_watch_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = RunStore(tmp_path).create(RunSettings().model_dump(mode="json"))
    monkeypatch.setattr(tails, "BETWEEN", 0.001)
    over, real = threading.Event(), journal.Reader.lines
    readers: deque[int] = deque(maxlen=20)  # of the last reads

    def noted(reader: journal.Reader, *most: int) -> list[bytes]:
        readers.append(id(reader))
        return real(reader, *most)

    monkeypatch.setattr(journal.Reader, "lines", noted)

    async def main() -> list[bytes]:
        board = Tails()

        async def one() -> bytes:
            return b"".join([part async for part in board.events(run, 0, over.is_set)])

        watchers = [asyncio.create_task(one()) for _ in range(100)]
        async with asyncio.timeout(60):  # until everybody has caught up, and one goes on reading
            while len(readers) < 20 or len(set(readers)) > 1 or board._tails[run.id].watchers < 100:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        over.set()
        return await asyncio.gather(*watchers)

    with Journal(run.log) as log:
        log.write("started", {"value": 1})
        log.write("steps", {"loss": [1.0]})
    (text,) = set(asyncio.run(main()))
    assert text.count(b"id: ") == 2


def test_watchers_who_come_late_or_lag_get_every_event_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = RunStore(tmp_path).create(RunSettings().model_dump(mode="json"))
    monkeypatch.setattr(tails, "BETWEEN", 0.001)
    monkeypatch.setattr(tails, "RECENT", 2)
    over = threading.Event()

    async def one(board: Tails, pause: float, after: int) -> bytes:
        parts = []
        async for part in board.events(run, after, over.is_set):
            parts.append(part)
            await asyncio.sleep(pause)
        return b"".join(parts)

    async def main() -> list[bytes]:
        board = Tails()
        watchers = [asyncio.create_task(one(board, pause, 0)) for pause in (0, 0.002, 0.02)]
        with Journal(run.log) as log:
            for number in range(200):
                log.write("steps", {"value": number})
                if number % 7 == 0:
                    await asyncio.sleep(0.002)
                if number == 100:
                    watchers.append(asyncio.create_task(one(board, 0.001, 50)))
        over.set()
        return await asyncio.gather(*watchers)

    *early, late = asyncio.run(main())
    for text, first in (*((each, 1) for each in early), (late, 51)):
        ids = [int(line[4:]) for line in text.decode().splitlines() if line.startswith("id: ")]
        assert ids == list(range(first, 201))


def test_a_run_that_is_deleted_while_it_is_watched_ends_the_stream(lab: Running) -> None:
    run = lab.app.state.queue.submit(RunSettings().model_dump(mode="json"))
    with httpx2.stream("GET", f"{lab.url}/runs/{run.id}/events", timeout=60) as answer:
        lab.app.state.queue.store.delete(Run(run.folder))
        assert [line for line in answer.iter_lines() if line.startswith("data")] == []


async def test_the_file_that_is_being_packed_is_closed_when_a_client_leaves(tmp_path: Path) -> None:
    (tmp_path / "best.safetensors").write_bytes(bytes(2**20))
    pieces = packed(tmp_path)

    async def send(message: Mapping[str, Any]) -> None:
        if message.get("body"):
            raise OSError("the client has left")

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}}
    with pytest.raises(ClientDisconnect):
        await Archive(pieces)(scope, receive, send)
    assert not list(pieces)  # it is closed, and the file with it
