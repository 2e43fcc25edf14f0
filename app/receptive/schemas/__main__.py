"""Prints the JSON Schema that the front-end's types are generated from; `npm run types` in static/ does both."""

import sys

from receptive import schemas

sys.stdout.write(schemas.schema())
