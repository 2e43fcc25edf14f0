"""Files of published data sets: found in a folder, or downloaded once into the cache, always checked."""

import errno
import hashlib
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_path

from receptive.training.data.pictures import DatasetError

if TYPE_CHECKING:
    import requests

CHUNK = 2**16  # bytes between two calls of the progress

Progress = Callable[[int, int], None]  # called with the bytes done and the bytes in all; may raise Cancelled


class Cancelled(Exception):
    """Fetching was cancelled; no half-written file is left."""


@dataclass(frozen=True)
class File:
    """A file of a dataset: what it is called and what it must be."""

    name: str
    md5: str
    size: int = 0  # bytes, 0 where unknown


def fetch(
    addresses: Sequence[str], files: Sequence[File], folder: Path, progress: Progress | None = None
) -> list[Path]:
    """All the files in `folder`, fetched where they are not there; progress is that of all that is to be fetched.

    Raises DatasetError, and Cancelled if `progress` does.
    """
    missing = [file for file in files if not (folder / file.name).is_file()]
    whole, before, paths = sum(file.size for file in missing), 0, []
    for file in files:
        part = None if progress is None else _part(progress, before, file.size, whole)
        paths.append(download(addresses, file, folder, part))
        before += file.size if file in missing else 0
    return paths


def _part(progress: Progress, before: int, size: int, whole: int) -> Progress:
    return lambda done, _: progress(min(before + min(done, size), whole), whole)


def cache_folder() -> Path:
    """The folder of downloads in the user's cache folder."""
    return user_cache_path("receptive")


def check(path: Path, file: File) -> Path:
    """The path again, if the file there is whole. Raises DatasetError."""
    with path.open("rb") as content:
        found = hashlib.file_digest(content, "md5").hexdigest()
    if found != file.md5:
        raise DatasetError(
            "wrong-checksum",
            "{file} is damaged: its md5 is {found}, expected {expected}; fetch it again",
            file=str(path),
            found=found,
            expected=file.md5,
        )
    return path


def is_whole(path: Path, file: File) -> bool:
    """True if the file exists and has its published checksum; read again only when it has changed."""
    try:
        facts = path.stat()
        if file.size and facts.st_size != file.size:
            return False
        return _md5(path, facts.st_mtime_ns, facts.st_size) == file.md5
    except OSError:
        return False


@lru_cache(maxsize=64)
def _md5(path: Path, changed: int, size: int) -> str:
    """The checksum of a file as it was at that time of change."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "md5").hexdigest()


def found(file: File, places: Sequence[Path]) -> Path:
    """The file in the first of the folders that has it. Raises DatasetError."""
    for place in places:
        if (place / file.name).is_file():
            return check(place / file.name, file)
    raise DatasetError(
        "file-absent",
        "{folder} holds no {file}; leave the data folder out to have it downloaded",
        folder=str(places[-1]),
        file=file.name,
    )


def download(addresses: Sequence[str], file: File, folder: Path, progress: Progress | None = None) -> Path:
    """The file in `folder`, fetched from the first address that has it whole; nothing half-written is left there.

    Raises DatasetError, and Cancelled if `progress` does.
    """
    import pooch  # with requests, which most trainings do without
    import requests

    reasons, damaged = [], []
    for address in addresses:
        try:
            with _Open() as answers:
                path = pooch.retrieve(
                    address + file.name,
                    known_hash=f"md5:{file.md5}",
                    fname=file.name,
                    path=folder,
                    downloader=pooch.HTTPDownloader(
                        progressbar=False if progress is None else _Gauge(progress),
                        chunk_size=CHUNK,
                        timeout=30,
                        hooks={"response": answers.hold},
                    ),
                )
        except requests.RequestException as error:
            reasons.append(f"{address}: {error}")
            continue
        except OSError as error:
            raise explained(error, file, folder) from error
        except ValueError:  # another checksum
            damaged.append(address)
            continue
        return Path(path)
    if damaged:
        raise DatasetError(
            "downloaded-damaged",
            "{file} could not be downloaded whole: what came from {address} has not the published md5 {expected}; "
            "try again later, or put the file into the server's data folder",
            file=file.name,
            address=", ".join(damaged),
            expected=file.md5,
        )
    raise DatasetError(
        "not-downloaded", "{file} could not be downloaded. {error}", file=file.name, error="; ".join(reasons)
    )


class _Open(ExitStack):
    """Answers that are closed at the end, read to theirs or not: pooch leaves those open that were given up."""

    def hold(self, answer: "requests.Response", *_: object, **__: object) -> None:
        self.callback(answer.close)


class _Gauge:
    """A progress bar for pooch that reports to a function."""

    def __init__(self, progress: Progress) -> None:
        self.progress, self.done, self.total = progress, 0, 0

    def update(self, more: int) -> None:
        self.done = min(self.done + more, self.total or self.done + more)
        self.progress(self.done, self.total)

    def reset(self) -> None:
        self.done = 0

    def close(self) -> None:
        pass


def explained(error: OSError, file: File, folder: Path) -> DatasetError:
    """The error for a failed write of `file` into `folder`."""
    if error.errno == errno.ENOSPC:
        return DatasetError(
            "no-space-to-download",
            "no space left in {folder} for {file}: free some, or name another cache folder with XDG_CACHE_HOME",
            folder=str(folder),
            file=file.name,
        )
    return DatasetError(
        "download-unwritable",
        "{file} cannot be written to {folder}: {error}",
        file=file.name,
        folder=str(folder),
        error=str(error),
    )
