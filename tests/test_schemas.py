"""The schema that the front-end's types are written from."""

import re
from pathlib import Path

import pytest

from receptive import schemas
from receptive.schemas import limits

SOURCES = Path(__file__).parents[1] / "static" / "src"


def test_the_schema_of_the_front_end_is_current() -> None:
    path = Path(__file__).parents[1] / "static" / "src" / "wire" / "schema.json"
    assert path.read_text(encoding="utf-8") == schemas.schema(), (
        "run `python -m receptive.schemas`, then `npm run types`"
    )


def test_the_limits_of_the_front_end_are_those_of_the_server() -> None:
    assert limits.FILE.read_text(encoding="utf-8") == limits.text(), "run `python -m receptive.schemas.limits`"


@pytest.mark.parametrize("limit", [262_144, 1_048_576, 200_000_000, 65_536, 4096])
def test_the_front_end_copies_no_limit_of_the_server(limit: int) -> None:
    number = re.compile(rf"(?<![\d_]){limit:,}(?![\d_])".replace(",", "_?"))
    sources = [path for path in SOURCES.rglob("*") if path.suffix in (".ts", ".svelte")]
    copies = [
        str(path.relative_to(SOURCES))
        for path in sources
        if not path.name.endswith(".test.ts") and path.name != "types.ts" and number.search(path.read_text("utf-8"))
    ]
    assert len(sources) > 200
    assert copies == []
