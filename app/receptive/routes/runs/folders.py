"""Folders of images that a visitor may name."""

import os
import re
from pathlib import Path
from typing import Final

from convnets.why import Why
from receptive.routes.problems import RefusalError
from receptive.settings import Settings
from receptive.training.plan import KNOWN

# Names that Windows reads as something else than a file of this folder, and whatever leads out of it.
FORBIDDEN: Final = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|]|^~|^/|//|(^|/)\.{1,2}(/|$)|[. ](/|$)')


def permitted(settings: Settings, path: str) -> Path:
    """The folder of this path: any for whoever sits at the machine, else one inside the data folder.

    Raises RefusalError, which does not tell others whether the folder exists.
    """
    if is_shared(settings):
        return _inside(settings.data_dir, path)
    try:
        return ((settings.data_dir or Path()).resolve() / Path(path).expanduser()).resolve()
    except (OSError, ValueError, RuntimeError) as error:
        why = Why("folder-needs-path", "dataset: folder: needs the path of a folder, as in folder:pictures/animals")
        raise RefusalError(422, str(why), why=why) from error


def is_shared(settings: Settings) -> bool:
    """True if others can reach the server: it listens on the network, or behind a proxy under another name."""
    return not settings.is_loopback or bool(settings.allowed_hosts)


def _inside(base: Path | None, path: str) -> Path:
    """A folder inside `base`. The text alone is judged before any file is touched: on Windows a look at a path with
    two slashes at its beginning logs in at another machine. Raises RefusalError."""
    if base is not None:
        place = base.resolve()
        name = path.removeprefix(f"{place}{os.sep}")
        if name and not FORBIDDEN.search(name):
            folder = _listed(place, name.strip("/").split("/"))
            if folder is not None:
                return folder
    why = Why(
        "folder-not-permitted",
        "dataset: folder: is for folders inside the server's --data-dir, each named from there; {known} are open to "
        "everyone",
        {"known": ", ".join(KNOWN)},
    )
    raise RefusalError(422, str(why), why=why)


def _listed(folder: Path, names: list[str]) -> Path | None:
    """The folder at the end of these names, each of which its folder lists; no link leads there."""
    for name in names:
        try:
            entries = {entry.name: entry for entry in os.scandir(folder)}
        except OSError:
            return None
        if name not in entries or not entries[name].is_dir(follow_symlinks=False):
            return None
        folder = folder / name
    return folder
