"""The store of runs: a folder with one folder for each run, and the folder of prepared runs, which is only read."""

import re
import secrets
import shutil
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from convnets.resources import data_folder
from receptive.training.data.sources import DRAWINGS
from receptive.training.runs.errors import NoSuchRunError, no_such_run
from receptive.training.runs.run import PREPARED, About, Run, dump, put, stamp
from receptive.training.runs.state import State

__all__ = ["NoSuchRunError", "Run", "RunStore"]

ID: Final = re.compile(r"\d{8}-\d{6}-[a-z0-9]+(-[a-z0-9]+)*-[0-9a-f]{4}", re.ASCII)
PREPARED_ID: Final = re.compile(rf"{PREPARED}(-[a-z0-9]+)+", re.ASCII)
SHIPPED: Final = data_folder("convnets", "runs")
LONGEST_ID: Final = 48
ABANDONED: Final = 60.0  # seconds after which a run is not being made any more


class RunStore:
    """All runs. The folder is made with the first run."""

    def __init__(self, folder: Path, shipped: Path = SHIPPED) -> None:
        self.folder, self.shipped = folder, shipped

    def create(
        self, settings: Mapping[str, Any], name: str = "", note: str = "", drawings: Path | None = None, disk: int = 0
    ) -> Run:
        """A new run, queued, there as a whole or not at all; `drawings` that it learns from are copied.

        disk: bytes that it takes at most. Raises OSError.
        """
        now = datetime.now(UTC)
        model = settings["model"] if isinstance(settings["model"], str) else "pattern"
        self.folder.mkdir(parents=True, exist_ok=True)
        while True:
            id_ = f"{now:%Y%m%d-%H%M%S}-{model[:20].strip('-')}-{secrets.token_hex(2)}"
            if not (self.folder / id_).exists():
                break
        run = Run(self.folder / f".{id_}.new")
        run.folder.mkdir()
        try:
            put(run.folder / "settings.json", dump(dict(settings)), sync=True)
            run.reach(State(), sync=True)
            if drawings is not None:
                shutil.copytree(drawings, run.folder / DRAWINGS)
            run.describe(About(name or id_, note, stamp(now), disk))
            return Run(run.folder.rename(self.folder / id_))
        except OSError:
            shutil.rmtree(run.folder, ignore_errors=True)
            raise

    def all(self) -> list[Run]:
        """Every run, the newest first; none where the folder is not there."""
        try:
            paths = [path for path in self.folder.iterdir() if is_run(path)]
        except OSError:
            return []
        return [Run(path) for path in sorted(paths, key=_created, reverse=True)]

    def get(self, name: str) -> Run:
        """One run. Raises NoSuchRunError for a name that is none, whatever it looks like."""
        if len(name) <= LONGEST_ID:
            if PREPARED_ID.fullmatch(name) and (self.shipped / name / "about.json").is_file():
                return Run(self.shipped / name)
            if is_run(self.folder / name):
                return Run(self.folder / name)
        raise no_such_run(name[:LONGEST_ID])

    def delete(self, run: Run) -> None:
        """Take a run out of the store at once, then remove its files one by one. Raises OSError."""
        bin_ = self.folder / f".{run.id}.{secrets.token_hex(4)}.deleted"
        run.folder.rename(bin_)
        shutil.rmtree(bin_, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what a server that ended left half made or half deleted."""
        for path in (*self.folder.glob(".*.deleted"), *filter(_is_abandoned, self.folder.glob(".*.new"))):
            shutil.rmtree(path, ignore_errors=True)


def _is_abandoned(folder: Path) -> bool:
    """True if this run is no longer being created."""
    try:
        return time.time() - folder.stat().st_mtime > ABANDONED
    except OSError:  # gone meanwhile
        return False


def _created(folder: Path) -> tuple[str, int]:
    """A key that sorts runs by their creation: the id has the second, settings.json is written once."""
    try:
        return folder.name[:15], (folder / "settings.json").stat().st_mtime_ns
    except OSError:  # deleted just now, or damaged
        return folder.name[:15], 0


def is_run(folder: Path) -> bool:
    """True if a folder is a run's."""
    return bool(ID.fullmatch(folder.name)) and folder.is_dir()
