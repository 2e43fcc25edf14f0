"""The base class of all messages, and their JSON Schema."""

import json

from pydantic import BaseModel, ConfigDict
from pydantic.json_schema import models_json_schema


class Message(BaseModel):
    """A message whose unknown fields are errors."""

    model_config = ConfigDict(extra="forbid")


def schema() -> str:
    """Every message as JSON Schema, from which the front-end's types are written."""
    messages = [kind for kind in _below(Message) if kind is not Message]
    _, definitions = models_json_schema([(kind, "serialization") for kind in messages], title="Receptive")
    return json.dumps(definitions, indent=2) + "\n"


def _below(kind: type[Message]) -> list[type[Message]]:
    return [each for child in kind.__subclasses__() for each in (child, *_below(child))]
