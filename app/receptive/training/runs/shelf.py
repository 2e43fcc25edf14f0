"""Runs on disk: each has a folder of its own, whose files are written beside and moved over."""

import os
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

import orjson

from convnets.resources import data_folder
from convnets.why import ExplainedError
from receptive.training.data.sources import DRAWINGS
from receptive.training.runs import journal
from receptive.training.runs.held import is_held

Status = Literal["queued", "running", "finished", "stopped", "failed", "interrupted"]
OVER: Final = ("finished", "stopped", "failed", "interrupted")
ID: Final = re.compile(r"\d{8}-\d{6}-[a-z0-9]+(-[a-z0-9]+)*-[0-9a-f]{4}", re.ASCII)
PREPARED: Final = "prepared"  # how the ids of shipped runs begin
PREPARED_ID: Final = re.compile(rf"{PREPARED}(-[a-z0-9]+)+", re.ASCII)
SHIPPED: Final = data_folder("convnets", "runs")
LONGEST_ID: Final = 48
MOST_SNAPSHOTS: Final = 100_000


class NoSuchRunError(ExplainedError):
    """There is no run of that name, or not what was asked of it; says what."""


@dataclass(frozen=True)
class About:
    """What a visitor says of a run."""

    name: str
    note: str = ""
    created: str = ""  # ISO 8601, UTC


@dataclass(frozen=True)
class State:
    """How far a run is; written by its worker, and by the queue while there is none."""

    status: Status = "queued"
    reason: str = ""
    why: dict[str, Any] | None = None  # the reason's code and values; None where an older version wrote it
    started: str | None = None
    ended: str | None = None
    process: int | None = None
    steps: int | None = None  # of the whole run
    step: int = 0
    epoch: int = 0
    seconds: float = 0.0  # spent on training
    last: dict[str, Any] | None = None
    best: dict[str, Any] | None = None
    device: str = "cpu"


class Run:
    """One run's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def id(self) -> str:
        """What it is called in addresses."""
        return self.folder.name

    @property
    def prepared(self) -> bool:
        """Whether it is shipped, to be looked at and not to be changed."""
        return self.id.startswith(PREPARED)

    @property
    def log(self) -> Path:
        """Its events."""
        return self.folder / "events.jsonl"

    @property
    def held(self) -> bool:
        """Whether a worker is at it."""
        return is_held(self.folder / "lock")

    @property
    def settings(self) -> dict[str, Any]:
        """The run's settings, as they were checked when it was made."""
        return _read(self.folder / "settings.json")

    @property
    def about(self) -> About:
        """What is said of it."""
        return About(**_read(self.folder / "about.json"))

    @property
    def state(self) -> State:
        """How far it is. A run whose worker is gone without a word is interrupted."""
        path = self.folder / "state.json"
        return State(**_read(path)) if path.exists() else State()

    @property
    def network(self) -> dict[str, Any]:
        """Shapes, classes and scales of what is trained. Raises NoSuchRunError before that is known."""
        if not (self.folder / "network.json").exists():
            raise NoSuchRunError("run-not-begun", "run {run} has not begun, and has no network yet", run=self.id)
        return _read(self.folder / "network.json")

    def describe(self, about: About) -> None:
        """Say something else of it. Raises OSError."""
        put(self.folder / "about.json", _dumped(asdict(about)))

    def reach(self, state: State) -> None:
        """Write down how far it is. Raises OSError."""
        put(self.folder / "state.json", _dumped(asdict(state)))

    def change(self, **values: Any) -> State:
        """The state with other values, written down. Raises OSError."""
        state = replace(self.state, **values)
        self.reach(state)
        return state

    def snapshots(self) -> list[int]:
        """The steps whose weights are kept."""
        return sorted(int(path.stem) for path in (self.folder / "snapshots").glob("*.safetensors"))

    def snapshot(self, step: int) -> Path:
        """Where the weights of a step are kept, if they are."""
        return self.folder / "snapshots" / f"{step:06d}.safetensors"

    def weights(self, which: str = "best") -> Path:
        """The weights that `best`, `last` or a snapshot's step stands for; the newest snapshot before the first epoch.

        Raises NoSuchRunError.
        """
        if which in ("best", "last"):
            path = self.folder / f"{which}.safetensors"
            if not path.exists() and (steps := self.snapshots()):
                path = self.snapshot(steps[-1])
        else:
            path = self.snapshot(int(which)) if re.fullmatch(r"\d{1,9}", which, re.ASCII) else Path()
        if not path.is_file():
            if self.prepared:
                raise NoSuchRunError(
                    "run-without-weights",
                    "run {run}: it is prepared and has no weights; train it yourself to have them",
                    run=self.id,
                )
            steps = self.snapshots()
            if not steps:
                raise NoSuchRunError(
                    "no-weights", "run {run}: no weights are kept of {which}", run=self.id, which=which[:20]
                )
            raise NoSuchRunError(
                "no-such-weights",
                "run {run}: no weights are kept of {which}; best, last and {count} steps from {first} to {last} are",
                run=self.id,
                which=which[:20],
                count=len(steps),
                first=steps[0],
                last=steps[-1],
            )
        return path


class Shelf:
    """The folder of all runs, made when the first run is; prepared ones are found in a folder that is only read."""

    def __init__(self, folder: Path, shipped: Path = SHIPPED) -> None:
        self.folder, self.shipped = folder, shipped

    def create(self, settings: Mapping[str, Any], name: str = "", note: str = "", drawings: Path | None = None) -> Run:
        """A new run, queued; `drawings` that it learns from are copied. Raises OSError."""
        now = datetime.now(UTC)
        model = settings["model"] if isinstance(settings["model"], str) else "pattern"
        self.folder.mkdir(parents=True, exist_ok=True)
        while True:
            folder = self.folder / f"{now:%Y%m%d-%H%M%S}-{model[:20].strip('-')}-{secrets.token_hex(2)}"
            try:
                folder.mkdir()
                break
            except FileExistsError:
                continue
        run = Run(folder)
        try:
            put(folder / "settings.json", _dumped(dict(settings)))
            run.reach(State())
            if drawings is not None:
                shutil.copytree(drawings, folder / DRAWINGS)
            run.describe(About(name or folder.name, note, stamp(now)))
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return run

    def all(self) -> list[Run]:
        """Every run, the newest first."""
        if not self.folder.is_dir():
            return []
        found = [path for path in self.folder.iterdir() if is_run(path)]
        return [Run(path) for path in sorted(found, key=_made, reverse=True)]

    def get(self, name: str) -> Run:
        """One run. Raises NoSuchRunError for a name that is none, whatever it looks like."""
        if len(name) <= LONGEST_ID and PREPARED_ID.fullmatch(name) and (self.shipped / name / "about.json").is_file():
            return Run(self.shipped / name)
        if len(name) > LONGEST_ID or not ID.fullmatch(name) or not is_run(self.folder / name):
            raise NoSuchRunError(
                "no-such-run",
                "run: {run} is not kept here: it was deleted, or is on another server; the list of runs has the rest",
                run=repr(name[:LONGEST_ID]),
            )
        return Run(self.folder / name)

    def delete(self, run: Run) -> None:
        """Take a run off the shelf, all at once, then its files one by one. Raises OSError."""
        bin_ = self.folder / f".{run.id}.deleted"
        run.folder.rename(bin_)
        shutil.rmtree(bin_, ignore_errors=True)

    def sweep(self) -> None:
        """Finish what a crash left half deleted."""
        for path in self.folder.glob(".*.deleted"):
            shutil.rmtree(path, ignore_errors=True)


def _made(folder: Path) -> tuple[str, int]:
    """When a run was made: its id says the second, its settings are written once."""
    try:
        return folder.name[:15], (folder / "settings.json").stat().st_mtime_ns
    except FileNotFoundError:  # deleted just now
        return folder.name[:15], 0


def is_run(folder: Path) -> bool:
    """Whether a folder is a whole run: what is written last is there."""
    return bool(ID.fullmatch(folder.name)) and (folder / "about.json").is_file()


def stamp(time: datetime | None = None) -> str:
    """A moment as it is written down."""
    return (time or datetime.now(UTC)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def put(path: Path, content: bytes, *, sync: bool = False) -> None:
    """Write beside the file and move over it, so that nobody ever reads half. Raises OSError."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            file.write(content)
            if sync:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def over(run: Run) -> bool:
    """Whether the log ends with the run's end."""
    line = journal.last_line(run.log)
    return bool(line) and orjson.loads(line)["kind"] == "status"


def _dumped(content: Mapping[str, Any]) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY)


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(path.read_bytes())
    return found
