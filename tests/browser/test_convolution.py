"""The convolution exhibit: it plays, steps and scrubs, and its sums add up to what the server computed."""

import contextlib
import io
import json
import math
import re
import urllib.request
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from safetensors.torch import load

from tests.browser.conftest import Open, Visit, assert_silent, rested, until, violations
from tests.browser.pictures import looks_like

NINE = {"values": "1 2 3; 4 5 6; 7 8 9", "weights": "1 2; 3 4"}
Plane = list[list[float]]


def opened(open_page: Open, attributes: dict[str, str] | None = None, **options: Any) -> Visit:
    """The exhibit alone, with the server's answer on it."""
    visit = open_page(f"/exhibits/convolution?{urlencode(attributes or {})}", **options)
    answered(visit.page)
    return visit


def answered(page: Page) -> None:
    """The output shown is the server's."""
    expect(page.get_by_test_id("figure")).to_have_attribute("data-answered", "true")


def numbers(plane: Locator) -> list[float]:
    """The values that are written into the cells of a map."""
    return [float(value) for value in plane.locator("text").evaluate_all("all => all.map(one => one.dataset.value)")]


def summed(page: Page) -> tuple[float, float]:
    """The written products added up here, and the value that is written after them."""
    terms = page.get_by_test_id("sum").locator("tspan.term")
    pairs = terms.evaluate_all("all => all.map(one => [one.dataset.value, one.dataset.weight].map(Number))")
    end = texts(page.get_by_test_id("sum").locator("text"))[-1].split("=")[-1]
    return sum(value * weight for value, weight in pairs), float(end)


def texts(lines: Locator) -> list[str]:
    """The texts in elements of a drawing, with the minus signs that Python reads."""
    return [line.replace("\u2212", "-").strip() for line in lines.all_text_contents()]


def asked(server: str, **fields: Any) -> dict[str, Any]:
    """The response of `/operations/convolution`."""
    request = urllib.request.Request(
        f"{server}/operations/convolution", json.dumps(fields).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as response:
        answer: dict[str, Any] = json.load(response)
    return answer


def flat(values: Any) -> list[float]:
    return [one for value in values for one in flat(value)] if isinstance(values, list) else [values]


def cell(page: Page, plane: str, row: int, col: int) -> None:
    """Point at a cell of a map."""
    ground = page.get_by_test_id(plane).first.locator(".ground")
    box = ground.bounding_box()
    side = page.get_by_test_id(plane).first.locator(".cell").first.bounding_box()
    assert box is not None
    assert side is not None
    page.mouse.move(box["x"] + (col + 0.5) * side["width"], box["y"] + (row + 0.5) * side["height"])


@pytest.mark.parametrize(("operation", "expected"), [
    ("cross-correlation", [37, 47, 67, 77]),
    ("convolution", [23, 33, 53, 63]),
])  # fmt: skip
def test_nine_numbers_and_four_weights_give_what_they_give_by_hand(
    open_page: Open, server: str, operation: str, expected: list[float]
) -> None:
    visit = opened(open_page, {**NINE, "operation": operation})
    assert numbers(visit.page.get_by_test_id("output")) == expected
    assert summed(visit.page) == (expected[0], expected[0])
    assert_silent(visit, server)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_every_step_writes_out_a_sum_that_adds_up_to_its_cell(
    open_page: Open, server: str, lang: str, size: str
) -> None:
    visit = opened(open_page, {"bias": "0.5"}, lang=lang, size=size)
    page = visit.page
    output = numbers(page.get_by_test_id("output"))
    assert len(output) == 16
    page.get_by_test_id("player-slider").focus()
    page.keyboard.press("Home")
    for step, value in enumerate(output):
        expect(page.get_by_test_id("followed")).to_have_attribute("data-col", str(step % 4))
        products, written = summed(page)
        assert products + 0.5 == value == written
        page.get_by_test_id("player-step").click() if step < 15 else None
    expect(page.get_by_test_id("player-step")).to_be_disabled()
    page.get_by_test_id("player-back").click()
    expect(page.get_by_test_id("followed")).to_have_attribute("data-col", "2")
    assert_silent(visit, server)


def test_playing_slides_the_window_to_the_end_and_fills_the_output(open_page: Open) -> None:
    page = opened(open_page, {"position": "0"}).page
    clip = page.get_by_test_id("output").locator("clipPath")
    expect(clip).to_have_count(1)
    page.get_by_test_id("player-speed").select_option("16")
    page.get_by_test_id("player-play").click()
    expect(page.get_by_test_id("window")).to_have_attribute("data-row", "3")
    expect(page.get_by_test_id("window")).to_have_attribute("data-col", "3")
    expect(clip).to_have_count(0)


def test_scrubbing_moves_the_window_by_the_stride(open_page: Open) -> None:
    page = opened(open_page, {"stride": "2 3", "input": "ramp", "size": "7"}).page
    page.get_by_test_id("player-slider").fill("3")
    expect(page.get_by_test_id("window")).to_have_attribute("data-row", "2")
    expect(page.get_by_test_id("window")).to_have_attribute("data-col", "3")


def test_a_larger_stride_shrinks_the_output_and_says_why(open_page: Open) -> None:
    page = opened(open_page, {"padding": "1"}).page
    expect(page.get_by_test_id("figure")).to_contain_text("output 6×6")
    expect(page.get_by_test_id("dropped-rows")).to_have_count(0)
    page.get_by_label("Stride", exact=True).fill("2")
    expect(page.get_by_test_id("figure")).to_contain_text("output 3×3")
    expect(page.get_by_test_id("rows")).to_contain_text("2.5")
    expect(page.get_by_test_id("dropped-rows")).to_be_visible()
    expect(page.get_by_test_id("dropped-columns")).to_be_visible()
    expect(page.get_by_test_id("dropped")).to_contain_text("1 row and 1 column")
    expect(page).to_have_url(re.compile(r"stride=2"))


SETTINGS: list[dict[str, str]] = [
    {"padding": "same", "bias": "-0.25"},
    {"kernel": "gaussian", "kernel-size": "4x3", "padding": "full", "padding-mode": "replicate", "size": "3"},
    {"padding": "2 1 0 2", "padding-mode": "reflect", "dilation": "2 1", "stride": "1 2"},
    {"padding": "1", "padding-mode": "circular", "operation": "convolution", "kernel": "emboss"},
    {"channels": "2", "filters": "2", "kernel": "sobel-x", "size": "4"},
    {"channels": "2", "filters": "2", "groups": "2", "kernel": "gabor", "kernel-size": "3", "angle": "30"},
    {"transposed": "", "stride": "2", "size": "3", "output-padding": "1 0", "padding": "1", "kernel": "scharr-y"},
    {"transposed": "", "size": "3", "kernel": "laplacian", "operation": "convolution"},
]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: " ".join(f"{k}={v}" for k, v in setting.items()))
def test_what_the_browser_shows_at_once_is_what_the_server_answers(open_page: Open, setting: dict[str, str]) -> None:
    attributes = {"input": "random", "size": "5", "seed": "3", "view": "window", **setting}
    visit = open_page("/learn")
    page = visit.page
    held: list[Route] = []
    page.route("**/operations/convolution", lambda route: held.append(route))
    page.goto(page.url.replace("/learn", f"/exhibits/convolution?{urlencode(attributes)}"))
    figure = page.get_by_test_id("figure")
    expect(figure).to_have_attribute("data-answered", "false")
    output = page.get_by_test_id("output")
    preview = output.locator(".cell").evaluate_all("all => all.map(one => one.dataset.value)")
    until(page, lambda: len(held) > 0)
    for route in held:
        route.continue_()
    page.unroute("**/operations/convolution")
    answered(page)
    computed = output.locator(".cell").evaluate_all("all => all.map(one => one.dataset.value)")
    assert len(computed) > 0
    assert [float(value) for value in preview] == pytest.approx(
        [float(value) for value in computed], rel=1e-5, abs=1e-5
    )


def test_a_dragged_slider_sends_the_newest_value_only(open_page: Open) -> None:
    page = opened(open_page, {"kernel": "gaussian"}).page
    page.get_by_test_id("more-kernel").click()
    held: list[Route] = []
    page.route("**/operations/convolution", lambda route: held.append(route))
    slider = page.get_by_label("Sigma σ")
    slider.fill("1.2")
    until(page, lambda: len(held) == 1)
    for value in ("1.4", "1.6", "1.8", "2"):
        slider.fill(value)
    rested(page)
    assert len(held) == 1  # the others wait for its answer
    held[0].continue_()
    until(page, lambda: len(held) == 2)
    held[1].continue_()
    answered(page)
    rested(page)
    assert len(held) == 2
    kernel = load(held[1].request.post_data_buffer or b"")["kernel"].flatten().tolist()
    middle = len(kernel) // 2
    assert kernel[middle + 1] / kernel[middle] == pytest.approx(math.exp(-1 / (2 * 2**2)))


def test_pointing_at_an_output_shows_its_window(open_page: Open) -> None:
    page = opened(open_page, {"padding": "1"}).page
    cell(page, "output", 2, 4)
    window = page.get_by_test_id("window")
    expect(window).to_have_attribute("data-row", "2")
    expect(window).to_have_attribute("data-col", "4")
    products, written = summed(page)
    assert products == written == numbers(page.get_by_test_id("output"))[2 * 6 + 4]


def test_pointing_at_an_input_shows_every_output_it_reaches_and_by_which_weight(open_page: Open) -> None:
    page = opened(open_page, NINE).page
    cell(page, "input", 1, 1)
    assert reached(page) == {(0, 0): "×4", (0, 1): "×3", (1, 0): "×2", (1, 1): "×1"}
    expect(page.get_by_test_id("reach")).to_contain_text("4 output cells")
    cell(page, "input", 0, 2)
    assert reached(page) == {(0, 1): "×2"}


def reached(page: Page) -> dict[tuple[int, int], str]:
    """The texts in the outputs that an input reaches, by row and column."""
    marks = page.get_by_test_id("reached").evaluate_all(
        "all => all.map(one => [+one.dataset.row, +one.dataset.col, one.textContent.trim()])"
    )
    return {(row, col): text for row, col, text in marks}


def test_the_keyboard_walks_over_the_output(open_page: Open) -> None:
    page = opened(open_page, NINE).page
    page.get_by_test_id("player-slider").focus()
    page.get_by_test_id("output").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_test_id("window")).to_have_attribute("data-row", "1")
    assert summed(page) == (77, 77)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("player-slider")).to_have_value("3")


def test_channels_have_their_own_maps_that_add_up_with_the_bias(open_page: Open, server: str) -> None:
    setting = {"values": "1 2 3; 4 5 6; 7 8 9 | 1 0 1; 0 1 0; 2 2 2", "weights": "1 2; 3 4 | 1 -1; 0 5", "bias": "7"}
    page = opened(open_page, setting).page
    answer = asked(
        server,
        input=[[[1, 2, 3], [4, 5, 6], [7, 8, 9]], [[1, 0, 1], [0, 1, 0], [2, 2, 2]]],
        kernel=[[[[1, 2], [3, 4]], [[1, -1], [0, 5]]]],
        bias=[7],
        partials=True,
    )
    maps = [numbers(page.get_by_test_id("partial").nth(channel)) for channel in (0, 1)]
    assert maps == [flat(partial) for partial in answer["partials"][0]]
    output = numbers(page.get_by_test_id("output"))
    assert output == flat(answer["output"])
    assert [one + other + 7 for one, other in zip(*maps, strict=True)] == output
    lines = texts(page.get_by_test_id("sum").locator("text"))
    assert len(lines) == 3
    assert lines[-1].endswith(f"= {output[0]:g}")


def test_a_transposed_convolution_lays_the_kernel_down_once_for_every_input_cell(open_page: Open) -> None:
    page = opened(open_page, {"values": "1 2; 3 4", "weights": "1 2; 3 4", "transposed": "", "position": "0"}).page
    output = page.get_by_test_id("output")
    assert numbers(output) == [1, 2, 0, 3, 4, 0, 0, 0, 0]
    page.get_by_test_id("player-step").click()
    expect(page.get_by_test_id("spread")).to_contain_text("2")
    assert numbers(output) == [1, 4, 4, 3, 10, 8, 0, 0, 0]
    page.get_by_test_id("player-slider").fill("3")
    expect(page.get_by_test_id("player-step")).to_be_disabled()
    assert numbers(output) == [1, 4, 4, 6, 20, 16, 9, 24, 16]
    cell(page, "output", 1, 1)
    assert summed(page) == (20, 20)


def test_formula_parameters_and_multiplications_are_the_servers(open_page: Open, server: str) -> None:
    page = opened(open_page, {"input": "ramp", "size": "6", "kernel": "box", "stride": "2", "padding": "1"}).page
    ramp = [[float(row * 6 + col + 1) for col in range(6)] for row in range(6)]
    answer = asked(server, input=ramp, kernel=[[1 / 9] * 3] * 3, stride=[2, 2], padding=1)
    assert page.get_by_test_id("parameters").locator("data").get_attribute("value") == str(answer["parameters"])
    assert page.get_by_test_id("macs").get_attribute("value") == str(answer["macs"])
    told = re.sub(r"[^0-9]", "", answer["formula"]["height"])
    shown = page.get_by_test_id("rows").locator("annotation").first.text_content() or ""
    assert re.sub(r"[^0-9]", "", re.sub(r"= \\lfloor.*?\+ 1", "", shown)) == told


def test_a_convolution_is_seen_turning_its_kernel(open_page: Open) -> None:
    page = open_page("/learn").page
    page.clock.install()
    page.goto(page.url.replace("/learn", f"/exhibits/convolution?{urlencode(NINE)}"))
    answered(page)
    page.get_by_test_id("more-movement").click()
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    page.get_by_role("radio", name="Convolution", exact=True).check()
    turned = page.get_by_test_id("kernel").locator("g[transform^='rotate']").first
    page.clock.run_for(200)  # milliseconds
    expect(turned).to_have_attribute("transform", re.compile(r"^rotate\((?!0 |180 )"))
    page.clock.resume()
    expect(turned).to_have_attribute("transform", re.compile(r"^rotate\(180 "))
    answered(page)
    assert numbers(page.get_by_test_id("output")) == [23, 33, 53, 63]


def test_without_motion_the_kernel_is_turned_at_once_and_nothing_plays(open_page: Open) -> None:
    page = opened(open_page, NINE, reduced_motion="reduce").page
    expect(page.get_by_test_id("player-play")).to_have_count(0)
    page.get_by_test_id("more-movement").click()
    page.get_by_role("radio", name="Convolution", exact=True).check()
    turned = page.get_by_test_id("kernel").locator("g[transform^='rotate']").first
    expect(turned).to_have_attribute("transform", re.compile(r"^rotate\(180 "))


@pytest.mark.parametrize("setting", [
    {},
    {"operation": "convolution", "kernel": "gabor", "padding": "1 2 0 3", "padding-mode": "reflect", "bias": "0.5"},
    {"input": "random", "channels": "4", "filters": "4", "groups": "2", "stride": "2 1"},
    {"input": "random", "channels": "2", "filters": "4", "groups": "2", "transposed": "", "stride": "2",
     "padding": "1 0 0 1", "output-padding": "1"},
])  # fmt: skip
def test_the_script_computes_what_is_on_screen(open_page: Open, setting: dict[str, str]) -> None:
    page = opened(open_page, {**setting, "panel": "code"}).page
    told = io.StringIO()
    scope: dict[str, Any] = {}
    with contextlib.redirect_stdout(told):
        exec(page.get_by_test_id("code").inner_text(), scope)
    assert "torch.Size" in told.getvalue()
    shown = page.get_by_test_id("output").locator(".cell").evaluate_all("all => all.map(one => +one.dataset.value)")
    assert scope["output"][0].flatten().tolist() == pytest.approx(shown, rel=1e-5, abs=1e-5)


def test_the_learned_kernels_are_those_of_the_network(open_page: Open, server: str) -> None:
    page = opened(open_page, {"kernel": "lenet5:c1:2", "input": "digit:3", "size": "32"}).page
    with urllib.request.urlopen(f"{server}/models/lenet5/weights/c1.weight") as response:
        weights = json.load(response)["values"]
    expect(page.get_by_test_id("figure")).to_contain_text("output 28×28")
    shown = page.get_by_test_id("kernel").locator(".cell").evaluate_all("all => all.map(one => +one.dataset.value)")
    assert shown == pytest.approx(flat(weights[2]), rel=1e-5)


def test_a_photo_is_shown_pixel_by_pixel_and_its_window_with_numbers(open_page: Open, server: str) -> None:
    visit = opened(open_page, {"input": "photo:china", "channels": "3", "size": "256", "kernel": "sobel-x"})
    page = visit.page
    expect(page.get_by_test_id("figure")).to_contain_text("output 254×254")
    expect(page.get_by_test_id("output").locator("image")).to_be_visible()
    expect(page.get_by_test_id("patch").first.locator("text").first).to_be_visible()
    lines = texts(page.get_by_test_id("sum").locator("text"))
    parts = [float(line.split("=")[-1]) for line in lines]
    assert sum(parts[:-1]) == pytest.approx(parts[-1], abs=3e-4)
    assert_silent(visit, server)


def test_it_stands_alone_in_a_bare_page(open_page: Open, server: str) -> None:
    bare = """<!doctype html><title>bare</title>
      <script type="module" src="/static/embed.js"></script>
      <rx-convolution values="1 2 3; 4 5 6; 7 8 9" weights="1 2; 3 4"></rx-convolution>"""
    visit = open_page("/learn")
    page = visit.page
    page.route("**/bare", lambda route: route.fulfill(body=bare, content_type="text/html"))
    page.goto(f"{server}/bare")
    answered(page)
    assert numbers(page.get_by_test_id("output")) == [37, 47, 67, 77]
    page.locator("rx-convolution").evaluate("one => one.setAttribute('operation', 'convolution')")
    expect(page.get_by_test_id("figure")).to_contain_text("kernel, turned")
    assert_silent(visit, server)


@pytest.mark.parametrize(("lang", "size", "theme", "setting"), [
    ("en", "desktop", "light", {"padding": "1", "stride": "2", "position": "3"}),
    ("zh", "phone", "dark", {"padding": "same"}),
    ("en", "phone", "light", {"transposed": "", "input": "ramp", "size": "3", "panel": "code"}),
    ("zh", "desktop", "dark", {"input": "random", "channels": "3", "filters": "2", "kernel": "gaussian"}),
])  # fmt: skip
def test_axe_finds_nothing_wrong(open_page: Open, lang: str, size: str, theme: str, setting: dict[str, str]) -> None:
    page = opened(open_page, setting, lang=lang, size=size, theme=theme).page
    for group in ("input", "kernel", "movement"):
        page.get_by_test_id(f"more-{group}").click()
        assert violations(page) == []


def test_figure_and_player_are_seen_whole_on_a_laptop(open_page: Open) -> None:
    page = opened(open_page, {"padding": "1"}).page
    for part in ("figure", "player"):
        box = page.get_by_test_id(part).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 800


@pytest.mark.parametrize("setting", [{"padding": "full"}, {"input": "random", "channels": "4", "kernel": "gaussian"}])
def test_nothing_is_wider_than_a_phone(open_page: Open, setting: dict[str, str]) -> None:
    page = opened(open_page, setting, size="phone").page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    figure, controls = page.get_by_test_id("figure").bounding_box(), page.get_by_test_id("controls").bounding_box()
    assert figure is not None
    assert controls is not None
    assert figure["y"] < controls["y"]


STATES: dict[str, dict[str, str]] = {
    "padded": {"padding": "1", "stride": "2", "position": "3"},
    "channels": {"input": "random", "channels": "3", "filters": "2", "bias": "1 2", "position": "9"},
    "turned": {"operation": "convolution", "kernel": "emboss", "padding": "full"},
    "dilated": {"input": "ramp", "size": "9", "kernel": "sobel-x", "dilation": "2", "position": "7"},
    "transposed": {"input": "ramp", "size": "3", "kernel": "box", "stride": "2", "transposed": "", "position": "4"},
    "learned": {"input": "digit:12", "kernel": "lenet5:c1:1"},
    "photo": {"input": "photo:china", "channels": "3", "size": "256", "kernel": "sobel-x"},
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("size", "theme"), [("desktop", "light"), ("phone", "dark")])
def test_every_state_looks_as_it_did(open_page: Open, state: str, size: str, theme: str) -> None:
    page = opened(open_page, STATES[state], size=size, theme=theme, reduced_motion="reduce").page
    output = {"learned": "24×24", "photo": "254×254"}.get(state)
    if output is not None:  # the picture is there, and the server's answer to it
        expect(page.get_by_test_id("figure")).to_contain_text(output)
        answered(page)
    looks_like(page.get_by_test_id("figure"), f"convolution-{state}-{size}-{theme}")
