"""Command-line flags made from a pydantic model: one field, one flag, one environment variable."""

import argparse
from collections.abc import Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

PREFIX = "RECEPTIVE_"
TRUE = ("1", "true", "yes", "on")
FALSE = ("0", "false", "no", "off", "")

Model = TypeVar("Model", bound=BaseModel)


def flag(name: str, field: FieldInfo) -> str:
    """The flag of a field, without its dashes."""
    extra = field.json_schema_extra
    named = extra.get("flag") if isinstance(extra, dict) else None
    return str(named or name.replace("_", "-"))


def variable(name: str, field: FieldInfo) -> str:
    """The environment variable of a field."""
    return PREFIX + flag(name, field).replace("-", "_").upper()


def is_many(field: FieldInfo) -> bool:
    """True if the flag may be given more than once."""
    return field.annotation is not None and str(field.annotation).startswith(("tuple[", "list["))


def add(parser: argparse.ArgumentParser, model: type[BaseModel], positional: str | None = None) -> None:
    """Add a flag for every field of the model; values are checked later, by the model."""
    for name, field in model.model_fields.items():
        default = "" if field.default in (None, (), False) or field.is_required() else f"; {field.default} unless given"
        text = f"{field.description or name} [{variable(name, field)}{default}]".replace("%", "%%")
        if name == positional:
            choices = get_args(field.annotation)
            parser.add_argument(name, help=text, nargs="?", metavar="|".join(map(str, choices)) or name.upper())
        elif field.annotation is bool and flag(name, field).startswith(
            "no-"
        ):  # argparse takes --no-… for a false value
            parser.add_argument(f"--{flag(name, field)}", dest=name, action="store_const", const=True, help=text)
        elif field.annotation is bool:
            parser.add_argument(f"--{flag(name, field)}", dest=name, action=argparse.BooleanOptionalAction, help=text)
        else:
            action = "append" if is_many(field) else "store"
            parser.add_argument(
                f"--{flag(name, field)}", dest=name, action=action, help=text, metavar=name.split("_")[-1].upper()
            )


def read(
    model: type[Model], arguments: argparse.Namespace, environment: Mapping[str, str], positional: str | None = None
) -> Model:
    """The model, from flags, else from the environment, else from its defaults. Raises ValueError naming the flag."""
    values: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        given = getattr(arguments, name, None)
        if given is not None:
            values[name] = given
        elif variable(name, field) in environment:
            values[name] = from_variable(name, field, environment[variable(name, field)])
    try:
        return model(**values)
    except ValidationError as error:
        raise ValueError("\n".join(sentence(model, problem, positional) for problem in error.errors())) from error


def from_variable(name: str, field: FieldInfo, text: str) -> Any:
    """The value that a variable's text stands for, as a flag would have given it."""
    if is_many(field):
        return [part.strip() for part in text.split(",") if part.strip()]
    if field.annotation is bool:
        if text.lower() not in TRUE + FALSE:
            raise ValueError(f"{variable(name, field)}: 1 or 0 is allowed, not {text!r}")
        return text.lower() in TRUE
    return text


def sentence(model: type[BaseModel], problem: Any, positional: str | None = None) -> str:
    """One line that names the flag, what is allowed and the value that was seen."""
    name = str(problem["loc"][0]) if problem["loc"] else ""
    field = model.model_fields.get(name)
    if field is None:
        return str(problem["msg"]).removeprefix("Value error, ")
    start = name.upper() if name == positional else f"--{flag(name, field)}"
    if problem["type"] == "missing":
        return f"{start}: is needed ({field.description})"
    sentences = str(field.description).partition(". ")
    allowed = (
        sentences[0] if problem["type"] == "string_pattern_mismatch" else problem["msg"].removeprefix("Value error, ")
    )
    return f"{start}: {allowed}, not {str(problem['input'])!r}"
