"""Errors that pydantic finds in a request, each with a code, its values and its sentence."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from convnets.why import ExplainedError, Value, Why
from receptive.schemas.field import LONGEST, sent

MOST_ERRORS: Final = 5
FIELD: Final = re.compile(r"([a-z_.]+): ")  # which a sentence may begin with
PLACES: Final = ("body", "query", "path", "header", "cookie")  # of a request, which the name of a field leaves out

# `sent` is the value as JSON, shortened; `limit` is the bound that it breaks.
SENTENCES: Final = {
    "field-missing": "this field is required",
    "field-unknown": "there is no such field; leave it out",
    "no-number": "a number is needed; {sent} was sent",
    "no-whole-number": "a whole number is needed; {sent} was sent",
    "no-finite-number": "a finite number is needed; {sent} was sent",
    "too-small": "at least {limit} is needed; {sent} was sent",
    "too-large": "at most {limit} is allowed; {sent} was sent",
    "not-greater": "a number greater than {limit} is needed; {sent} was sent",
    "not-less": "a number less than {limit} is needed; {sent} was sent",
    "no-multiple": "a multiple of {limit} is needed; {sent} was sent",
    "no-text": "text is needed; {sent} was sent",
    "text-too-short": "at least {limit} characters are needed; {sent} was sent",
    "text-too-long": "at most {limit} characters are allowed; {sent} was sent",
    "text-malformed": "text of the form {pattern} is needed; {sent} was sent",
    "no-truth-value": "true or false is needed; {sent} was sent",
    "no-list": "a list is needed; {sent} was sent",
    "list-too-short": "at least {limit} values are needed; {count} were sent",
    "list-too-long": "at most {limit} values are allowed; {count} were sent",
    "no-object": "an object is needed; {sent} was sent",
    "no-choice": "one of {allowed} is needed; {sent} was sent",
    "no-null": "null is needed; {sent} was sent",
    "no-json": "not JSON that can be read: {error}",
    "wrong-value": "this value is not allowed; {sent} was sent",
}

CODES: Final = {
    "missing": "field-missing",
    "missing_argument": "field-missing",
    "extra_forbidden": "field-unknown",
    "unexpected_keyword_argument": "field-unknown",
    "float_type": "no-number",
    "float_parsing": "no-number",
    "decimal_type": "no-number",
    "decimal_parsing": "no-number",
    "int_type": "no-whole-number",
    "int_parsing": "no-whole-number",
    "int_parsing_size": "no-whole-number",
    "int_from_float": "no-whole-number",
    "finite_number": "no-finite-number",
    "greater_than_equal": "too-small",
    "less_than_equal": "too-large",
    "greater_than": "not-greater",
    "less_than": "not-less",
    "multiple_of": "no-multiple",
    "string_type": "no-text",
    "string_sub_type": "no-text",
    "string_unicode": "no-text",
    "bytes_type": "no-text",
    "string_too_short": "text-too-short",
    "string_too_long": "text-too-long",
    "string_pattern_mismatch": "text-malformed",
    "bool_type": "no-truth-value",
    "bool_parsing": "no-truth-value",
    "list_type": "no-list",
    "tuple_type": "no-list",
    "set_type": "no-list",
    "iterable_type": "no-list",
    "too_short": "list-too-short",
    "too_long": "list-too-long",
    "dict_type": "no-object",
    "mapping_type": "no-object",
    "model_type": "no-object",
    "model_attributes_type": "no-object",
    "dataclass_type": "no-object",
    "literal_error": "no-choice",
    "enum": "no-choice",
    "union_tag_invalid": "no-choice",
    "union_tag_not_found": "field-missing",
    "none_required": "no-null",
    "json_invalid": "no-json",
    "json_type": "no-json",
}

LIMITS: Final = (
    "ge", "le", "gt", "lt", "multiple_of", "min_length", "max_length"
)  # as pydantic calls them in an error's context  # fmt: skip


def why_of(error: Mapping[str, Any]) -> Why:
    """The reason of one error; its values name the field."""
    context = error.get("ctx") or {}
    own = context.get("error")
    if isinstance(own, ExplainedError):  # raised by a validator of ours
        return Why(own.why.code, own.why.sentence, {"field": _place(error), **own.why.values})
    kind = error["type"]
    if "-" in kind:  # a PydanticCustomError of ours: its type is our code, its message is the sentence
        named = FIELD.match(error["msg"])
        place = named[1] if named and not error["loc"] else _place(error)
        return Why(kind, error["msg"].replace("{", "{{").replace("}", "}}"), {"field": place, **context})
    code = CODES.get(kind, "wrong-value")
    return Why(code, SENTENCES[code], {"field": _place(error), **_values(error, context)})


def _values(error: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Value]:
    """The values that the sentences of pydantic's own errors may name."""
    values: dict[str, Value] = {"sent": sent(error.get("input"))}
    for name in LIMITS:
        if name in context:
            values["limit"] = _number(context[name])
    if "actual_length" in context:
        values["count"] = _number(context["actual_length"] or 0)
    if "pattern" in context:
        values["pattern"] = str(context["pattern"])
    allowed = context.get("expected", context.get("expected_tags"))
    if allowed is not None:
        values["allowed"] = str(allowed).replace("'", "").replace(" or ", ", ")
    if "error" in context:
        values["error"] = str(context["error"])
    if error["type"] == "union_tag_invalid":
        values["sent"] = sent(context.get("tag"))
    return values


def _number(value: Any) -> Value:
    """A bound: whole numbers as they are, so that each language groups their digits; 1e-5 as 0.00001."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else np.format_float_positional(value, trim="-")
    return value if isinstance(value, int) else str(value)


def _place(error: Mapping[str, Any]) -> str:
    """The name of the field, with those of the fields that hold it."""
    places = [str(place) for place in error["loc"] if place not in PLACES]
    return ".".join(places)[:LONGEST] or "body"


def sentence_of(error: Mapping[str, Any]) -> str:
    """The field and its reason in English."""
    why = why_of(error)
    text = str(why)
    if "-" in error["type"] and not FIELD.match(text):
        text = f"{text}; {sent(error['input'])} was sent"  # the sentences of settings do not repeat the value
    field = why.values["field"]
    return text if text.startswith(f"{field}: ") else f"{field}: {text}"


def explain(errors: Sequence[Mapping[str, Any]]) -> str:
    """The first few errors in English, a sentence for each."""
    sentences = [sentence_of(error) for error in errors[:MOST_ERRORS]]
    if len(errors) > MOST_ERRORS:
        sentences.append(f"and {len(errors) - MOST_ERRORS} more")
    return ". ".join(sentences)


def reason_of(errors: Sequence[Mapping[str, Any]]) -> Why:
    """The reason of the first error, which stands for all on the wire."""
    return why_of(errors[0])
