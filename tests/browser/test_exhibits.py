"""Every exhibit alone: on its own page, on another site, in both languages, and taken along."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Final
from urllib.parse import parse_qsl, urlencode

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

from convnets.weights import WEIGHTS
from receptive.exhibits import EXHIBITS
from tests.browser.conftest import SIZES, Open, assert_silent, violations
from tests.serving import Running, running

NAMES: Final = sorted(set(EXHIBITS) - {"training"})  # which has runs to wait for: test_training.py
OURS: Final = [name for name in NAMES if name != "lenet"]  # those that stand in the common frame
STATES: Final[dict[str, dict[str, str]]] = {
    "lenet": {"sample": "12"},
    "convolution": {"input": "digit:12", "size": "12", "kernel": "vertical-edge", "position": "40"},
    "pooling": {"input": "digit:12", "size": "12", "position": "9"},
    "activation": {"kind": "tanh", "view": "curve", "x": "0.5"},
    "normalization": {"kind": "local-response", "input": "digit:12"},
    "dropout": {"input": "digit:12", "rate": "0.5", "seed": "7"},
    "classifier": {"input": "digit:12", "view": "softmax"},
    "approximation": {"curve": "sine", "units": "8", "steps": "200", "seed": "1"},
}


def address(name: str, attributes: dict[str, str] | None = None) -> str:
    return f"/exhibits/{name}?{urlencode(STATES[name] if attributes is None else attributes)}"


def awake(page: Page, name: str) -> None:
    """Return when the exhibit is drawn and the server has been asked."""
    if name == "lenet":
        expect(page.get_by_test_id("guess")).to_be_visible()
        return
    section = page.get_by_test_id(f"rx-{name}")
    expect(section.locator(".figure svg").first).to_be_visible()
    page.wait_for_load_state("networkidle")


class Elsewhere(BaseHTTPRequestHandler):
    """Another site, whose every page is the same."""

    page = ""

    def do_GET(self) -> None:
        content = self.page.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[str, Running]]:
    """The address of another site, which is another port, and a server that it may embed."""
    import torch

    torch.set_num_threads(1)
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as site:
        Thread(target=site.serve_forever).start()
        url = f"http://127.0.0.1:{site.server_port}"
        try:
            with running(WEIGHTS, allowed_origins=[url]) as server:
                yield url, server
        finally:
            site.shutdown()


Visit = Callable[[str, str], Page]


@pytest.fixture
def visit_elsewhere(
    shared: tuple[str, Running], new_context: Callable[..., BrowserContext], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Visit]:
    """Opens a page of the other site with this in it; an error in it fails the test."""
    url, server = shared
    errors: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(message.text)

    def opened(body: str, lang: str) -> Page:
        script = f'<script type="module" src="{server.url}/static/embed.js"></script>'
        head = '<link rel="icon" href="data:,"><title>Mine</title>'
        content = f"<body><main><h1>Mine</h1>{body}</main>{script}</body>"
        monkeypatch.setattr(Elsewhere, "page", f"<!doctype html><html{lang}>{head}{content}</html>")
        page = new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", heard)
        page.goto(f"{url}/page")
        return page

    yield opened
    assert errors == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("lang", "size", "theme"), [("en", "desktop", "light"), ("zh", "phone", "dark")])
def test_it_stands_alone_on_its_page(open_page: Open, server: str, name: str, lang: str, size: str, theme: str) -> None:
    visit = open_page(address(name), lang, size, theme)
    awake(visit.page, name)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    assert violations(visit.page) == []
    assert_silent(visit, server)


@pytest.mark.parametrize("name", NAMES)
def test_it_wakes_in_a_bare_page_of_another_site(visit_elsewhere: Visit, name: str) -> None:
    attributes = "".join(f' {key}="{value}"' for key, value in STATES[name].items())
    page = visit_elsewhere(f"<rx-{name}{attributes}></rx-{name}>", ' lang="en"')
    awake(page, name)
    assert violations(page) == []
    colour = page.locator(f"rx-{name} section").first.evaluate("element => getComputedStyle(element).color")
    assert colour == "rgb(29, 31, 36)"  # the tokens have come along


def test_words_follow_the_language_around_each_element(visit_elsewhere: Visit) -> None:
    page = visit_elsewhere(
        '<div lang="zh-CN"><rx-pooling id="a"></rx-pooling></div><rx-pooling id="b" lang="en"></rx-pooling>', ""
    )
    expect(page.locator("#a").get_by_test_id("save-png")).to_have_text("保存 PNG")
    expect(page.locator("#b").get_by_test_id("save-png")).to_have_text("Save PNG")
    player = page.locator("#a").get_by_test_id("player-play").first
    player.click()
    expect(player).to_have_text("暂停")


def test_code_comes_only_for_the_tags_that_are_met(visit_elsewhere: Visit) -> None:
    page = visit_elsewhere("<p>Nothing yet.</p>", "")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("['rx-pooling', 'rx-lenet'].map((tag) => customElements.get(tag) === undefined)") == [
        True,
        True,
    ]
    page.evaluate("document.querySelector('main').append(document.createElement('rx-pooling'))")
    expect(page.get_by_test_id("rx-pooling")).to_be_visible()
    assert page.evaluate("customElements.get('rx-lenet') === undefined")


# The address is written when the visitor rests, or leaves.
LEAVING: Final = "dispatchEvent(new PageTransitionEvent('pagehide'))"


@pytest.mark.parametrize("name", OURS)
def test_what_is_set_is_in_the_address_and_comes_back_from_it(open_page: Open, name: str) -> None:
    page = open_page(address(name)).page
    awake(page, name)
    page.evaluate(LEAVING)
    before = page.url
    asked = dict(parse_qsl(before.partition("?")[2]))
    usual = {key for key in STATES[name] if key not in asked}  # what is as it is anyhow need not be said
    assert {key: asked[key] for key in STATES[name].keys() - usual} == {
        key: value for key, value in STATES[name].items() if key not in usual
    }
    page.goto(before)
    awake(page, name)
    page.evaluate(LEAVING)
    assert page.url == before


PAINTED: Final = """(names) => [...document.querySelectorAll('text, rect, circle')].map((element) => {
  const style = getComputedStyle(element)
  return names.map((name) => style.getPropertyValue(name)).join(' ')
}).sort()"""
SEEN: Final = """(section, names) => {
  const svg = section.querySelector('svg:not(button svg)')
  const all = [...svg.querySelectorAll('text, rect, circle')]
  const seen = all.filter((element) => !element.closest('[data-screen-only]'))
  return seen.filter((element) => getComputedStyle(element).display !== 'none').map((element) => {
    const style = getComputedStyle(element)
    return names.map((name) => style.getPropertyValue(name)).join(' ')
  }).sort()
}"""


@pytest.mark.parametrize(
    "path",
    [
        "convolution?input=digit:12",
        "activation?view=curve&kind=gelu",
        "normalization?kind=batch",
        "normalization?kind=local-response",
        "dropout?input=digit:12",
        "dropout?input=digit:12&view=draws",
        "classifier?input=digit:12&view=unit",
        "classifier?input=digit:12&view=loss&smoothing=0.1",
        "classifier?input=digit:12&view=prior",
    ],
)
def test_on_a_phone_arithmetic_goes_on_in_the_next_line_and_not_out_of_sight(open_page: Open, path: str) -> None:
    page = open_page(f"/exhibits/{path}", size="phone").page
    formulas = page.locator(".formula math")
    expect(formulas.first).to_be_visible()
    page.wait_for_load_state("networkidle")
    edges = formulas.evaluate_all("all => all.map((one) => one.getBoundingClientRect().right)")
    assert max(edges) <= SIZES["phone"][0]


@pytest.mark.parametrize("name", OURS)
def test_its_picture_looks_outside_the_page_as_on_it(open_page: Open, tmp_path: Path, name: str) -> None:
    page = open_page(address(name), theme="dark").page
    awake(page, name)
    page.mouse.move(0, 0)
    with page.expect_download() as download:
        page.get_by_test_id("save-svg").click()
    download.value.save_as(tmp_path / "figure.svg")
    styles = ["fill", "stroke", "stroke-width", "font-family", "font-size", "font-weight", "text-anchor", "opacity"]
    seen = page.get_by_test_id(f"rx-{name}").locator(".figure").first.evaluate(SEEN, styles)
    assert len(seen) > 20
    page.goto((tmp_path / "figure.svg").as_uri())
    painted = page.evaluate(PAINTED, styles)
    missing = Counter(seen) - Counter(painted)
    assert missing == Counter()
    assert Counter(painted).total() == len(seen) + 1  # the paper
    assert page.evaluate("document.querySelector('style').textContent.includes('font/woff2')")


@pytest.mark.parametrize("name", OURS)
def test_it_can_be_taken_along_as_html(open_page: Open, server: str, name: str) -> None:
    visit = open_page(address(name), permissions=["clipboard-read", "clipboard-write"])
    page = visit.page
    awake(page, name)
    page.get_by_test_id("copy-html").click()
    expect(page.get_by_test_id("copy-html")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(
        rf'<script type="module" src="{server}/static/embed.js"></script>\n<rx-{name}[^<]*></rx-{name}>', copied
    )
