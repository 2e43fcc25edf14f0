"""The messages of both languages, the same files that the browser reads, and which language a visitor wants."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Final

from convnets.resources import data_folder

FOLDER: Final = data_folder("receptive", "templates") / "messages"
LANGUAGES: Final = ("en", "zh")

Message = str | dict[str, str]


@cache
def messages(lang: str) -> Mapping[str, Message]:
    """Every message of one language by its key, from the files of its folder."""
    read: dict[str, Message] = {}
    for path in sorted((FOLDER / lang).glob("*.json")):
        read |= json.loads(path.read_text(encoding="utf-8"))
    return read


def say(lang: str, key: str, **values: object) -> str:
    """The message with its placeholders filled in; `count` chooses the plural form. KeyError where there is none."""
    message = messages(lang)[key]
    if isinstance(message, dict):
        message = message.get(plural(lang, values.get("count")), message["other"])
    return message.format_map(values) if values else message


def plural(lang: str, count: object) -> str:
    """The plural form of a count, as the Unicode CLDR names it; Chinese has one."""
    return "one" if lang == "en" and count == 1 else "other"


def preferred(accept_language: str) -> str:
    """The language of ours that an Accept-Language header puts first; English where it names none of ours."""
    ranked: list[tuple[float, str]] = []
    for part in accept_language[:500].split(","):
        tag, _, quality = part.strip().lower().partition(";q=")
        lang = tag.split("-")[0]
        if lang in LANGUAGES:
            ranked.append((weight(quality), lang))
    best = max(ranked, key=lambda pair: pair[0], default=(0.0, "en"))
    return best[1] if best[0] > 0 else "en"


def weight(quality: str) -> float:
    """The number of a `;q=`, 1 where it is left out, 0 where it cannot be read."""
    try:
        return float(quality) if quality else 1.0
    except ValueError:
        return 0.0
