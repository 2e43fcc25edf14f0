"""A run that is still training is looked at: its weights become others, and everything on show with them."""

import re
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.browser import trained as lab
from tests.browser.conftest import Open, assert_silent
from tests.browser.test_draw_page import number
from tests.browser.test_draw_run import layers_of, opened

PATIENCE = 60.0  # seconds until better weights are on show
LONG = {"model": lab.OWN, "dataset": "digits", "subset": 300, "epochs": 500, "learning_rate": 1e-4}


@pytest.fixture
def training(server: str) -> Iterator[str]:
    """The id of a run that has its first weights and goes on."""
    run = lab.call(server, "runs", LONG)["id"]
    end = time.monotonic() + lab.PATIENCE
    while lab.call(server, f"runs/{run}")["best"] is None:
        assert time.monotonic() < end
        time.sleep(0.2)
    yield run
    stop(server, run)


def stop(server: str, run: str) -> None:
    if lab.call(server, f"runs/{run}")["status"] == "running":
        lab.call(server, f"runs/{run}/stop", {})
    lab.over(server, run)


def changed(page: Page, testid: str) -> None:
    """Wait until a value is another one, by itself."""
    value = page.get_by_test_id(testid).first
    expect(value).to_be_visible()
    expect(value).not_to_have_text(value.text_content() or "", timeout=PATIENCE * 1000)


def until_equal(page: Page, testid: str, value: float) -> None:
    """Wait until a page shows this value, to four decimals."""
    shown = re.compile(f"(?<![0-9]){re.escape(f'{value:.4f}'.replace('-', chr(0x2212)))}")
    expect(page.get_by_test_id(testid).first).to_have_text(shown, timeout=PATIENCE * 1000)


def test_what_is_on_show_of_a_run_learns_with_it_and_still_adds_up(open_page: Open, server: str, training: str) -> None:
    model = f"run:{training}"
    page, strokes = opened(open_page, model, rest="&layer=fc1_dropout&map=3")
    unit = {"model": model, "view": "unit", "layer": "fc1", "unit": "7", "input": "digit:0"}
    visit = open_page(f"/exhibits/classifier?{urlencode(unit)}")
    with visit.page.expect_request(lambda request: request.url.endswith("/activations")) as asked:
        visit.page.reload()
    question = asked.value.post_data_json or {}
    changed(page, "value")
    changed(visit.page, "running-value")

    stop(server, training)
    told = layers_of(server, model, strokes[-1])["fc1_dropout"]
    assert isinstance(told, list)
    until_equal(page, "value", told[3])
    arithmetic = page.get_by_test_id("arithmetic")
    assert number(arithmetic.get_by_test_id("total")) == pytest.approx(
        number(arithmetic.get_by_test_id("torch")), rel=1e-4, abs=1e-4
    )
    fc1 = lab.call(server, "activations", {**question, "layers": ["fc1"]})["layers"][0]["values"]
    until_equal(visit.page, "running-value", fc1[7])
    assert_silent(visit, server)


def test_a_run_that_waits_is_on_show_as_soon_as_it_has_weights(open_page: Open, server: str, training: str) -> None:
    waiting = lab.call(server, "runs", {**LONG, "epochs": 2})["id"]
    page = open_page(f"/exhibits/activation?{urlencode({'view': 'map', 'model': f'run:{waiting}'})}").page
    alert = page.get_by_role("alert").filter(has_text="it has no weights yet")
    expect(alert).to_be_visible()
    stop(server, training)
    expect(page.get_by_test_id("reading")).to_be_visible(timeout=PATIENCE * 1000)
    expect(alert).to_have_count(0)
    lab.over(server, waiting)
