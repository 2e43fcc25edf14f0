"""Every reason that has a code is said in both languages, in English word for word as the server says it."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from convnets.why import ExplainedError, Why
from receptive import words
from receptive.training.divergence import SENTENCES

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"[a-z]+(-[a-z]+)*")
MAKERS = re.compile(r"Why|\w+Error")
KEY = "training.why."
FLAGS = ROOT / "app" / "receptive" / "training" / "terminal" / "options.py"  # what a terminal is told


def calls(path: Path) -> Iterator[tuple[str, str, str]]:
    """What makes a reason in a file: the name that is called, the code and the sentence."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and MAKERS.fullmatch(node.func.id):
            given = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args]
            for code, sentence in pairwise(given):
                if isinstance(code, str) and isinstance(sentence, str) and CODE.fullmatch(code):
                    yield node.func.id, code, sentence


def reasons() -> dict[str, set[str]]:
    """Every sentence by its code, without the name of the field that it may begin with."""
    found: dict[str, set[str]] = {code: {sentence} for code, sentence in SENTENCES.items()}
    for folder in ("models/convnets", "app/receptive"):
        for path in set((ROOT / folder).rglob("*.py")) - {FLAGS}:
            for name, code, sentence in calls(path):
                whole = "{row}: " + sentence if name == "PatternError" else sentence
                found.setdefault(code, set()).add(re.sub(r"^[a-z_]+: ", "", whole))
    return found


REASONS = reasons()


def test_the_reasons_are_found() -> None:
    assert {"no-space", "memory", "wrong-checksum", "even-kernel", "nesterov-without-momentum"} <= set(REASONS)


@pytest.mark.parametrize("code", sorted(REASONS))
def test_a_code_has_one_sentence_and_the_page_says_it_too(code: str) -> None:
    (sentence,) = REASONS[code]
    assert words.messages("en")[KEY + code] == sentence


def test_no_reason_is_kept_that_nobody_gives() -> None:
    kept = {key.removeprefix(KEY) for key in words.messages("en") if key.startswith(KEY)}
    assert kept == set(REASONS)


def test_an_error_is_its_sentence_and_what_other_languages_say_it_by() -> None:
    error = ExplainedError(
        "one-class", "{data} has {count} pictures of {class}", **{"data": "{a}", "class": "b"}, count=1200
    )
    assert str(error) == "{a} has 1,200 pictures of b"
    assert error.why == Why("one-class", error.why.sentence, {"data": "{a}", "class": "b", "count": 1200})
    assert error.why.told == {"code": "one-class", "values": {"data": "{a}", "class": "b", "count": 1200}}
