"""Every lesson in both languages: its exhibits wake and complain of nothing, its formulas are set, its cues work."""

import re
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SIZES, Open, assert_silent, violations

LESSONS: Final = Path(__file__).parent.parent.parent / "templates" / "lessons"
NAMES: Final = sorted(path.stem for path in (LESSONS / "en").glob("*.md") if path.stem != "lenet-5")
VIEWS: Final = (("en", "desktop", "light"), ("zh", "phone", "dark"))  # lenet-5 is in test_reading.py
KNOWN: Final = """async (id) =>
  (await customElements.whenDefined(document.getElementById(id).localName)).observedAttributes"""
UNSET: Final = "() => document.querySelectorAll('article .formula:not(.set), .katex-error').length === 0"


def wake(page: Page) -> None:
    """Scroll to every exhibit of the text and return when each is drawn and has been answered."""
    exhibits = page.locator("article > .exhibit > *")
    expect(exhibits.first).to_be_attached()
    for place in range(exhibits.count()):
        exhibits.nth(place).scroll_into_view_if_needed()
        expect(exhibits.nth(place).locator(".figure svg, .figure canvas").first).to_be_visible()
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("lang", "size", "theme"), VIEWS)
def test_a_lesson_is_whole(open_page: Open, server: str, name: str, lang: str, size: str, theme: str) -> None:
    visit = open_page(f"/learn/{name}", lang, size, theme, reduced_motion="reduce")
    page = visit.page
    wake(page)
    page.wait_for_function(UNSET)
    complaints = page.get_by_role("alert").filter(has_text=re.compile(r"\S"))
    assert complaints.all_inner_texts() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    assert violations(page) == []
    assert_silent(visit, server)


def test_on_a_phone_a_formula_neither_hides_its_end_nor_draws_apart_what_stands_before_it(open_page: Open) -> None:
    page = open_page("/learn/convolution", "zh", "phone").page
    page.wait_for_function(UNSET)
    page.evaluate("document.fonts.ready")
    hidden = "all => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent)"
    assert page.locator("article .formula.block").evaluate_all(hidden) == []
    widths = """element => {
      const range = document.createRange();
      range.setStart(element.firstChild, 0);
      range.setEnd(element.firstChild, 6);
      const width = () => range.getBoundingClientRect().width;
      const set = width();
      element.style.textAlign = 'start';
      return [set, width()];
    }"""
    as_set, as_close_as_they_get = page.get_by_text("验算第一个：").evaluate(widths)
    assert as_set == pytest.approx(as_close_as_they_get, abs=0.5)  # CSS pixels


@pytest.mark.parametrize("name", NAMES)
def test_every_cue_sets_its_exhibit_and_nothing_complains(open_page: Open, name: str) -> None:
    page = open_page(f"/learn/{name}", reduced_motion="reduce").page
    wake(page)
    for answer in page.locator("details.answer").all():
        answer.evaluate("element => { element.open = true }")
    for cue in page.locator("a.cue").all():
        target = cue.get_attribute("href") or ""
        identifier, _, query = target.removeprefix("#").partition("?")
        known = page.evaluate(KNOWN, identifier)
        assert {name for name, _ in parse_qsl(query)} <= set(known), target
        cue.press("Enter")
        expect(cue).to_have_attribute("aria-current", "true")
        page.wait_for_load_state("networkidle")
        complaints = page.get_by_role("alert").filter(has_text=re.compile(r"\S"))
        assert complaints.all_inner_texts() == [], target


def test_recorded_runs_play_at_once_and_stand_next_to_a_button_that_trains_them(open_page: Open) -> None:
    page = open_page("/learn/learning-rate", reduced_motion="reduce").page
    wake(page)
    lab = page.get_by_test_id("rx-training")
    expect(lab.get_by_test_id("step")).to_have_text(re.compile(r"240\D+240"))
    expect(lab.get_by_test_id("status")).to_have_attribute("data-status", "finished")
    expect(lab.get_by_test_id("train-all")).to_be_enabled()
    for rate in ("0.0005", "0.1", "0.5"):
        expect(lab.get_by_text(re.compile(rf"\b{re.escape(rate)}$")).first).to_be_visible()
