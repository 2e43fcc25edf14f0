"""The bookmark of a run of the command line: a file beside its weights, from which `--resume` continues bit for bit."""

import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save

from receptive.training.data.pictures import Pictures
from receptive.training.events import Epoch
from receptive.training.resume import Resume, below
from receptive.training.runs.run import put
from receptive.training.runs.weights_file import metadata_of
from receptive.training.settings import RunSettings
from receptive.training.terminal.runcard import RunCard


class BookmarkError(ValueError):
    """The bookmark is missing, or belongs to a run with other settings."""


class Bookmark:
    """The file of one run: `keep` it after every epoch, `remove` it when the run is over."""

    def __init__(self, folder: Path, name: str, settings: RunSettings, pictures: Pictures) -> None:
        self.path = folder / f"{name}.resume.safetensors"
        self._settings: dict[str, Any] = settings.model_dump(mode="json")
        self._pictures = checksum(pictures)
        self.epoch = 0  # after which the run can be taken up

    def keep(self, card: RunCard, epoch: Epoch) -> None:
        """Write the state after this epoch, whole or not at all. Raises OSError."""
        remembered, weights = card.remembered()
        words = {
            "settings": json.dumps(self._settings),
            "pictures": self._pictures,
            "card": json.dumps(remembered),
            "numbers": json.dumps(epoch.resume.numbers),
        }
        kept = {name: value.clone() for name, value in weights.items()}  # no tensor may be there twice
        tensors = below("run", epoch.resume.tensors) | below("kept", kept)
        put(self.path, save({name: value.contiguous() for name, value in tensors.items()}, words))
        self.epoch = epoch.number

    def open(self, card: RunCard) -> Resume:
        """The state to continue from; restores the card too. Raises BookmarkError."""
        if not self.path.is_file():
            raise BookmarkError(f"--resume: {self.path} is not there, so there is nothing to go on from; leave it out")
        try:
            tensors = load_file(self.path)  # which doubts the sizes that a damaged file claims
            words = metadata_of(self.path)
            kept = Resume(tensors, json.loads(words["numbers"]))
            settings, remembered = json.loads(words["settings"]), json.loads(words["card"])
        except (OSError, SafetensorError, ValueError, KeyError) as error:
            raise BookmarkError(
                f"--resume: {self.path} cannot be read ({error}); leave it out to begin anew"
            ) from error
        if others := list(differing(settings, self._settings)):
            raise BookmarkError(
                f"--resume: {self.path} is of a run with other settings ({'; '.join(others)}); "
                "give the flags that it was begun with, or leave --resume out to begin anew"
            )
        if words["pictures"] != self._pictures:
            raise BookmarkError(
                f"--resume: {self.path} is of a run on other pictures than those of {self._settings['dataset']} now; "
                "leave it out to begin anew"
            )
        card.recall(remembered, kept.part("kept"))
        self.epoch = len(card.history)
        return Resume(kept.part("run"), kept.numbers)

    def remove(self) -> None:
        """The run is over. Raises OSError."""
        self.path.unlink(missing_ok=True)


def checksum(pictures: Pictures) -> str:
    """The checksum of the pictures, their labels and their class names."""
    number = zlib.crc32(pictures.images.numpy().tobytes())
    number = zlib.crc32(pictures.labels.numpy().tobytes(), number)
    return f"{zlib.crc32(json.dumps(pictures.classes).encode(), number):08x}"


def differing(then: Mapping[str, Any], now: Mapping[str, Any], place: str = "") -> Iterator[str]:
    """The settings in which two runs differ, each in a few words."""
    for name in dict.fromkeys((*then, *now)):
        before, after = then.get(name), now.get(name)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from differing(before, after, f"{place}{name}.")
        elif before != after:
            yield f"{place}{name} was {json.dumps(before)} and is {json.dumps(after)}"
