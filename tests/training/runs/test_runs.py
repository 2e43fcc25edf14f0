"""Runs on disk: folders, logs that stay whole, steps as bytes, and a curve that keeps its peaks."""

import io
import math
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from receptive.training.runs import journal, steps_file
from receptive.training.runs.archive import packed
from receptive.training.runs.curve import curve, stretch
from receptive.training.runs.errors import NoSuchRunError
from receptive.training.runs.journal import Journal, Reader, events
from receptive.training.runs.lock import LockedError, is_locked, locked
from receptive.training.runs.run import Run, put
from receptive.training.runs.store import RunStore
from receptive.training.runs.summary import log_summary
from receptive.training.settings import RunSettings


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


def created(store: RunStore, **about: Any) -> Run:
    return store.create(RunSettings().model_dump(mode="json"), **about)


def logged(run: Run, kinds: list[tuple[str, dict[str, Any]]]) -> Run:
    with Journal(run.log) as log:
        for kind, event in kinds:
            log.write(kind, event)
    return run


def steps(first: int, losses: list[float], seconds: float, epoch: int = 1) -> tuple[str, dict[str, Any]]:
    said = {"first": first, "epoch": epoch, "loss": losses, "seconds": seconds}
    return "steps", {**said, **{name: [0.5] * len(losses) for name in ("accuracy", "rate", "gradient")}}


# --- the log


def test_a_torn_last_line_is_not_there_and_is_cut_off_by_the_next_writer(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    with Journal(path) as log:
        log.write("one", {"value": 1})
        log.write("two", {"value": 2})
    whole = path.read_bytes()
    for length in range(len(whole) + 1):
        path.write_bytes(whole[:length])
        lines = whole[:length].count(b"\n")
        assert [event["seq"] for event in events(path)] == list(range(1, lines + 1))
        assert journal.last_seq(path) == lines
        with Journal(path) as log:
            assert log.seq == lines
            log.write("three", {})
        assert [event["seq"] for event in events(path)] == list(range(1, lines + 2))


def test_what_follows_a_number_is_found_wherever_it_is(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    with Journal(path) as log:
        for number in range(1, 200):
            log.write("event", {"value": "x" * (number * 37 % 500)})
    for after in range(201):
        found = [event["seq"] for event in events(path, after)]
        assert found == list(range(after + 1, 200))


def test_a_reader_gets_every_line_once_however_the_log_grows(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    reader, found = Reader(path), []
    assert reader.lines() == []
    with Journal(path) as log:
        for number in range(1, 50):
            log.write("event", {"value": "y" * 100})
            with path.open("ab") as other:
                other.write(b'{"seq":')  # as if a line were just being written
            if number % 3 == 0:
                found += reader.lines(most=64)
            os.truncate(path, path.stat().st_size - 7)
    while lines := reader.lines(most=64):
        found += lines
    assert [journal.number(line) for line in found] == list(range(1, 50))


def test_a_line_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "events.jsonl"
    with Journal(path) as log:
        log.write("one", {})
        before = path.read_bytes()
        real = log._file

        class Full:
            def write(self, data: memoryview) -> int:
                if len(data) > 10:
                    return real.write(data[:10])
                raise OSError(28, "No space left on device")

            def __getattr__(self, name: str) -> Any:
                return getattr(real, name)

        monkeypatch.setattr(log, "_file", Full())
        with pytest.raises(OSError, match="No space"):
            log.write("two", {"value": "x" * 2})
        monkeypatch.setattr(log, "_file", real)
        assert path.read_bytes() == before
        log.write("three", {})
    assert [event["kind"] for event in events(path)] == ["one", "three"]


# --- folders


@pytest.mark.parametrize(
    "name",
    ["", "..", ".", "../runs", "20261121-084501-lenet5-7f3a/..", "20261121-084501-lenet5-7f3a\n", "a" * 500,
     "20261121-084501-lenet5-7F3A", "20261121-084501--7f3a", "２０261121-084501-lenet5-7f3a", "/etc", "C:\\runs"],
)  # fmt: skip
def test_a_name_that_is_no_id_finds_nothing(store: RunStore, name: str) -> None:
    created(store)
    with pytest.raises(NoSuchRunError):
        store.get(name)


def test_a_run_that_a_server_left_half_made_is_not_there_and_is_swept_up(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Run, "describe", die)
        with pytest.raises(Killed):
            created(store, name="first")
    assert store.all() == []
    (half,) = store.folder.iterdir()
    store.sweep()
    assert half.exists()  # another thread may be making it now
    os.utime(half, (0, 0))
    store.sweep()
    assert list(store.folder.iterdir()) == []


def test_the_newest_run_is_the_first(store: RunStore) -> None:
    made = [created(store, name=str(place)).id for place in range(5)]
    assert [run.id for run in store.all()] == made[::-1]


def test_a_deleted_run_is_gone_and_what_a_crash_left_of_one_is_swept_up(store: RunStore) -> None:
    run, other = created(store), created(store)
    store.delete(run)
    other.folder.rename(store.folder / f".{other.id}.deleted")
    assert store.all() == []
    store.sweep()
    assert list(store.folder.iterdir()) == []


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    put(path, b"before", sync=True)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        put(path, b"after")
    assert path.read_bytes() == b"before"
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_a_folder_is_locked_by_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not is_locked(path)
    with locked(path):
        assert is_locked(path)
        with pytest.raises(LockedError), locked(path):
            pass
    assert not is_locked(path)


def test_a_zip_file_has_everything_but_what_is_for_this_machine(store: RunStore) -> None:
    run = logged(created(store), [steps(1, [1.0], 0.1)])
    for name in ("lock", "worker.log", "best.safetensors.part"):
        (run.folder / name).write_bytes(b"x")
    with zipfile.ZipFile(io.BytesIO(b"".join(packed(run.folder)))) as archive:
        assert archive.testzip() is None
        names = {name.removeprefix(f"{run.id}/") for name in archive.namelist()}
        assert names == {"about.json", "events.jsonl", "settings.json", "state.json"}
        assert archive.read(f"{run.id}/events.jsonl") == run.log.read_bytes()


# --- steps and curves


def test_steps_rebuilt_from_the_log_leave_out_what_is_void(store: RunStore) -> None:
    run = logged(
        created(store),
        [
            steps(1, [3.0, 2.0], 0.2),
            steps(3, [1.0], 0.3),
            ("continued", {"epoch": 1, "step": 2}),
            steps(3, [0.5, 0.25], 0.6, epoch=2),
        ],
    )
    found = steps_file.rebuilt(run.log)
    assert found["loss"].tolist() == [3.0, 2.0, 0.5, 0.25]
    assert found["seconds"].tolist() == pytest.approx([0.1, 0.2, 0.4, 0.6])
    assert found["epoch"].tolist() == [1, 1, 2, 2]


@pytest.mark.parametrize("count", [1, 5, 99, 100, 101, 1000, 12_345])
def test_every_peak_is_among_the_steps_that_are_chosen(count: int) -> None:
    made = np.zeros(count, steps_file.STEP)
    random = np.random.default_rng(count)
    for name in steps_file.DRAWN:
        made[name] = random.normal(size=count)
    for first, last in ((1, None), (count // 3 + 1, count // 2 + 1)):
        places = steps_file.chosen(made, 100, first, last)
        span = made[first - 1 : last]
        assert 0 < len(places) <= 100
        assert (np.diff(places) > 0).all()
        assert places[0] == first - 1
        assert places[-1] == (count if last is None else min(last, count)) - 1
        for name in steps_file.DRAWN:
            assert made[name][places].min() == span[name].min()
            assert made[name][places].max() == span[name].max()


def test_each_stretch_of_a_curve_keeps_its_own_extremes() -> None:
    made = np.zeros(10_000, steps_file.STEP)
    made["loss"] = np.random.default_rng(1).normal(size=10_000)
    places = steps_file.chosen(made, 602)
    for part in range(0, 10_000, 100):
        here = places[(places >= part) & (places < part + 100)]
        assert made["loss"][part : part + 100].max() in made["loss"][here]
        assert made["loss"][part : part + 100].min() in made["loss"][here]


def test_a_curve_has_what_is_valid_and_knows_where_the_events_go_on(store: RunStore) -> None:
    figures = {"loss": 1.0, "accuracy": 0.5, "validation_loss": None, "validation_accuracy": None}
    epoch = {**figures, "best": True, "seconds": 0.2, "confusion": [[1]], "layers": []}
    notice = {"what": "vanishing", "layer": "c1", "epoch": 2, "norm": 0.0}
    run = logged(
        created(store),
        [
            ("started", {"steps": 4}),
            steps(1, [3.0, 2.0], 0.2),
            ("epoch", {"epoch": 1, "step": 2, **epoch}),
            steps(3, [9.0], 0.3, epoch=2),
            ("notice", {**notice, "step": 3}),
            ("epoch", {"epoch": 2, "step": 4, **epoch}),
            ("continued", {"epoch": 1, "step": 2}),
        ],
    )
    found = curve(run, 100)
    assert found["seq"] == 7
    assert found["step"].tolist() == [1, 2]
    assert [each["epoch"] for each in found["epochs"]] == [1]
    assert "confusion" not in found["epochs"][0]
    assert found["latest"]["confusion"] == [[1]]
    assert found["notices"] == []
    assert found["started"]["steps"] == 4


def test_a_log_that_grows_is_read_on_and_its_epochs_are_told_whole(store: RunStore) -> None:
    figures = {"loss": 1.0, "accuracy": 0.5, "validation_loss": None, "validation_accuracy": None}
    epochs = [
        ("epoch", {"epoch": n, "step": n, **figures, "best": True, "seconds": 0.1, "confusion": [[n]], "layers": []})
        for n in range(1, 12)
    ]
    run = created(store)
    log = log_summary(run.log)
    assert (log.read().seq, log.latest()) == (0, None)
    for count, epoch in enumerate(epochs, 1):
        logged(run, [steps(count, [1.0], 0.1), epoch])
        with run.log.open("ab") as file:
            file.write(b'{"seq":')  # torn: half a line is none
        summary, latest = log.read(), log.latest()
        assert (summary.seq, len(summary.epochs)) == (2 * count, count)
        assert latest is not None
        assert latest["confusion"] == [[count]]
    assert [epoch["confusion"] for epoch in log.epochs(100, 3, 5)] == [[[3]], [[4]], [[5]]]
    assert [epoch["epoch"] for epoch in log.epochs(3)] == [1, 6, 11]
    logged(run, [("continued", {"epoch": 2, "step": 2})])
    assert [epoch["epoch"] for epoch in log.epochs(100)] == [1, 2]
    run.log.unlink()
    assert log.read().seq == 0


# --- running means


@pytest.mark.parametrize("weight", [0.0, 0.3, 0.6, 0.99])
def test_a_running_mean_is_what_its_recurrence_says_and_a_gap_stays_one(weight: float) -> None:
    values = np.random.default_rng(3).random(5000).astype(np.float32)
    values[[7, 8, 4000]] = np.nan
    expected, mean, share = [], 0.0, 0.0
    for value in values.tolist():
        if math.isfinite(value):
            mean, share = weight * mean + (1 - weight) * value, weight * share + (1 - weight)
        expected.append(mean / share if math.isfinite(value) else math.nan)
    assert np.allclose(steps_file.running_mean(values, weight), expected, rtol=1e-6, equal_nan=True)


def test_a_stretch_has_the_means_of_the_whole_run_at_its_own_steps(store: RunStore) -> None:
    losses = np.random.default_rng(4).random(6000).astype(np.float32)
    run = logged(created(store), [steps(1, losses.tolist(), 6.0)])
    whole = stretch(run, 10_000, smoothing=0.9)
    assert np.allclose(whole["mean_loss"], steps_file.running_mean(losses, 0.9), rtol=1e-6)
    some = stretch(run, 10_000, 2001, 2050, 0.9)
    assert some["step"].tolist() == list(range(2001, 2051))
    assert np.allclose(some["mean_loss"], whole["mean_loss"][2000:2050], rtol=1e-6)
    fewer = stretch(run, 200, smoothing=0.9)
    assert len(fewer["step"]) <= 200
    assert fewer["mean_loss"].max() == whole["mean_loss"].max()
    assert stretch(run, 10, 7000, 8000)["step"].tolist() == []


def test_a_line_of_the_log_is_json_with_its_number_first(store: RunStore) -> None:
    run = logged(created(store), [steps(1, [1.0], 0.1)])
    (line,) = run.log.read_bytes().splitlines()
    assert line.startswith(b'{"seq":1,"kind":"steps",')
    assert orjson.loads(line)["loss"] == [1.0]
