"""The other ways to look at a convolution, and its panels: the same sum in each, torch's numbers, known answers."""

import json
import re
from collections.abc import Callable
from typing import Final
from urllib.parse import urlencode

import pytest
import torch
from playwright.sync_api import Locator, Page, expect
from torch.nn import functional as F

from tests.browser.conftest import Open, assert_silent, violations
from tests.browser.pictures import looks_like

KNOWN: Final = {"input": "numbers", "values": "1 2 3; 4 5 6; 7 8 9", "kernel": "weights", "weights": "1 2; 3 4"}
VIEWS: Final = ("network", "matrix", "spectrum")
PANELS: Final = {"weights": "weight-counts", "separable": "cheaper-ways", "volume": "solid"}

Show = Callable[..., Page]


@pytest.fixture
def show(open_page: Open) -> Show:
    """Opens the exhibit alone, in a state: `show(view="matrix", position=2)`."""

    def shown(lang: str = "en", **attributes: object) -> Page:
        state = {**KNOWN, **attributes, "lang": lang}
        visit = open_page(f"/exhibits/convolution?{urlencode(state)}", lang)
        return visit.page

    return shown


def number(place: Locator, name: str = "data-value") -> float:
    """The number that an element carries."""
    expect(place).to_have_attribute(name, re.compile(r"^-?\d"))
    return float(place.get_attribute(name) or "nan")


def marked(page: Page, view: str) -> int:
    """The place of the chosen output cell, as a view marks it."""
    where = {"network": ("network-chosen", "data-at"), "matrix": ("matrix-row", "data-row")}[view]
    return int(number(page.get_by_test_id(where[0]), where[1]))


@pytest.mark.parametrize("position", [0, 3])
def test_every_view_marks_the_same_cell_and_writes_the_same_sum(show: Show, position: int) -> None:
    answers = [37, 47, 67, 77]
    for view in ("network", "matrix"):
        page = show(view=view, position=position)
        assert marked(page, view) == position
        assert number(page.get_by_test_id("sum"), "data-total") == answers[position]
    page = show(view="spectrum", position=position)
    cell = page.get_by_test_id("spectrum-cell")
    at = int(number(cell, "data-at"))
    assert number(page.locator(f'[data-name="circular"] [data-at="{at}"]')) == pytest.approx(
        answers[position], abs=1e-4
    )


def test_switching_the_view_keeps_the_place(show: Show) -> None:
    page = show(view="network", position=1)
    page.get_by_test_id("network-output").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_test_id("network-chosen")).to_have_attribute("data-at", "3")
    page.get_by_role("radio", name="Matrix").check(force=True)
    expect(page.get_by_test_id("matrix-row")).to_have_attribute("data-row", "3")
    expect(page.get_by_test_id("im2col-column")).to_have_attribute("data-column", "3")


def test_following_a_neuron_lights_up_its_connections(show: Show) -> None:
    page = show(view="network", position=0)
    lit = page.locator(".lit")
    expect(lit).to_have_attribute("data-count", "4")
    page.locator('[data-node="input 0"]').hover()
    expect(lit).to_have_attribute("data-count", "1")
    page.locator('[data-node="input 4"]').hover()
    expect(lit).to_have_attribute("data-count", "4")
    page.locator('[data-weight="0"]').hover()
    expect(lit.locator("line")).to_have_count(4)
    assert len(set(lit.locator("line").evaluate_all("lines => lines.map((line) => line.getAttribute('stroke'))"))) == 1


def test_the_matrix_times_the_input_is_what_torch_computes(show: Show) -> None:
    page = show(view="matrix", stride=2, padding=1, bias="0.5")
    expect(page.get_by_test_id("view-matrix")).to_have_attribute("data-served", "true")
    picture = torch.tensor([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]])
    output = F.conv2d(picture[None, None], torch.tensor([[[[1.0, 2], [3, 4]]]]), stride=2, padding=1).flatten()
    cells = page.locator('[data-name="product"] [data-at]')
    expect(cells).to_have_count(len(output))
    shown = cells.evaluate_all("cells => cells.map((cell) => Number(cell.getAttribute('data-value')))")
    assert shown == pytest.approx(output.tolist(), abs=1e-5)


def test_the_way_through_the_spectra_equals_the_circular_convolution(show: Show) -> None:
    page = show(view="spectrum", operation="convolution")
    assert number(page.get_by_test_id("difference")) < 1e-4
    picture = torch.tensor([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]])
    kernel = torch.tensor([[4.0, 3], [2, 1]])
    circular = F.conv2d(F.pad(picture[None, None], (1, 0, 1, 0), "circular"), kernel[None, None]).flatten()
    cells = page.locator('[data-name="circular"] [data-at]')
    shown = cells.evaluate_all("cells => cells.map((cell) => Number(cell.getAttribute('data-value')))")
    assert shown == pytest.approx(circular.tolist(), abs=1e-4)


def test_counting_weights_shows_what_sharing_saves(show: Show) -> None:
    page = show(panel="weights", input="ramp", size=6, kernel="sobel-x", bias="0")
    places, weights = 16, 9
    assert number(page.get_by_test_id("fully_connected-connections")) == places * (36 + 1)
    assert number(page.get_by_test_id("locally_connected-connections")) == places * (weights + 1)
    assert number(page.get_by_test_id("convolution-connections")) == places * (weights + 1)
    assert number(page.get_by_test_id("convolution-parameters")) == weights + 1
    field = page.get_by_test_id("weight-counts").get_by_label("Kernel side")
    field.fill("5")
    expect(page.get_by_test_id("convolution-parameters")).to_have_attribute("data-value", "26")


def test_going_through_fewer_maps_saves_nine_tenths_of_the_multiplications(show: Show) -> None:
    page = show(panel="separable")
    assert number(page.get_by_test_id("direct-macs")) == 120_422_400
    assert number(page.get_by_test_id("through-macs")) == 12_443_648


@pytest.mark.parametrize(("kernel", "rank"), [("sobel-x", 1), ("laplacian", 2)])
def test_the_rank_of_the_kernel_is_said(show: Show, kernel: str, rank: int) -> None:
    page = show(panel="separable", kernel=kernel, input="ramp", size=6)
    expect(page.get_by_test_id("rank")).to_have_attribute("data-rank", str(rank))
    expect(page.locator('[data-name="column"]')).to_have_count(int(rank == 1))


def test_the_kernel_slides_through_the_volume_and_its_sums_are_torchs(show: Show) -> None:
    page = show(panel="volume")
    panel = page.get_by_test_id("solid")
    expect(panel).to_have_attribute("data-served", "true")
    values = "cells => cells.map((cell) => Number(cell.getAttribute('data-value')))"
    volume = torch.tensor(panel.locator('[data-name="input"] [data-value]').evaluate_all(values)).float()
    kernel = torch.tensor(panel.locator('[data-name="kernel"] [data-value]').evaluate_all(values)).float()
    output = F.conv3d(volume.view(1, 1, 4, 4, 4), kernel.view(1, 1, 2, 2, 2)).flatten()
    total = panel.get_by_test_id("sum")
    assert number(total, "data-total") == output[0]
    panel.get_by_test_id("solid-player-step").click()
    expect(total).to_have_attribute("data-total", f"{output[1]:g}")
    panel.get_by_test_id("solid-player-slider").press("End")
    expect(total).to_have_attribute("data-total", f"{output[-1]:g}")
    expect(panel.get_by_test_id("box-input")).to_have_attribute("data-at", "2 2 2")
    panel.get_by_test_id("volume-output").focus()
    page.keyboard.press("PageUp")
    expect(panel.get_by_test_id("box-input")).to_have_attribute("data-at", "1 2 2")


@pytest.mark.parametrize("view", ["network", "matrix"])
def test_what_is_too_large_is_said_and_not_drawn(show: Show, view: str) -> None:
    page = show(view=view, input="digit:0", size=28, kernel="sobel-x")
    expect(page.get_by_test_id("refusal")).to_be_visible()
    assert page.get_by_test_id(view).count() == 0


@pytest.mark.parametrize(("lang", "name"), [("en", "Take an input of 8 × 8"), ("zh", "改用 8 × 8 的输入")])
def test_what_is_too_large_for_a_network_is_made_small_enough_by_a_button(show: Show, lang: str, name: str) -> None:
    page = show(lang, view="network", input="digit:0", size=28, kernel="sobel-x")
    page.get_by_role("button", name=name).click()
    expect(page.locator('[data-node^="input "]')).to_have_count(64)
    expect(page.get_by_test_id("refusal")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"input=digit%3A0|input=digit:0"))
    expect(page).to_have_url(re.compile(r"[?&]size=8(&|$)"))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_views_and_panels_are_accessible_silent_and_stay_within_the_screen(
    open_page: Open, server: str, lang: str, size: str
) -> None:
    states = [{"view": view} for view in VIEWS] + [{"panel": panel} for panel in PANELS]
    visit = open_page("/learn", lang, size, "dark")
    page = visit.page
    for state in states:
        page.goto(f"{server}/exhibits/convolution?{urlencode({**KNOWN, **state})}")
        expect(
            page.get_by_test_id(f"view-{state['view']}" if "view" in state else PANELS[state["panel"]])
        ).to_be_visible()
        assert violations(page) == [], json.dumps(state)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, state
    assert_silent(visit, server)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("state", [*VIEWS, *PANELS])
def test_the_main_states_look_as_they_did(open_page: Open, state: str, theme: str) -> None:
    """Figures alone: what stands around them has pictures of its own."""
    attributes = {"view": state} if state in VIEWS else {"panel": state}
    page = open_page(f"/exhibits/convolution?{urlencode(attributes)}", theme=theme).page
    place = page.get_by_test_id(f"view-{state}" if state in VIEWS else PANELS[state])
    if state != "network":
        expect(place).to_have_attribute("data-served", "true")
    if state in ("weights", "separable"):
        expect(place.locator("[data-testid$=parameters]").last).to_have_attribute("data-value", re.compile(r"\d"))
    looks_like(place, f"convolution-{state}-{theme}")
