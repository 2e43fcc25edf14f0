"""The pages that are read: lessons, their list, the REST documentation; in both languages, on a phone and a desk."""

import json
import urllib.request
from typing import Final

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SIZES, Open, assert_silent, violations

LANGUAGES: Final = ("en", "zh")
# Every pair of language, size and theme, in half as many views as all their combinations.
VIEWS: Final = (
    ("en", "phone", "light"),
    ("en", "desktop", "dark"),
    ("zh", "phone", "dark"),
    ("zh", "desktop", "light"),
)


@pytest.mark.parametrize(("lang", "size", "theme"), VIEWS)
def test_a_lesson_reads_well(open_page: Open, server: str, lang: str, size: str, theme: str) -> None:
    visit = open_page("/learn/lenet-5", lang, size, theme)
    page = visit.page
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".formula:not(.set)")).to_have_count(0)
    expect(page.locator(".formula .katex-error")).to_have_count(0)
    expect(page.locator("rx-lenet")).to_have_count(4)
    page.wait_for_function("() => customElements.get('rx-lenet') !== undefined")
    expect(page.locator("rx-lenet canvas").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    assert violations(page) == []
    assert_silent(visit, server)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_on_a_phone_no_formula_of_the_paper_hides_its_end(open_page: Open, lang: str) -> None:
    page = open_page("/learn/lenet-5", lang, "phone").page
    expect(page.locator(".formula:not(.set)")).to_have_count(0)
    page.evaluate("document.fonts.ready")
    hidden = "all => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent)"
    assert page.locator("article .formula.block").evaluate_all(hidden) == []


def test_a_cue_in_the_text_sets_the_figure(open_page: Open) -> None:
    page = open_page("/learn/lenet-5").page
    cue = page.get_by_role("link", name="map 15")
    expect(page.locator("rx-lenet canvas").first).to_be_visible()
    cue.press("Enter")
    expect(page.locator("#third")).to_have_attribute("map", "15")
    expect(cue).to_have_attribute("aria-current", "true")


def test_the_answer_is_folded_until_it_is_asked_for(open_page: Open) -> None:
    page = open_page("/learn/lenet-5").page
    answer = page.locator(".answer")
    expect(answer.locator("p").first).to_be_hidden()
    answer.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(answer.locator("p").first).to_be_visible()


def test_a_lesson_can_be_printed(open_page: Open) -> None:
    page = open_page("/learn/lenet-5").page
    page.emulate_media(media="print")
    expect(page.locator("header.head")).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()


@pytest.mark.parametrize(("lang", "size", "theme"), VIEWS)
def test_the_list_of_lessons_leads_to_a_lesson(open_page: Open, server: str, lang: str, size: str, theme: str) -> None:
    visit = open_page("/learn", lang, size, theme)
    page = visit.page
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    assert violations(page) == []
    assert_silent(visit, server)
    page.get_by_role("link", name="LeNet-5").first.click()
    expect(page).to_have_url(f"{server}/learn/lenet-5")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_the_documentation_lists_every_call(open_page: Open, server: str, lang: str, size: str) -> None:
    visit = open_page("/docs", lang, size)
    page = visit.page
    expect(page.locator(".opblock-summary-path", has_text="/predict")).to_be_visible()
    expect(page.locator(".opblock-summary-path", has_text="/activations")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    assert violations(page, exclude=["#swagger"]) == []
    assert_silent(visit, server)


def test_the_theme_goes_round_and_is_kept(open_page: Open) -> None:
    page = open_page("/learn", theme="light").page
    button = page.locator("#theme")
    root = page.locator("html")
    button.click()
    expect(root).to_have_attribute("data-theme", "light")
    button.click()
    expect(root).to_have_attribute("data-theme", "dark")
    dark = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.reload()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == dark
    button.click()
    assert root.get_attribute("data-theme") is None


def test_the_language_switch_keeps_what_is_on_screen(open_page: Open, server: str) -> None:
    page = open_page("/learn/lenet-5#s2-where-exactly-does-not-matter-much").page
    page.locator("#language").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert page.url.startswith(f"{server}/learn/lenet-5?lang=zh#s2")
    page.goto(f"{server}/learn")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")


def test_the_first_tab_leads_past_the_header(open_page: Open) -> None:
    page = open_page("/learn").page
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_page_that_does_not_exist_leads_back(open_page: Open, server: str) -> None:
    page = open_page("/nowhere").page
    page.get_by_role("main").get_by_role("link").first.click()
    expect(page).to_have_url(f"{server}/")


def test_an_exhibit_begins_with_the_sample_that_its_attribute_names(open_page: Open, server: str) -> None:
    with urllib.request.urlopen(f"{server}/samples") as answer:
        four = next(row["id"] for row in json.load(answer) if row["label"] == "4")
    page = open_page("/learn/lenet-5").page
    exhibit = page.locator("rx-lenet").first
    expect(exhibit.get_by_test_id("guess")).to_have_text("7")
    exhibit.evaluate("(element, id) => element.setAttribute('sample', id)", str(four))
    expect(exhibit.get_by_test_id("guess")).to_have_text("4")
