"""Bounds of a JSON body, checked while it arrives: nothing is parsed that no request could need.

A parser holds the interpreter's lock while it reads, so that 900,000 names in one body would stop every other visitor
for seconds. Counting the bytes between which names, values and lists stand takes a few milliseconds.
"""

import re
from dataclasses import dataclass
from typing import Final

from convnets.why import Why

LARGEST_BODY: Final = 12 * 2**20  # bytes
DEEPEST: Final = 16  # lists and objects in one another
LONGEST_OPEN: Final = 4096  # brackets that have no partner yet
PIECE: Final = 2**15  # bytes that are counted before what has been counted is compared

# A string; or one that goes on behind the end, of which the quotation mark and a last backslash stay.
STRING: Final = re.compile(
    rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|(")[^"\\]*+(?:\\.[^"\\]*+)*+(\\?)\Z',
    re.DOTALL,
)
NO_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))


@dataclass(frozen=True)
class Limits:
    """Limits of one body: length in bytes, names of objects, values parted by commas, lists and objects."""

    length: int
    names: int
    values: int
    lists: int


SETTINGS: Final = Limits(2**16, 5000, 20_000, 20_000)
# A picture of 512 x 512 as rows of numbers, or a file as base64.
PICTURE: Final = Limits(LARGEST_BODY, 5000, 300_000, 20_000)
# Two tensors of 262,144 values. Lists cost a parser most: 250,000 of one value each hold the interpreter's lock for
# 0.2 s. A tensor of that shape goes into a file of tensors, which is not parsed.
TENSORS: Final = Limits(LARGEST_BODY, 5000, 600_000, 65_536)


def limits_of(path: str) -> Limits:
    """The limits of what is sent to a path."""
    if path.startswith("/operations/"):
        return TENSORS
    return SETTINGS if path.startswith(("/runs", "/datasets")) else PICTURE


class JsonBody:
    """A JSON body that arrives in pieces, counted outside its strings."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._counts = {"names": 0, "values": 0, "lists": 0}
        self._quotes = 0
        self._begun = b""  # of a string that was not complete at the end of the last piece
        self._open = b""  # brackets that were not closed there

    def read(self, piece: bytes) -> Why | None:
        """Count a piece. Returns the reason why the body is refused, if it is."""
        for start in range(0, len(piece), PIECE):
            why = self._read(piece[start : start + PIECE])
            if why is not None:
                return why
        return None

    def _read(self, piece: bytes) -> Why | None:
        self._quotes += piece.count(b'"')
        if self._quotes > 4 * self._limits.names:
            return self._too_many_names()
        bare = STRING.sub(rb"\1\2", self._begun + piece)
        self._begun = bare[bare.index(b'"') :] if b'"' in bare else b""
        bare = bare.removesuffix(self._begun) if self._begun else bare
        return self._count(bare) or self._nest(bare)

    def _count(self, bare: bytes) -> Why | None:
        counts, limits = self._counts, self._limits
        counts["names"] += bare.count(b":")
        counts["values"] += bare.count(b",")
        counts["lists"] += bare.count(b"[") + bare.count(b"{")
        if counts["names"] > limits.names:
            return self._too_many_names()
        if counts["values"] > limits.values:
            return Why(
                "json-too-many-values",
                "body: more than {most} values in its JSON; send fewer, or a file of tensors or an image",
                {"most": limits.values},
            )
        if counts["lists"] > limits.lists:
            return Why(
                "json-too-many-lists",
                "body: more than {most} lists and objects in its JSON; send fewer, or a file of tensors",
                {"most": limits.lists},
            )
        return None

    def _too_many_names(self) -> Why:
        return Why(
            "json-too-many-names",
            "body: more than {most} names in its JSON; send only the fields that are documented",
            {"most": self._limits.names},
        )

    def _nest(self, bare: bytes) -> Why | None:
        """Take out pairs from the innermost on: as many rounds as the brackets are deep."""
        brackets = self._open + bare.translate(None, NO_BRACKETS)
        for _ in range(DEEPEST):
            rest = brackets.replace(b"[]", b"").replace(b"{}", b"")
            if rest == brackets:
                break
            brackets = rest
        self._open = brackets.lstrip(b"]}")
        depth = self._open.count(b"[") + self._open.count(b"{")
        closable = b"[]" in brackets or b"{}" in brackets
        if closable or depth > DEEPEST or len(self._open) > LONGEST_OPEN:
            return Why(
                "json-too-deep",
                "body: lists and objects more than {most} deep in its JSON; send fewer levels",
                {"most": DEEPEST},
            )
        return None


class SafetensorsBody:
    """A safetensors file that arrives in pieces; only its header is JSON, with quoted JSON in it."""

    def __init__(self, limits: Limits) -> None:
        self._json = JsonBody(limits)
        self._begin = b""
        self._left = -1  # bytes of the header that are still to come

    def read(self, piece: bytes) -> Why | None:
        """Count what belongs to the header. Returns the reason why the body is refused, if it is."""
        if self._left < 0:
            self._begin += piece
            if len(self._begin) < 8:
                return None
            self._left = int.from_bytes(self._begin[:8], "little")
            piece = self._begin[8:]
        header, self._left = piece[: self._left], max(0, self._left - len(piece))
        return self._json.read(header.replace(b"\\", b"").replace(b'"', b"")) if header else None
