"""Cookies, read by their name alone: Python's parser takes seconds for 64 kB of backslashes (CVE-2024-7592)."""

from collections.abc import Iterator
from typing import Final

from starlette.types import Scope

LONGEST: Final = 8192  # bytes of all Cookie headers together


def length(scope: Scope) -> int:
    """Bytes of all Cookie headers together."""
    return sum(len(value) for name, value in scope["headers"] if name.lower() == b"cookie")


def cookies(scope: Scope, name: str) -> Iterator[str]:
    """Every value that a request's cookies have for this name; cookies of other names may hold anything."""
    for header, line in scope["headers"]:
        if header.lower() == b"cookie":
            for pair in line.decode("latin-1").split(";"):
                key, _, value = pair.partition("=")
                if key.strip() == name:
                    yield value.strip().strip('"')


def cookie(scope: Scope, name: str) -> str | None:
    """The first value of this name, None where there is none."""
    return next(cookies(scope, name), None)


def token_name(scope: Scope) -> str:
    """The cookie that holds the token. Cookies know no ports, and two servers on one machine have two tokens."""
    server = scope.get("server")
    return f"receptive-{server[1] if server else 0}"
