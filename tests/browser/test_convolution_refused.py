"""The convolution exhibit and what cannot be: fields, addresses and pasted tables that are refused or passed over."""

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open, assert_silent
from tests.browser.test_convolution import NINE, answered, numbers, opened


def complaint(page: Page) -> Locator:
    return page.get_by_role("alert").filter(has_text=re.compile(r"\S"))


@pytest.mark.parametrize(("setting", "control", "value", "said"), [
    ({}, "Stride", "0", "not between 1 and"),
    ({}, "Stride", "two", "number"),
    ({"input": "ramp", "size": "4", "kernel": "box", "kernel-size": "3"}, "more-kernel:Rows", "5", "padded input has"),
    ({}, "more-movement:Groups", "2", "must divide both"),
    ({"transposed": ""}, "more-movement:Output padding below", "1", "at most 0"),
    ({"padding": "1", "padding-mode": "reflect", "values": "1 2; 3 4", "kernel": "box", "kernel-size": "1"},
     "more-movement:Padding above", "2", "at most 1"),
])  # fmt: skip
def test_bad_input_is_explained_next_to_its_control_and_the_last_good_picture_stays(
    open_page: Open, server: str, setting: dict[str, str], control: str, value: str, said: str
) -> None:
    visit = opened(open_page, setting)
    page = visit.page
    before = page.get_by_test_id("output").locator(".cell").count()
    *group, label = control.split(":")
    if group:
        page.get_by_test_id(group[0]).click()
    field = page.get_by_label(label, exact=True)
    field.fill(value)
    expect(complaint(page)).to_have_count(1)
    expect(complaint(page)).to_contain_text(re.compile(said))
    near = complaint(page).bounding_box()
    place = field.bounding_box()
    assert near is not None
    assert place is not None
    assert abs(near["y"] - place["y"]) < 80
    assert page.get_by_test_id("output").locator(".cell").count() == before
    assert_silent(visit, server)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("state", [
    {"values": "1 2; 3 4", "kernel": "box", "kernel-size": "3"},
    {"input": "digit:21", "size": "4", "kernel": "lenet5:c1:0"},
    {"input": "ramp", "groups": "2", "view": "network"},
    {"input": "digit:999"},
])  # fmt: skip
def test_an_address_that_is_refused_says_why_and_shows_no_other_figure(
    open_page: Open, lang: str, state: dict[str, str]
) -> None:
    page = open_page(f"/exhibits/convolution?{urlencode(state)}", lang).page
    expect(complaint(page)).to_have_count(1)
    for name in ("figure", "view-network", "formula", "player"):
        expect(page.get_by_test_id(name)).to_have_count(0)


def test_a_kernel_that_fits_at_last_brings_the_figure(open_page: Open) -> None:
    page = open_page("/exhibits/convolution?values=1+2;3+4&kernel=box&kernel-size=3").page
    page.get_by_test_id("more-kernel").click()
    for side in ("Rows", "Columns"):
        page.get_by_label(side, exact=True).fill("2")
    expect(complaint(page)).to_have_count(0)
    answered(page)
    assert numbers(page.get_by_test_id("output")) == [2.5]


@pytest.mark.parametrize("state", [
    {"padding": "abc"}, {"stride": "fast"}, {"dilation": "0"}, {"size": "x"}, {"groups": "-1"}, {"filters": "1e9"},
    {"bias": "b"}, {"weights": "a b; c d"}, {"input": "nothing"}, {"kernel": "weights"},
])  # fmt: skip
def test_a_word_where_a_number_should_be_is_as_if_nothing_were_said(open_page: Open, state: dict[str, str]) -> None:
    page = opened(open_page, state).page
    answered(page)
    assert complaint(page).count() == 0
    expect(page.get_by_test_id("figure")).to_contain_text("output 4×4")
    page.get_by_label("Stride", exact=True).fill("2")
    expect(page).to_have_url(re.compile(r"/convolution\?stride=2$"))
    assert "NaN" not in page.locator("rx-convolution").inner_text()


@pytest.mark.parametrize("text", ["1\t2\n3", "1\t2\n3\tx"])
def test_a_pasted_table_that_is_none_changes_nothing(open_page: Open, text: str) -> None:
    page = opened(open_page, NINE).page
    page.get_by_test_id("more-input").click()
    paste(page, text)
    expect(complaint(page)).to_have_count(1)
    assert numbers(page.get_by_test_id("output")) == [37, 47, 67, 77]


def paste(page: Page, text: str) -> None:
    page.get_by_role("table", name="Input numbers").locator("input").first.evaluate(
        """(cell, text) => {
          const data = new DataTransfer()
          data.setData('text/plain', text)
          const options = { clipboardData: data, bubbles: true, cancelable: true }
          cell.dispatchEvent(new ClipboardEvent('paste', options))
        }""",
        text,
    )


def test_a_table_from_a_spreadsheet_becomes_the_input(open_page: Open) -> None:
    page = opened(open_page, {"weights": "1 2; 3 4"}).page
    page.get_by_test_id("more-input").click()
    paste(page, "1\t2\t3\n4\t5\t6\n7\t8\t9")
    expect(page.get_by_test_id("figure")).to_contain_text("output 2×2")
    answered(page)
    assert numbers(page.get_by_test_id("output")) == [37, 47, 67, 77]
    expect(page).to_have_url(re.compile(r"values=1"))
