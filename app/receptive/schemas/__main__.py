"""Writes the schema that the front-end's types are made from: `python -m receptive.schemas`, then `npm run types`."""

from pathlib import Path

from receptive import schemas

path = Path(__file__).parents[3] / "static" / "src" / "wire" / "schema.json"
path.write_text(schemas.schema(), encoding="utf-8")
