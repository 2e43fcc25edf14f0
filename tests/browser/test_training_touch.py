"""The plots of the training lab under fingers: pulled apart, moved, read, shown whole, and scrolled past."""

import math
import time
from typing import Final

import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from tests.browser.conftest import Open, rested

RUNS: Final = "/train?lang=en&run=prepared-momentum-with&smoothing=0"
STEPS: Final = 8  # on the way of a finger

Point = tuple[float, float]


@pytest.fixture
def plot(open_page: Open) -> Locator:
    """The plot of the loss of a recorded run, on a phone."""
    page = open_page(RUNS, "en", "phone", is_mobile=True).page
    plot = page.get_by_test_id("plot-loss").get_by_role("slider")
    expect(page.get_by_test_id("plot-rate").locator("canvas")).to_be_visible()  # from then on no plot is made anew
    plot.locator(".u-over").scroll_into_view_if_needed()
    return plot


def inside(plot: Locator, across: float, down: float = 0.5) -> Point:
    """A place in the area of the lines, from 0 to 1 of its width and height."""
    box = plot.locator(".u-over").bounding_box()
    assert box is not None
    return box["x"] + across * box["width"], box["y"] + down * box["height"]


def touch(session: CDPSession, kind: str, *fingers: Point, at: float | None = None) -> None:
    """An event of a touch screen; at: its own time, in seconds, where not the time when it is sent."""
    points = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(fingers)]
    stamp = {} if at is None else {"timestamp": at}
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points, **stamp})


def moved(page: Page, *ways: tuple[Point, Point]) -> None:
    """Fingers put down, moved from here to there, and lifted."""
    session = page.context.new_cdp_session(page)
    touch(session, "touchStart", *(start for start, _ in ways))
    for step in range(1, STEPS + 1):
        part = step / STEPS
        between = [(a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])) for a, b in ways]
        touch(session, "touchMove", *between)
        page.wait_for_timeout(16)
    touch(session, "touchEnd")
    session.detach()


def tap(page: Page, place: Point, at: float | None = None) -> None:
    """A finger that stays where it is."""
    session = page.context.new_cdp_session(page)
    touch(session, "touchStart", place, at=at)
    touch(session, "touchEnd", at=at)
    session.detach()


def read(page: Page, plot: Locator, across: float) -> float:
    """The x that a tap there reads."""
    page.wait_for_timeout(600)  # so that no two are one
    tap(page, inside(plot, across))
    rested(page)
    return float(plot.get_attribute("aria-valuenow") or "nan")


def test_two_fingers_pull_it_apart_one_moves_it_and_two_taps_show_all_of_it(plot: Locator) -> None:
    page = plot.page
    whole = page.get_by_test_id("whole")
    full = read(page, plot, 0.9) - read(page, plot, 0.1)
    middle = read(page, plot, 0.5)
    moved(page, (inside(plot, 0.4), inside(plot, 0.1)), (inside(plot, 0.6), inside(plot, 0.9)))
    expect(whole).to_be_visible()
    assert read(page, plot, 0.9) - read(page, plot, 0.1) == pytest.approx(full / 4, rel=0.05)
    assert read(page, plot, 0.5) == pytest.approx(middle, abs=0.02 * full)

    under = read(page, plot, 0.4)
    moved(page, (inside(plot, 0.4), inside(plot, 0.8)))
    assert read(page, plot, 0.8) == pytest.approx(under, abs=0.02 * full)

    page.wait_for_timeout(600)
    now = time.time()
    tap(page, inside(plot, 0.5), now)
    tap(page, inside(plot, 0.5), now + 0.08)  # soon after the first, however busy the machine
    expect(whole).to_have_count(0)
    assert page.evaluate("visualViewport.scale") == 1


def test_one_finger_reads_the_whole_run_and_lets_go_of_it_elsewhere(plot: Locator) -> None:
    page = plot.page
    end = float(plot.get_attribute("aria-valuenow") or "nan")
    moved(page, (inside(plot, 0.2), inside(plot, 0.5)))
    rested(page)
    expect(page.get_by_test_id("whole")).to_have_count(0)
    assert float(plot.get_attribute("aria-valuenow") or "nan") == pytest.approx(end / 2, rel=0.05)
    assert plot.evaluate("place => getComputedStyle(place).outlineStyle") == "none"
    page.keyboard.press("ArrowLeft")
    assert plot.evaluate("place => getComputedStyle(place).outlineStyle") == "solid"
    ink = "mark => getComputedStyle(mark).backgroundColor"
    run = page.get_by_test_id("legend").locator(".swatch")
    assert plot.locator(".u-cursor-pt").first.evaluate(ink) == run.evaluate(ink)
    page.get_by_test_id("legend").tap()
    expect(plot).to_have_attribute("aria-valuenow", f"{end:g}")


def test_a_finger_that_goes_up_scrolls_the_page(plot: Locator) -> None:
    page = plot.page
    before = page.evaluate("scrollY")
    moved(page, (inside(plot, 0.5, 0.9), inside(plot, 0.52, -1.0)))
    page.wait_for_function("least => scrollY > least", arg=before + 100)
    expect(page.get_by_test_id("whole")).to_have_count(0)


def test_two_fingers_one_above_the_other_pull_it_apart_and_scroll_nothing(plot: Locator) -> None:
    page = plot.page
    before = page.evaluate("scrollY")
    moved(page, (inside(plot, 0.5, 0.45), inside(plot, 0.5, 0.1)), (inside(plot, 0.5, 0.55), inside(plot, 0.5, 0.9)))
    expect(page.get_by_test_id("whole")).to_be_visible()
    assert math.isclose(page.evaluate("scrollY"), before)


def test_fingers_that_leave_one_after_the_other_tap_nothing(plot: Locator) -> None:
    page = plot.page
    end = plot.get_attribute("aria-valuenow") or "nan"
    session = page.context.new_cdp_session(page)
    touch(session, "touchStart", inside(plot, 0.4), inside(plot, 0.6))
    touch(session, "touchMove", inside(plot, 0.2), inside(plot, 0.8))
    touch(session, "touchMove", inside(plot, 0.2))
    touch(session, "touchEnd")
    expect(page.get_by_test_id("whole")).to_be_visible()
    rested(page)
    assert plot.get_attribute("aria-valuenow") == end


def test_what_fingers_can_do_is_said_where_there_are_fingers(plot: Locator) -> None:
    expect(plot.page.get_by_text("Two fingers pull")).to_be_visible()
    expect(plot.page.get_by_text("Drag across a plot")).to_be_hidden()
