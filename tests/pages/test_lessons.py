"""Lessons: ours are complete in both languages, a teacher's are added, a broken one says what is wrong."""

import json
import re
from collections.abc import Iterator
from math import log
from pathlib import Path

import pytest

from receptive.lessons import OURS, Lesson, Shelf
from receptive.training.runs import journal
from receptive.training.runs.comparisons import COMPARISONS, Comparison
from receptive.training.runs.store import SHIPPED, Run
from receptive.words import FOLDER, LANGUAGES

LOWEST = ("lowest possible", "可能的最低值")
GOOD = "---\ntitle: Pooling\nsummary: Why.\norder: 5\n---\n\n## Max\n\nText.\n"


def of(shelf: Shelf, slug: str, lang: str = "en") -> Lesson:
    found = shelf.lesson(slug, lang)
    assert found is not None
    return found


def test_our_lessons_exist_in_both_languages_with_the_same_structure() -> None:
    slugs = {lang: {path.stem for path in (OURS / lang).glob("*.md")} for lang in LANGUAGES}
    assert slugs["en"] == slugs["zh"] != set()
    for slug in slugs["en"]:
        pair = [of(Shelf(), slug, lang) for lang in LANGUAGES]
        assert [lesson.problem for lesson in pair] == ["", ""]
        first, second = (re.findall(r"<(h2|h3|table|details|rx-[a-z]+[^>]*)", lesson.html) for lesson in pair)
        assert first == second
        assert pair[0].order == pair[1].order


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_lesson_on_lenet_counts_as_the_network_does(lang: str) -> None:
    from convnets.lenet import TABLE_I

    html = of(Shelf(), "lenet-5", lang).html
    rows = re.findall(r"<tr>\n<td[^>]*><strong>([0-5])</strong></td>\n(.*?)</tr>", html, re.DOTALL)
    crosses = {int(number): ["×" in cell for cell in re.findall(r"<td.*?</td>", row)] for number, row in rows}
    assert {source: [source in maps for maps in TABLE_I] for source in range(6)} == crosses
    counted = [156, 12, 1516, 32, 48120, 10164]
    assert sum(counted) == 60_000
    for count in counted:
        assert f">{count:,}<" in html
    assert sum((122_304, 5_880, 151_600, 2_000, 48_120, 10_164, 840)) == 340_908


def tables(html: str) -> Iterator[tuple[str, str]]:
    """The head and the text of every cell below it."""
    for table in re.findall(r"<table>.*?</table>", html, re.DOTALL):
        head, *rows = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in table.split("<tr>")[1:])
        yield from ((name, cell) for row in rows for name, cell in zip(head, row, strict=True))


@pytest.mark.parametrize("comparison", COMPARISONS, ids=[comparison.name for comparison in COMPARISONS])
def test_the_losses_and_accuracies_in_the_table_of_a_comparison_are_those_of_its_runs(comparison: Comparison) -> None:
    names = [comparison.id(variant) for variant in comparison.variants]
    epochs = [event for name in names for event in journal.events(Run(SHIPPED / name).log) if event["kind"] == "epoch"]
    losses = [epoch[name] for epoch in epochs for name in ("loss", "validation_loss")]
    shares = [100 * epoch["validation_accuracy"] for epoch in epochs]
    for lang in LANGUAGES:
        pages = [lesson.html for lesson in Shelf().lessons(lang)]
        [html] = [page for page in pages if any(f' run="{name}"' in page for name in names)]
        checked = 0
        for head, cell in tables(html):
            of = {"accuracy": shares, "准确率": shares, "loss": losses, "损失": losses}
            values = next((values for word, values in of.items() if word in head), [])
            for number in re.findall(r"\d+\.\d+", cell) if values else []:
                assert number in {f"{value:.{len(number.split('.')[1])}f}" for value in values}, (head, number)
                checked += 1
        assert checked >= len(names)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_lowest_losses_that_smoothed_labels_allow_are_the_entropies_of_their_targets(lang: str) -> None:
    lowest = [cell for head, cell in tables(of(Shelf(), "label-smoothing", lang).html) if head in LOWEST]
    entropies = [-sum(share * log(share) for share in (1 - 0.9 * e, *9 * [e / 10]) if share) for e in (0.0, 0.1, 0.3)]
    assert [float(cell) for cell in lowest] == [pytest.approx(entropy, abs=5e-4) for entropy in entropies]


def test_every_cue_of_our_lessons_names_an_exhibit_on_its_page() -> None:
    for lang in LANGUAGES:
        for path in (OURS / lang).glob("*.md"):
            html = of(Shelf(), path.stem, lang).html
            cues = set(re.findall(r'href="#([a-z0-9-]+)\?', html))
            assert cues <= set(re.findall(r'<rx-[a-z]+ id="([a-z0-9-]+)"', html))


@pytest.mark.parametrize(("lang", "pressed"), [("en", r"[Pp]ress \*([^*]+)\*"), ("zh", r"按(?:一下)?“([^”]+)”")])
def test_a_button_that_a_lesson_names_is_called_so_on_the_page(lang: str, pressed: str) -> None:
    text = "".join(path.read_text("utf-8") for path in (OURS / lang).glob("*.md"))
    words = [word for path in (FOLDER / lang).glob("*.json") for word in json.loads(path.read_text("utf-8")).values()]
    named = re.findall(pressed, text)
    assert len(named) >= 3
    assert [name for name in named if name not in words] == []


def test_a_teachers_lessons_stand_beside_ours_and_before_ours_of_the_same_name(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "pooling.md").write_text(GOOD, encoding="utf-8")
    (tmp_path / "lenet-5.md").write_text("---\ntitle: Mine\n---\nText", encoding="utf-8")
    shelf = Shelf(tmp_path)
    titles = [lesson.title for lesson in shelf.lessons("en")]
    assert len(titles) == len(set(titles)) == len(Shelf().lessons("en"))
    assert (titles[0], titles[-1]) == ("Pooling", "Mine")  # by their order; in the place of ours of the same names
    assert of(shelf, "lenet-5", "zh").title == "Mine"


def test_a_lesson_in_one_language_only_is_offered_in_that_language(tmp_path: Path) -> None:
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh" / "pooling.md").write_text(GOOD, encoding="utf-8")
    assert of(Shelf(tmp_path), "pooling", "en").lang == "zh"


def test_a_lesson_that_is_changed_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "pooling.md"
    path.write_text(GOOD, encoding="utf-8")
    shelf = Shelf(tmp_path)
    assert of(shelf, "pooling").title == "Pooling"
    path.write_text(GOOD.replace("Pooling", "Average pooling"), encoding="utf-8")
    assert of(shelf, "pooling").title == "Average pooling"


@pytest.mark.parametrize("slug", ["../secret", "..", "", ".hidden", "en/lenet-5", "a" * 65, "%2e%2e"])
def test_a_name_cannot_leave_the_folder(tmp_path: Path, slug: str) -> None:
    (tmp_path / "secret.md").write_text(GOOD, encoding="utf-8")
    own = tmp_path / "lessons"
    own.mkdir()
    (own / ".hidden.md").write_text(GOOD, encoding="utf-8")
    assert Shelf(own).lesson(slug, "en") is None


def test_pictures_beside_a_teachers_lessons_are_found_in_the_language_first(tmp_path: Path) -> None:
    (tmp_path / "zh" / "photos").mkdir(parents=True)
    for name in ("board.png", "zh/board.png", "zh/photos/tree.JPG", "notes.txt", ".hidden.png"):
        (tmp_path / name).write_bytes(b"bytes")
    shelf = Shelf(tmp_path)
    assert shelf.picture("board.png", "zh") == tmp_path / "zh" / "board.png"
    assert shelf.picture("board.png", "en") == tmp_path / "board.png"
    assert shelf.picture("photos/tree.JPG", "en") == tmp_path / "zh" / "photos" / "tree.JPG"
    for name in ("notes.txt", ".hidden.png", "photos", "none.png", "board.png/none.png", "", "/board.png"):
        assert shelf.picture(name, "en") is None
    assert Shelf().picture("board.png", "en") is None


@pytest.mark.parametrize("name", ["../secret.png", "a/../../secret.png", "/etc/secret.png", "link.png", "a/secret.png"])
def test_a_picture_cannot_be_from_elsewhere(tmp_path: Path, name: str) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"bytes")
    own = tmp_path / "lessons"
    own.mkdir()
    (own / "link.png").symlink_to(secret)
    (own / "a").symlink_to(tmp_path)
    assert Shelf(own).picture(name, "en") is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"# No front matter", "begins with a line of ---"),
        (b"---\ntitle: a\ntitel: b\n---\n", "titel"),
        (b"---\nsummary: a\n---\n", "title: Field required"),
        (b"---\ntitle: a\norder: first\n---\n", "order"),
        (b"---\ntitle: 'a\n---\n", "line"),
        (b"---\n- a\n---\n", "name: value"),
        (b"---\ntitle: \xff\xfe\n---\n", "not UTF-8"),
        (b"---\ntitle: a\n---\n" + b"x" * 1_000_001, "at most 1,000,000 bytes"),
    ],
)
def test_a_broken_file_says_what_is_wrong_with_it(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "broken.md").write_bytes(content)
    lesson = of(Shelf(tmp_path), "broken")
    assert lesson.problem.startswith("broken.md: ")
    assert said in lesson.problem


def test_windows_line_ends_and_a_byte_order_mark_are_no_problem(tmp_path: Path) -> None:
    (tmp_path / "pooling.md").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert of(Shelf(tmp_path), "pooling").title == "Pooling"
