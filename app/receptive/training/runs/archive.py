"""The archive of a run: its folder as one zip file, made while it is sent."""

import zipfile
from collections.abc import Generator
from pathlib import Path
from typing import IO, Any, Final, cast

CHUNK: Final = 2**18  # bytes
LEFT_OUT: Final = ("lock", "worker.log")
WORDS: Final = (".json", ".jsonl")  # what becomes smaller when it is compressed


class _Outlet:
    """An output of a zip file, taken away piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


def packed(folder: Path) -> Generator[bytes, None, None]:
    """The bytes of the zip file, without files that are gone meanwhile or cannot be read."""
    outlet = _Outlet()
    with zipfile.ZipFile(cast("IO[bytes]", outlet), "w") as archive:
        for path in sorted(folder.rglob("*")):
            if not path.is_file() or path.is_symlink() or path.name in LEFT_OUT or path.suffix == ".part":
                continue
            name = f"{folder.name}/{path.relative_to(folder).as_posix()}".encode("utf-8", "replace").decode()
            try:
                with path.open("rb") as file:
                    about = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
                    about.compress_type = zipfile.ZIP_DEFLATED if path.suffix in WORDS else zipfile.ZIP_STORED
                    with archive.open(about, "w", force_zip64=True) as entry:
                        while chunk := file.read(CHUNK):
                            entry.write(chunk)
                            yield outlet.taken()
            except OSError:  # gone, or not to be read
                continue
    yield outlet.taken()
