"""Headers of safetensors files, checked before anything is allocated.

Format: 8 bytes with the header's length, the header as JSON, then the tensors' bytes without gaps.
"""

from pathlib import Path
from typing import Any, Final

import orjson

from receptive.training.runs.regular import open_file

LONGEST_HEADER: Final = 100_000_000  # bytes, the limit of the safetensors library


class HeaderError(ValueError):
    """The file is not a complete safetensors file."""


def header_of(path: Path) -> dict[str, Any]:
    """The header of a file whose length is as its header says. Raises HeaderError and OSError."""
    with open_file(path) as file:
        whole = path.stat().st_size
        size = int.from_bytes(file.read(8), "little")
        if whole < 8 or size > min(whole - 8, LONGEST_HEADER):
            raise HeaderError(f"its header is to have {size} bytes, the file has {whole}")
        raw = file.read(size)
    try:
        header = orjson.loads(raw)
        ends = [int(tensor["data_offsets"][1]) for name, tensor in header.items() if name != "__metadata__"]
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise HeaderError("its header is not that of a safetensors file") from error
    if max(ends, default=0) != whole - 8 - size:
        raise HeaderError(f"its tensors are to have {max(ends, default=0)} bytes, it has {whole - 8 - size}")
    checked: dict[str, Any] = header
    return checked


def metadata_of(path: Path) -> dict[str, str]:
    """The metadata of a safetensors file. Raises HeaderError and OSError."""
    metadata = header_of(path).get("__metadata__", {})
    if not isinstance(metadata, dict):
        raise HeaderError("its metadata is not an object")
    return metadata
