"""The approximation exhibit: a drawn curve is fitted live on the server, and the pieces on screen add up to the fit."""

import json
import re
import urllib.request
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import SIZES, Open, Visit, assert_silent, violations
from tests.browser.pictures import looks_like

PATH: Final = "**/operations/approximation"
START: Final = {"units": "5", "steps": "30", "seed": "2"}
BARE: Final = """<!doctype html><html lang="en"><title>bare</title><body><main>
<rx-approximation curve="bump" units="3" steps="20"></rx-approximation></main>
<script type="module" src="/static/embed.js"></script></body></html>"""


def opened(open_page: Open, attributes: dict[str, str] | None = None, **options: Any) -> Visit:
    """The exhibit alone."""
    visit = open_page(f"/exhibits/approximation?{urlencode({**START, **(attributes or {})})}", **options)
    expect(visit.page.get_by_test_id("target")).to_be_attached()
    return visit


def fitted(page: Page, press: Callable[[], None] | None = None) -> list[dict[str, Any]]:
    """Fit to the end; every `fit` that the server tells, which is the same for the same question."""
    with page.expect_request(PATH) as asked:
        (press or page.get_by_test_id("start").click)()
    finished(page)
    question = (asked.value.post_data or "").encode()
    request = urllib.request.Request(asked.value.url, question, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        events = answer.read().decode().split("\n\n")
    told = [dict(re.findall(r"^(event|data): (.*)$", event, re.MULTILINE)) for event in events if event.strip()]
    return [json.loads(event["data"]) for event in told if event.get("event") == "fit"]


def finished(page: Page) -> None:
    expect(page.get_by_test_id("start")).to_have_text("Fit again")


def loss(page: Page) -> float:
    return float(page.get_by_test_id("loss").text_content() or "")


def heights(page: Page, testid: str) -> list[float]:
    """The y of a line on the figure, at each of its points."""
    path = page.get_by_test_id(testid).get_attribute("d") or ""
    return [float(point.split(" ")[1]) for point in re.split("[ML]", path)[1:]]


def test_the_curve_on_screen_is_the_servers(open_page: Open, server: str) -> None:
    visit = opened(open_page)
    page = visit.page
    told = fitted(page)
    last = told[-1]
    assert last["step"] == 30
    assert loss(page) == pytest.approx(last["loss"], rel=0.01)
    shown = heights(page, "fit")
    assert len(shown) == len(last["curve"])
    low, high = last["curve"].index(min(last["curve"])), last["curve"].index(max(last["curve"]))
    scale = (shown[low] - shown[high]) / (last["curve"][high] - last["curve"][low])
    for drawn, value in zip(shown, last["curve"], strict=True):
        assert (shown[high] - drawn) / scale == pytest.approx(value - last["curve"][high], abs=2e-3)
    assert last["loss"] < told[0]["loss"]
    assert_silent(visit, server)


def test_the_pieces_written_out_add_up_to_the_curve(open_page: Open) -> None:
    page = opened(open_page).page
    last = fitted(page)[-1]
    places = page.get_by_test_id("places")
    places.focus()
    page.keyboard.press("Home")
    for place in range(3):
        written = (page.get_by_test_id("sum").locator("annotation").text_content() or "").split("=")
        plain = re.sub(r"\\underbrace\{\{\} ([^}]*)\}_\{\\text\{[^}]*\}\}", r"\1", written[1])
        assert re.fullmatch(r"[-+. \d]+", plain)
        assert eval(plain) == pytest.approx(float(written[2]), abs=4e-4)
        assert float(written[2]) == pytest.approx(last["curve"][place], abs=1e-4)
        page.keyboard.press("ArrowRight")


def test_pieces_are_added_one_after_another(open_page: Open) -> None:
    page = opened(open_page).page
    last = fitted(page)[-1]
    slider = page.get_by_role("slider", name="Pieces added")
    expect(slider).to_have_attribute("aria-valuetext", "5 of 5")
    expect(page.get_by_test_id("pieces").locator("path")).to_have_count(5)
    expect(page.get_by_test_id("partly")).to_have_count(0)
    slider.fill("0")
    flat = heights(page, "partly")
    assert max(flat) == min(flat)
    slider.fill("1")
    page.get_by_test_id("places").focus()
    page.keyboard.press("Home")
    reach = [max(piece) - min(piece) for piece in last["pieces"]]
    first = last["pieces"][reach.index(max(reach))][0]
    written = (page.get_by_test_id("sum").locator("annotation").text_content() or "").split("=")
    assert float(written[2]) == pytest.approx(last["offset"] + first, abs=1e-4)


def test_the_player_steps_back_through_the_fit(open_page: Open) -> None:
    page = opened(open_page).page
    told = fitted(page)
    slider = page.get_by_test_id("player-slider")
    expect(slider).to_have_value(str(len(told) - 1))
    page.get_by_test_id("player-back").click()
    assert loss(page) == pytest.approx(told[-2]["loss"], rel=0.01)
    slider.fill("0")
    assert loss(page) == pytest.approx(told[0]["loss"], rel=0.01)
    page.get_by_test_id("player-step").click()
    assert loss(page) == pytest.approx(told[1]["loss"], rel=0.01)
    page.get_by_test_id("player-speed").select_option("16")
    page.get_by_test_id("player-play").click()
    expect(slider).to_have_value(str(len(told) - 1))


def test_stopping_keeps_what_was_fitted(open_page: Open) -> None:
    page = opened(open_page, {"steps": "5000", "units": "50"}).page
    page.get_by_test_id("start").click()
    expect(page.get_by_test_id("fit")).to_be_attached()
    page.get_by_test_id("stop").click()
    finished(page)
    kept = heights(page, "fit")
    assert kept
    expect(page.get_by_test_id("reached-50")).to_be_attached()
    page.get_by_test_id("player-slider").fill("0")
    assert heights(page, "fit") != kept
    page.get_by_test_id("player-slider").press("End")
    assert heights(page, "fit") == kept


def test_more_units_reach_further_and_stand_side_by_side(open_page: Open) -> None:
    page = opened(open_page, {"units": "1", "steps": "150", "curve": "bump"}).page
    coarse = fitted(page)[-1]["loss"]
    fine = fitted(page, lambda: page.get_by_role("radio", name="50", exact=True).check(force=True))[-1]["loss"]
    assert fine < coarse / 10
    expect(page).to_have_url(re.compile("units=50"))
    expect(page.get_by_test_id("reached-1")).to_contain_text("n = 1")
    expect(page.get_by_test_id("reached-50")).to_be_attached()
    page.get_by_test_id("reached-1").press("Enter")
    expect(page).to_have_url(re.compile("units=1(&|$)"))
    finished(page)


def test_a_curve_is_drawn_by_hand_and_fitted(open_page: Open) -> None:
    page = opened(open_page).page
    box = page.get_by_test_id("sheet").bounding_box()
    assert box is not None
    with page.expect_request(PATH) as asked:
        page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.5)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.05, steps=4)
        page.mouse.up()
    points = json.loads(asked.value.post_data or "")["points"]
    assert points[16] == [-0.5, pytest.approx(0, abs=0.02)]
    assert points[32][1] == pytest.approx(0.5, abs=0.05)
    assert points[48][1] == pytest.approx(1, abs=0.02)
    assert points[64][1] == pytest.approx(0, abs=1e-3)
    expect(page).to_have_url(re.compile("curve=%7E|curve=~"))
    finished(page)
    packed = page.url
    page.goto(packed)
    expect(page.get_by_test_id("target")).to_be_attached()
    page.get_by_test_id("start").click()
    finished(page)


def test_a_curve_is_bent_by_the_keyboard(open_page: Open) -> None:
    page = opened(open_page, {"curve": "step"}).page
    sheet = page.get_by_test_id("sheet")
    sheet.focus()
    page.keyboard.press("Home")
    expect(sheet).to_have_attribute("aria-valuetext", "at -1.00: -0.60")
    for key in ("ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
    expect(sheet).to_have_attribute("aria-valuetext", "at -1.00: -0.50")
    with page.expect_request(PATH) as asked:
        page.keyboard.press("Enter")
    assert json.loads(asked.value.post_data or "")["points"][0][1] == pytest.approx(-0.5, abs=1e-6)


def test_a_busy_server_is_waited_for(open_page: Open) -> None:
    page = opened(open_page).page
    answers = iter([429, 429])

    def busy(route: Route) -> None:
        status = next(answers, None)
        problem = {"type": "about:blank", "title": "Busy", "status": 429, "detail": "two fits are running"}
        route.continue_() if status is None else route.fulfill(status=status, json=problem)

    page.route(PATH, busy)
    page.get_by_test_id("start").click()
    expect(page.get_by_test_id("status")).to_contain_text("yours comes next")
    finished(page)


def test_a_lost_connection_is_said_and_what_was_fitted_stays(open_page: Open) -> None:
    page = opened(open_page).page
    fitted(page)
    page.route(PATH, lambda route: route.abort())
    page.get_by_test_id("start").click()
    expect(page.get_by_test_id("status")).to_contain_text("The connection broke")
    page.unroute(PATH)
    page.get_by_test_id("start").click()
    expect(page.get_by_test_id("fit")).to_be_attached()
    finished(page)


def test_a_number_that_is_none_is_said_beside_its_field(open_page: Open) -> None:
    page = opened(open_page).page
    fitted(page)
    kept = heights(page, "fit")
    field = page.get_by_label("Training steps", exact=True)
    field.fill("9000")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert heights(page, "fit") == kept


def test_it_stands_alone_in_a_bare_page(open_page: Open, server: str) -> None:
    page = open_page("/learn").page
    page.route("**/bare", lambda route: route.fulfill(body=BARE, content_type="text/html"))
    page.goto(f"{server}/bare")
    page.get_by_test_id("start").click()
    finished(page)
    expect(page.get_by_test_id("pieces").locator("path")).to_have_count(3)


def test_an_attribute_that_a_lesson_sets_is_fitted_at_once(open_page: Open) -> None:
    page = opened(open_page).page
    fitted(page)
    with page.expect_request(PATH) as asked:
        page.locator("rx-approximation").evaluate("element => element.setAttribute('units', '2')")
    assert json.loads(asked.value.post_data or "")["units"] == 2
    finished(page)
    expect(page.get_by_test_id("reached-5")).to_be_attached()
    page.locator("rx-approximation").evaluate("element => element.setAttribute('curve', 'saw')")
    expect(page.get_by_test_id("reached-5")).to_have_count(0)
    finished(page)


@pytest.mark.parametrize(("name", "attributes"), [
    ("two", {"units": "2", "activation": "tanh", "curve": "bump", "steps": "200"}),
    ("many", {"units": "50", "activation": "relu", "curve": "saw", "steps": "200"}),
])  # fmt: skip
def test_it_looks_as_it_did(open_page: Open, name: str, attributes: dict[str, str]) -> None:
    page = opened(open_page, attributes, reduced_motion="reduce").page
    page.get_by_test_id("start").click()
    finished(page)
    page.mouse.move(0, 0)
    looks_like(page.get_by_test_id("figure"), f"approximation-{name}-light")
    page.emulate_media(color_scheme="dark")
    looks_like(page.get_by_test_id("figure"), f"approximation-{name}-dark")


@pytest.mark.parametrize(("lang", "size", "theme"), [("en", "desktop", "dark"), ("zh", "phone", "light")])
def test_it_is_accessible_and_fits(open_page: Open, server: str, lang: str, size: str, theme: str) -> None:
    visit = opened(open_page, {"lang": lang}, lang=lang, size=size, theme=theme)
    page = visit.page
    page.get_by_test_id("start").click()
    expect(page.get_by_test_id("reached-5")).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    assert violations(page) == []
    assert_silent(visit, server)
