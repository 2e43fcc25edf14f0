"""Every reason that has a code is said in both languages, in English word for word as the server says it."""

import ast
import pickle
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from convnets.why import ExplainedError, Why
from receptive import words
from receptive.operations import OperationError
from receptive.queries.stroke import StrokeError
from receptive.routes.leaving import LeftError
from receptive.routes.problems import RefusalError
from receptive.routes.validation import SENTENCES as VALIDATION
from receptive.server import create
from receptive.settings import Settings
from receptive.training.divergence import SENTENCES

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"[a-z]+(-[a-z]+)*")
MAKERS = re.compile(r"Why|\w+Error|because|at_most")
KEY = "training.why."
CODELESS = (RefusalError, LeftError)  # the first carries its problem; nobody is left to read of the second
FLAGS = ROOT / "app" / "receptive" / "training" / "terminal" / "options.py"  # what a terminal is told


def name_of(node: ast.expr) -> str:
    """The name that a call calls: of `RefusalError.because` the last part."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def is_reason(code: str, sentence: str) -> bool:
    """True if two arguments in a row are a code and its sentence, not a field and the code after it."""
    return CODE.fullmatch(code) is not None and CODE.fullmatch(sentence) is None


def sources() -> Iterator[Path]:
    """Every file of both packages but the flags of the terminal."""
    for folder in ("models/convnets", "app/receptive"):
        yield from sorted(set((ROOT / folder).rglob("*.py")) - {FLAGS})


def calls(path: Path) -> Iterator[tuple[str, str, str]]:
    """Every call in a file that makes a reason: the name that is called, the code and the sentence."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and MAKERS.fullmatch(name_of(node.func)):
            given = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args]
            for code, sentence in pairwise(given):
                if isinstance(code, str) and isinstance(sentence, str) and is_reason(code, sentence):
                    yield name_of(node.func), code, sentence


def reasons() -> dict[str, set[str]]:
    """Every sentence by its code, without the name of the field that it may begin with."""
    found: dict[str, set[str]] = {code: {sentence} for code, sentence in (SENTENCES | VALIDATION).items()}
    for path in sources():
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
    assert error.why.as_dict == {"code": "one-class", "values": {"data": "{a}", "class": "b", "count": 1200}}


def unexplained(path: Path) -> Iterator[str]:
    """Every refusal of a file that is made without a code, by its line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or (name := name_of(node.func)) not in BARE:
            continue
        keywords = {word.arg for word in node.keywords}
        if name in ("RefusalError", "problem") and "why" not in keywords and len(node.args) < BARE[name]:
            yield f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)[:80]}"
        if name == "HTTPException":
            yield f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)[:80]}"
    if path.is_relative_to(SCHEMAS) or path == RUN_SETTINGS:
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Raise)
                and isinstance(node.exc, ast.Call)
                and name_of(node.exc.func) == "ValueError"
            ):
                yield f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)[:80]}"


SCHEMAS = ROOT / "app" / "receptive" / "schemas"
RUN_SETTINGS = ROOT / "app" / "receptive" / "training" / "settings.py"
BARE = {"RefusalError": 5, "problem": 4, "HTTPException": 0}  # how many arguments give the reason by its place


@pytest.mark.parametrize("path", sorted(sources()), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_refusal_is_made_without_a_code(path: Path) -> None:
    assert list(unexplained(path)) == []


def test_errors_that_are_answered_as_refusals_all_have_a_code() -> None:
    answered = {kind for kind in create(Settings()).exception_handlers if isinstance(kind, type)}
    own = {kind for kind in answered if kind.__module__.startswith(("receptive.", "convnets."))}
    without = {kind for kind in own if not issubclass(kind, ExplainedError) and kind not in CODELESS}
    assert OperationError in own
    assert without == set()


@pytest.mark.parametrize(
    "error",
    [
        ExplainedError("one-class", "{data} has {count}", data="a", count=2),
        OperationError("stride", "too-small", "at least {limit}", limit=1),
        StrokeError("stroke-head", "{name}", name="kind").numbered(7),
    ],
)
def test_an_error_comes_out_of_another_process_as_it_went_in(error: ExplainedError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), copy.why, vars(copy)) == (type(error), str(error), error.why, vars(error))
