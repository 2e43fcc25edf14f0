"""Both languages say the same things, everything that is said exists, and nothing is kept that nobody says."""

import json
import re
import string
from collections import Counter
from pathlib import Path

import pytest

from receptive import words

ROOT = Path(__file__).parent.parent.parent
KEY = re.compile(r"""['"`]([a-z][a-z0-9]*(?:\.[a-z0-9_-]+)+)['"`]""")
MADE = re.compile(r"""`([a-z][a-z0-9]*\.[a-z0-9_.-]*)\$\{""")
SEPARATORS = ("layer.between",)  # what stands between two sentences, in Chinese nothing
PREFIXES = {key.split(".")[0] for key in words.messages("en")}


def sources() -> list[str]:
    """The text of every file that may say something."""
    files = [
        *(path for path in (ROOT / "static" / "src").rglob("*") if path.suffix in (".ts", ".svelte")),
        *(ROOT / "templates").glob("*.j2"),
        *(ROOT / "app" / "receptive" / "routes").glob("*.py"),
        ROOT / "app" / "receptive" / "exhibits.py",
    ]
    return [path.read_text(encoding="utf-8") for path in files if ".test." not in path.name]


def forms(message: words.Message) -> list[str]:
    return list(message.values()) if isinstance(message, dict) else [message]


def placeholders(message: words.Message) -> set[str]:
    return {name for form in forms(message) for _, name, _, _ in string.Formatter().parse(form) if name}


def test_both_languages_have_the_same_keys() -> None:
    assert set(words.messages("en")) == set(words.messages("zh"))


@pytest.mark.parametrize("key", sorted(words.messages("en")))
def test_both_languages_fill_in_the_same_values(key: str) -> None:
    assert placeholders(words.messages("en")[key]) == placeholders(words.messages("zh")[key])


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_no_message_is_empty_and_plurals_have_the_forms_of_their_language(lang: str) -> None:
    for key, message in words.messages(lang).items():
        assert key in SEPARATORS or all(form.strip() for form in forms(message)), key
        if isinstance(message, dict):
            assert set(message) <= {"one", "other"}, key
            assert "other" in message, key
            if lang == "en":
                assert "one" in message, key


@pytest.mark.parametrize(("lang", "play", "step"), [("en", r"\b[Pp]lay\b", r"\bstep\b"), ("zh", "播放", "前进")])
def test_who_wants_less_motion_is_not_told_to_press_a_button_that_is_not_there(lang: str, play: str, step: str) -> None:
    leads = [text for key, text in words.messages(lang).items() if "lead" in key and re.search(play, str(text))]
    assert leads != []
    assert [text for text in leads if not re.search(step, str(text))] == []


def test_chinese_uses_its_own_punctuation() -> None:
    for key, message in words.messages("zh").items():
        for form in forms(message):
            assert not re.search(r"[\u4e00-\u9fff][,;:?!]", form), (key, form)


@pytest.mark.parametrize(
    "path", sorted(words.FOLDER.glob("*/*.json")), ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_keys_are_in_alphabetical_order(path: Path) -> None:
    keys = list(json.loads(path.read_text(encoding="utf-8")))
    assert keys == sorted(keys)


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_no_two_files_have_a_key_of_the_same_name(lang: str) -> None:
    files = (words.FOLDER / lang).glob("*.json")
    times = Counter(key for path in files for key in json.loads(path.read_text(encoding="utf-8")))
    assert [key for key, count in times.items() if count > 1] == []


def test_every_key_that_is_said_exists() -> None:
    said = {key for text in sources() for key in KEY.findall(text) if key.split(".")[0] in PREFIXES}
    files = {key for key in said if key.rsplit(".", 1)[-1] in {"ts", "css", "svg", "svelte", "js", "json"}}
    assert said - files - set(words.messages("en")) == set()


def test_every_key_is_said() -> None:
    text = "\n".join(sources())
    said = set(KEY.findall(text))
    made = tuple(MADE.findall(text))
    unsaid = [key for key in words.messages("en") if key not in said and not (made and key.startswith(made))]
    assert unsaid == []


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("de,zh;q=0.4", "zh"),
        ("de-DE,fr;q=0.8", "en"),
        ("en;q=0.2, zh-Hant;q=0.7", "zh"),
        ("zh;q=0", "en"),
        ("zh;q=spam, ;;,,", "en"),
    ],
)
def test_the_language_that_the_browser_ranks_first_is_taken(header: str, lang: str) -> None:
    assert words.preferred(header) == lang
