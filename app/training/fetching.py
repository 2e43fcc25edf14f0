"""Files of published data sets: found in a folder, or downloaded once into the cache, always checked."""

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pooch
import requests

from app.training.pictures import DatasetError


@dataclass(frozen=True)
class File:
    """A file of a dataset: what it is called and what it must be."""

    name: str
    md5: str


def cache_folder() -> Path:
    """Where downloads are kept: the user's cache folder."""
    return Path(pooch.os_cache("receptive"))


def check(path: Path, file: File) -> Path:
    """The path again, if the file there is whole. Raises DatasetError."""
    found = pooch.file_hash(str(path), alg="md5")
    if found != file.md5:
        raise DatasetError(f"{path} is damaged: its md5 is {found}, expected {file.md5}; fetch it again")
    return path


def found(file: File, places: Sequence[Path]) -> Path:
    """The file in the first of the folders that has it. Raises DatasetError."""
    for place in places:
        if (place / file.name).is_file():
            return check(place / file.name, file)
    raise DatasetError(f"{places[-1]} holds no {file.name}; leave the data folder out to have it downloaded")


def download(addresses: Sequence[str], file: File, folder: Path, *, progress: bool = True) -> Path:
    """The file in `folder`, fetched from the first address that has it whole; nothing half-written is left there.

    Raises DatasetError.
    """
    reasons = []
    for address in addresses:
        try:
            path = pooch.retrieve(
                address + file.name,
                known_hash=f"md5:{file.md5}",
                fname=file.name,
                path=folder,
                downloader=pooch.HTTPDownloader(progressbar=progress, timeout=30),
            )
        except requests.RequestException as error:
            reasons.append(f"{address}: {error}")
            continue
        except OSError as error:
            raise explained(error, file, folder) from error
        except ValueError as error:
            reasons.append(f"{address}: {error}")
            continue
        return Path(path)
    raise DatasetError(f"{file.name} could not be downloaded. " + "; ".join(reasons))


def explained(error: OSError, file: File, folder: Path) -> DatasetError:
    """What a failure to write `file` into `folder` means and what can be done."""
    if error.errno == errno.ENOSPC:
        return DatasetError(
            f"no space left in {folder} for {file.name}: free some, or name another cache folder with XDG_CACHE_HOME"
        )
    return DatasetError(f"{file.name} cannot be written to {folder}: {error}")
