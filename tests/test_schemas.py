"""The schema that the front-end's types are written from."""

from pathlib import Path

from receptive import schemas


def test_the_schema_of_the_front_end_is_current() -> None:
    path = Path(__file__).parents[1] / "static" / "src" / "wire" / "schema.json"
    assert path.read_text(encoding="utf-8") == schemas.schema(), (
        "run `python -m receptive.schemas`, then `npm run types`"
    )
