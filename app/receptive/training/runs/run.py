"""A run's folder. Each file is written beside its place and moved there; one that is damaged is refused by name."""

import os
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from receptive.training.runs.errors import NoSuchRunError, RunDamagedError, damaged, no_such_run
from receptive.training.runs.journal import Journal
from receptive.training.runs.lock import is_locked, locked
from receptive.training.runs.state import State, parse_state, state_from_log
from receptive.training.runs.summary import Summary, log_summary
from receptive.training.runs.weights_file import HeaderError, header_of
from receptive.training.settings import RunSettings

PREPARED: Final = "prepared"  # how the ids of shipped runs begin
LARGEST_JSON: Final = 2**20  # bytes of a JSON file that is read
SNAPSHOT: Final = re.compile(r"\d{6,9}\.safetensors", re.ASCII)


@dataclass(frozen=True)
class About:
    """The name and the note that a visitor gave a run, and its planned size."""

    name: str
    note: str = ""
    created: str = ""  # ISO 8601, UTC
    disk: int = 0  # bytes that it takes at most; 0 where an older version wrote it


class Row(BaseModel):
    """One layer of a run's network."""

    name: str
    kind: str
    shape: list[int]
    parameters: int


class NetworkFacts(BaseModel):
    """Everything that is needed to rebuild a run's network and its input."""

    model: str
    input_shape: list[int] = Field(min_length=3, max_length=3)
    picture_shape: list[int] | None = Field(None, min_length=3, max_length=3)
    classes: list[str]
    mean: list[float]
    std: list[float]
    parameters: int
    layers: list[Row]


_ABOUT: Final = TypeAdapter(About)


class Run:
    """One run's folder. What reads a file of it raises RunDamagedError, and NoSuchRunError once the folder is gone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def id(self) -> str:
        """The run's name in addresses."""
        return self.folder.name

    @property
    def prepared(self) -> bool:
        """True for a shipped run, which can be read and not changed."""
        return self.id.startswith(PREPARED)

    @property
    def log(self) -> Path:
        """The file of events."""
        return self.folder / "events.jsonl"

    @property
    def is_locked(self) -> bool:
        """True while a worker trains the run."""
        return is_locked(self.folder / "lock")

    @property
    def settings(self) -> dict[str, Any]:
        """The run's settings, valid and complete; fields of a newer version are left out."""
        content = self._json("settings.json")
        try:
            return known_settings(content).model_dump(mode="json")
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(map(str, first["loc"]))
            raise damaged(self.id, "settings.json", f"{place}: {first['msg']}") from error

    @property
    def about(self) -> About:
        """The run's name and note; its id where they cannot be read, so that it can be named anew."""
        try:
            return _ABOUT.validate_json(self._read("about.json"))
        except (RunDamagedError, ValueError):
            return About(self.id)

    @property
    def state(self) -> State:
        """The run's progress, made anew from its log where state.json is damaged."""
        try:
            return parse_state(self._read("state.json"))
        except (RunDamagedError, ValueError):
            return state_from_log(self._log_so_far(), is_held=self.is_locked, has_weights=self.has_weights())

    @property
    def has_state(self) -> bool:
        """True if state.json can be read."""
        try:
            parse_state(self._read("state.json"))
        except (RunDamagedError, ValueError):
            return False
        return True

    @property
    def network(self) -> dict[str, Any]:
        """Shapes, classes and scales of the network. Raises NoSuchRunError where the run has not begun."""
        if not (self.folder / "network.json").exists() and not self.has_weights() and self.folder.is_dir():
            raise NoSuchRunError("run-not-begun", "run {run} has not begun, and has no network yet", run=self.id)
        try:
            return NetworkFacts.model_validate(self._json("network.json")).model_dump(exclude_none=True)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(map(str, first["loc"]))
            raise damaged(self.id, "network.json", f"{place}: {first['msg']}") from error

    def summary(self) -> Summary:
        """The summary of the log, as far as it can be read; damaged where nothing of it can."""
        try:
            summary = log_summary(self.log).read()
        except OSError as error:
            raise damaged(self.id, self.log.name, error) from error
        if not summary.seq and (summary.damage or self.has_weights()):
            raise damaged(self.id, self.log.name, summary.damage or "it has no events")
        return summary

    def locked(self) -> AbstractContextManager[None]:
        """Lock the run until the block ends. Raises LockedError where a worker is at it, and OSError."""
        path = self.folder / "lock"
        if path.exists() and not path.is_file():
            raise damaged(self.id, path.name, "it is not a file")
        return locked(path)

    def journal(self) -> Journal:
        """The log, to be written. Raises OSError."""
        if damage := self.summary().damage:
            raise damaged(self.id, self.log.name, damage)
        return Journal(self.log)

    def describe(self, about: About) -> None:
        """Write name and note. Raises OSError."""
        put(self.folder / "about.json", dump(asdict(about)), sync=True)

    def reach(self, state: State, *, sync: bool = False) -> None:
        """Write the progress. Raises OSError."""
        path = self.folder / "state.json"
        if path.is_dir():
            raise damaged(self.id, path.name, "it is not a file")
        put(path, dump(asdict(state)), sync=sync)

    def change(self, **values: Any) -> State:
        """Write the state with other values. Raises OSError."""
        state = replace(self.state, **values)
        self.reach(state, sync=True)
        return state

    def snapshots(self) -> list[int]:
        """The steps whose weights are kept; other files among them are not ours."""
        try:
            names = [path.name for path in (self.folder / "snapshots").iterdir()]
        except OSError:
            return []
        return sorted(int(name.partition(".")[0]) for name in names if SNAPSHOT.fullmatch(name))

    def snapshot(self, step: int) -> Path:
        """The file of the weights after a step."""
        return self.folder / "snapshots" / f"{step:06d}.safetensors"

    def weights(self, which: str = "best") -> Path:
        """The weights `best`, `last` or after a snapshot's step; before the first epoch, those of the newest snapshot.

        The file is complete; whether it fits the network shows when it is opened.
        """
        path = self._weights_path(which)
        try:
            header_of(path)
        except (HeaderError, OSError) as error:
            self._require_folder()
            raise damaged(self.id, path.relative_to(self.folder).as_posix(), error) from error
        return path

    def _weights_path(self, which: str) -> Path:
        steps = self.snapshots()
        if which in ("best", "last"):
            path = self.folder / f"{which}.safetensors"
            if path.exists() or any((self.folder / f"{name}.safetensors").exists() for name in ("best", "last")):
                return path
            if steps:
                return self.snapshot(steps[-1])
        elif re.fullmatch(r"\d{1,9}", which, re.ASCII) and int(which) in steps:
            return self.snapshot(int(which))
        raise self._without_weights(which[:20], steps)

    def _without_weights(self, which: str, steps: list[int]) -> NoSuchRunError:
        self._require_folder()
        if self.prepared:
            return NoSuchRunError(
                "run-without-weights",
                "run {run} is prepared and has no weights; train it yourself to have them",
                run=self.id,
            )
        if not steps:
            return NoSuchRunError("no-weights", "run {run} has no weights of {which}", run=self.id, which=which)
        return NoSuchRunError(
            "no-such-weights",
            "run {run} has no weights of {which}; it has best, last and {count} steps from {first} to {last}",
            run=self.id,
            which=which,
            count=len(steps),
            first=steps[0],
            last=steps[-1],
        )

    def has_weights(self) -> bool:
        """True if any weights are kept, so that the run has begun."""
        names = ("best", "last", "resume")
        return any((self.folder / f"{name}.safetensors").exists() for name in names) or bool(self.snapshots())

    def _log_so_far(self) -> Summary:
        """The summary of the log; an empty one where there is none to be read."""
        try:
            return log_summary(self.log).read()
        except OSError:
            return Summary()

    def _require_folder(self) -> None:
        if not self.folder.is_dir():
            raise no_such_run(self.id)

    def _read(self, name: str) -> bytes:
        """The bytes of a small file."""
        path = self.folder / name
        try:
            if path.exists() and not path.is_file():
                raise damaged(self.id, name, "it is not a file")
            with path.open("rb") as file:
                raw = file.read(LARGEST_JSON + 1)
        except OSError as error:
            self._require_folder()
            raise damaged(self.id, name, error) from error
        if len(raw) > LARGEST_JSON:
            raise damaged(self.id, name, f"it has more than {LARGEST_JSON:,} bytes")
        return raw

    def _json(self, name: str) -> dict[str, Any]:
        """The object in a JSON file."""
        try:
            content = orjson.loads(self._read(name))
        except orjson.JSONDecodeError as error:
            raise damaged(self.id, name, error) from error
        if not isinstance(content, dict):
            raise damaged(self.id, name, "it does not hold a JSON object")
        return content


def known_settings(content: dict[str, Any]) -> RunSettings:
    """The settings without the fields that this version does not know. Raises ValidationError."""
    try:
        return RunSettings.model_validate(content)
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_context=False):
            if problem["type"] == "extra_forbidden":
                _remove(content, problem["loc"])
    return RunSettings.model_validate(content)


def _remove(content: dict[str, Any], place: tuple[int | str, ...]) -> None:
    """Take a field out of nested objects; parts of the place that name a choice of the model are not among them."""
    for part in place[:-1]:
        inner = content.get(str(part))
        content = inner if isinstance(inner, dict) else content
    content.pop(str(place[-1]), None)


def stamp(time: datetime | None = None) -> str:
    """A moment in ISO 8601, now unless given."""
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


def dump(content: Mapping[str, Any]) -> bytes:
    """An object as JSON that people can read."""
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY)
