"""The pages: in the visitor's language, from our own host only, and clear where something is missing."""

import gzip
import json
import re
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receptive import assets
from receptive.exhibits import EXHIBITS, LONGEST, MOST, attributes
from tests.pages.conftest import Visit

ROOT = Path(__file__).parent.parent.parent
PAGES = ("/", "/learn", "/learn/lenet-5", "/exhibits/convolution", "/docs", "/learn/none", "/exhibits/none")
FETCHED = re.compile(r"""<(?:script|link|img|iframe|source|audio|video)\b[^>]*?(?:src|href)="([^"]*)\"""")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_page_fetches_nothing_from_another_host(visit: Visit, path: str, lang: str) -> None:
    html = visit(None).get(path, params={"lang": lang}).text
    fetched = FETCHED.findall(html)
    assert len(fetched) > 3
    assert all(url.startswith("/") and not url.startswith("//") for url in fetched)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_holds_no_inline_script_or_style(visit: Visit, path: str) -> None:
    html = visit(None).get(path).text
    assert re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", html) == []
    assert "<style" not in html
    assert not re.search(r"\son[a-z]+=", html)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("lang", "tag"), [("en", "en"), ("zh", "zh-Hans")])
def test_a_page_says_its_language_and_describes_itself(visit: Visit, path: str, lang: str, tag: str) -> None:
    html = visit(None).get(path, params={"lang": lang}).text
    assert f'<html lang="{tag}">' in html
    assert re.search(r'<meta name="description" content="[^"]{10,}"', html)
    assert len(re.findall(r"<h1", html)) == 1


def test_the_language_that_was_chosen_is_kept(visit: Visit) -> None:
    client = visit(None)
    assert 'lang="en"' in client.get("/").text
    assert "set-cookie" not in client.get("/?lang=tlh").headers
    assert 'lang="zh-Hans"' in client.get("/?lang=zh").text
    assert 'lang="zh-Hans"' in client.get("/learn").text
    assert 'lang="en"' in client.get("/learn?lang=en").text


def test_the_browsers_language_is_taken_where_none_was_chosen(visit: Visit) -> None:
    assert 'lang="zh-Hans"' in visit(None).get("/", headers={"accept-language": "zh-CN"}).text


def test_the_other_language_is_one_link_away_and_keeps_the_rest_of_the_address(visit: Visit) -> None:
    html = visit(None).get("/?model=lenet5&layer=c3").text
    assert 'href="/?model=lenet5&amp;layer=c3&amp;lang=zh"' in html


def test_the_draw_page_tells_its_script_what_there_is(visit: Visit) -> None:
    html = visit(None).get("/?lang=zh").text
    found = re.search(r'<script type="application/json" id="page-data">(.*?)</script>', html)
    assert found is not None
    data = json.loads(found[1])
    assert (data["lang"], data["socket"], data["default"]) == ("zh", "/live", "lenet5")
    assert [model["name"] for model in data["models"]] == ["lenet5", "lenet5-1998"]


def test_a_missing_page_is_404_with_the_way_back_and_shows_no_markup_of_the_visitor(visit: Visit) -> None:
    answer = visit(None).get("/learn/<b>none")
    assert answer.status_code == 404
    assert "<b>" not in answer.text
    assert 'href="/learn"' in answer.text


def test_home_lists_the_path_of_lessons_below_the_network(visit: Visit) -> None:
    client = visit(None)
    home, learn = (re.findall(r'href="/learn/([\w-]+)"', client.get(path).text) for path in ("/", "/learn"))
    assert home == learn
    assert home[0] == "lenet-5"
    assert len(home) >= 11


def test_every_exhibit_has_a_page_with_its_element(visit: Visit) -> None:
    for name in EXHIBITS:
        html = visit(None).get(f"/exhibits/{name}", params={"size": "7"}).text
        assert f'<rx-{name} size="7"></rx-{name}>' in html


def test_every_exhibit_of_the_front_end_is_listed() -> None:
    folders = {path.parent.name for path in (ROOT / "static" / "src" / "exhibits").glob("*/*.wc.svelte")}
    assert folders == set(EXHIBITS)


@pytest.mark.parametrize(
    "query",
    [
        "onclick=alert(1)",
        "style=position:fixed",
        "server=https://evil.example",
        "SRC=x",
        "a b=1",
        "x%22onload=1",
        "%3Cb%3E=1",
        "lang=zh",
        "is=x",
        "-x=1",
    ],
)
def test_an_address_sets_only_what_is_an_exhibits_to_set(visit: Visit, query: str) -> None:
    html = visit(None).get(f"/exhibits/pooling?{query}").text
    assert "<rx-pooling></rx-pooling>" in html


def test_what_an_address_says_is_text(visit: Visit) -> None:
    value = '"><script>alert(1)</script>&lt;'
    html = visit(None).get("/exhibits/pooling", params={"values": value}).text
    assert "<script>alert" not in html
    found = re.search(r'<rx-pooling values="([^"]*)">', html)
    assert found is not None
    assert unescape(found[1]) == value


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), max_size=80))
def test_no_query_makes_an_attribute_that_runs_or_loads(query: list[tuple[str, str]]) -> None:
    found = attributes(query)
    assert len(found) <= MOST
    assert all(re.fullmatch(r"[a-z][a-z0-9-]*", name) and not name.startswith("on") for name in found)
    assert not found.keys() & {"style", "src", "href", "id", "class", "server"}
    assert all((name, value) in query for name, value in found.items())


def test_of_too_much_only_a_part_is_taken() -> None:
    assert len(attributes([(f"a{place}", "") for place in range(1000)])) == MOST
    assert attributes([("values", "1" * (LONGEST + 1))]) == {}


def test_a_broken_lesson_says_what_is_wrong_on_its_own_page(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text("---\ntitle: [\n---\n", encoding="utf-8")
    client = visit(tmp_path)
    answer = client.get("/learn/mine")
    assert answer.status_code == 422
    assert "mine.md: front matter, line" in answer.text
    assert client.get("/learn").status_code == 200
    assert client.get("/learn/lenet-5").status_code == 200


def test_a_lesson_shows_the_pictures_beside_it(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "the board.svg").write_bytes(b"<svg/>")
    lesson = "---\ntitle: Mine\n---\n![The board](<photos/the board.svg>)\n"
    (tmp_path / "mine.md").write_text(lesson, encoding="utf-8")
    client = visit(tmp_path)
    found = re.search(r'<img src="([^"]+)" alt="The board"', client.get("/learn/mine").text)
    assert found is not None
    answer = client.get(f"/learn/{found[1]}")  # as a browser resolves it
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert (answer.content, answer.headers["cache-control"]) == (b"<svg/>", "no-cache")
    for path in ("mine.md", "photos", "photos/none.png", "%2e%2e/mine.md"):
        assert client.get(f"/learn/{path}").status_code == 404


def test_a_head_request_is_answered_like_a_get_without_its_body(visit: Visit) -> None:
    answer = visit(None).head("/")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_built_files_are_sent_compressed_and_kept_for_ever(visit: Visit, encoding: str) -> None:
    url = assets.asset("src/entries/lesson.ts")
    answer = visit(None).get(url, headers={"accept-encoding": encoding})
    assert answer.headers["content-encoding"] == encoding
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["vary"] == "Accept-Encoding"
    packed = assets.DIST / (url.removeprefix("/static/") + (".br" if encoding == "br" else ".gz"))
    if encoding == "gzip":
        plain = (assets.DIST / url.removeprefix("/static/")).read_bytes()
        assert gzip.decompress(packed.read_bytes()) == plain
    assert int(answer.headers["content-length"]) == packed.stat().st_size


def test_a_client_that_takes_no_compression_gets_the_plain_file(visit: Visit) -> None:
    url = assets.asset("src/entries/lesson.ts")
    answer = visit(None).get(url, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in answer.headers
    assert answer.content == (assets.DIST / url.removeprefix("/static/")).read_bytes()


def test_a_file_that_has_not_changed_is_not_sent_again(visit: Visit) -> None:
    client = visit(None)
    url = assets.asset("src/style/page.css")
    etag = client.get(url).headers["etag"]
    assert client.get(url, headers={"if-none-match": etag}).status_code == 304


def test_only_built_files_are_served(visit: Visit) -> None:
    client = visit(None)
    for path in ("/static/../package.json", "/static/%2e%2e/package.json", "/static/src/entries/draw.ts", "/static/"):
        assert client.get(path).status_code in (404, 405), path
