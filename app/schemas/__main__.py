"""Writes the schema that the front-end's types are made from: `python -m app.schemas`, then `npm run types`."""

from pathlib import Path

from app import schemas

path = Path(__file__).parents[2] / "static" / "src" / "wire" / "schema.json"
path.write_text(schemas.schema(), encoding="utf-8")
