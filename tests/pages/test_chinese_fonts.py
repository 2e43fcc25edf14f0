"""The Chinese fonts that the build cuts: every character of the pages is in them, and their licenses travel along."""

import json
import re
import shutil
from pathlib import Path
from typing import Final

import pytest

import hatch_build
from receptive import assets
from tests.serving import Running

ROOT: Final = Path(__file__).parent.parent.parent
FAMILIES: Final = ("Receptive Sans SC", "Receptive Serif SC")
FIRST: Final = 0x2E80  # the first code point of CJK
FACE: Final = re.compile(r"@font-face\s*{([^}]*)}")


def shipped_characters() -> set[str]:
    """The Chinese characters of every message and lesson."""
    files = [*(ROOT / "templates/messages").rglob("*.json"), *(ROOT / "templates/lessons/zh").rglob("*.md")]
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    return {character for character in text if ord(character) >= FIRST}


def faces() -> list[dict[str, str]]:
    """The descriptors of each @font-face rule of the Chinese pages' style sheet."""
    path = assets.DIST / Path(assets.asset("src/style/chinese.css")).relative_to("/static")
    rules = FACE.findall(path.read_text(encoding="utf-8"))
    return [dict(part.split(":", 1) for part in rule.split(";") if part) for rule in rules]


def characters(face: dict[str, str]) -> set[str]:
    """The characters that a face is used for."""
    spans = (part.strip()[2:].split("-") for part in face["unicode-range"].split(","))
    return {chr(point) for span in spans for point in range(int(span[0], 16), int(span[-1], 16) + 1)}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_character_of_the_messages_and_lessons_is_in_the_cut_font(family: str) -> None:
    named = [face for face in faces() if family in face["font-family"]]
    missing = shipped_characters() - set().union(*map(characters, named))
    assert missing == set()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_cut_font_is_a_file_of_its_own_in_regular_to_bold(family: str) -> None:
    for face in faces():
        if family in face["font-family"]:
            assert face["font-weight"] == "400 700"
            name = re.search(r"url\(\.?/?([^)]+\.woff2)\)", face["src"])
            assert name is not None, face["src"]
            assert (assets.DIST / "assets" / Path(name[1]).name).read_bytes()[:4] == b"wOF2"


def test_the_chinese_page_alone_loads_the_cut_fonts(untrained: Running) -> None:
    import httpx2

    sheet = assets.asset("src/style/chinese.css")
    for path in ("/", "/learn/convolution", "/train"):
        assert sheet in httpx2.get(untrained.url + path, params={"lang": "zh"}, timeout=60).text
        assert sheet not in httpx2.get(untrained.url + path, params={"lang": "en"}, timeout=60).text


@pytest.mark.parametrize("name", ["noto-sans-sc", "noto-serif-sc", "source-sans-3", "source-serif-4"])
def test_the_license_of_each_font_is_built_beside_it(name: str) -> None:
    text = (assets.DIST / "licenses" / f"{name}.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE" in text.upper()


def test_katex_keeps_its_license() -> None:
    assert "MIT License" in (assets.DIST / "licenses" / "katex.txt").read_text(encoding="utf-8")


def test_a_chinese_lesson_with_other_characters_has_the_front_end_built_anew(tmp_path: Path) -> None:
    for name in hatch_build.BUILD_INPUTS:
        source, copy = ROOT / name, tmp_path / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, copy) if source.is_dir() else shutil.copyfile(source, copy)
    stamp = tmp_path / hatch_build.BUILT
    stamp.parent.mkdir()
    stamp.write_text(hatch_build.digest(tmp_path, hatch_build.BUILD_INPUTS), encoding="utf-8")
    assert hatch_build.built(tmp_path)
    (tmp_path / "templates/lessons/zh/convolution.md").write_text("鑫", encoding="utf-8")
    assert not hatch_build.built(tmp_path)


def test_no_font_file_is_committed() -> None:
    allowed = {"node_modules", "dist"}
    here = [path for folder in ("static", "templates", "app") for path in (ROOT / folder).rglob("*.woff2")]
    assert [path for path in here if not allowed & set(path.relative_to(ROOT).parts)] == []
    assert "subset-font" in json.loads((ROOT / "static/package.json").read_text(encoding="utf-8"))["dependencies"]
