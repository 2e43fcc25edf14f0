"""The pooling exhibit: its windows, winners, gradients and changes are PyTorch's; its arithmetic adds up to them."""

import json
import re
import urllib.request
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest
import torch
from playwright.sync_api import Locator, Page, Route, expect
from torch.nn import functional as F

from tests.browser.conftest import SIZES, Open, Visit, assert_silent, until, violations
from tests.browser.pictures import looks_like

GOLDEN: Final = Path(__file__).parent.parent.parent / "static" / "src" / "scene" / "pooling.golden.json"
FOUR: Final = [[1.0, 3, 2, 1], [4, 6, 5, 0], [3, 1, 1, 2], [2, 2, 4, 8]]
NUMBERS: Final = "1 3 2 1; 4 6 5 0; 3 1 1 2; 2 2 4 8"
BARE: Final = f"""<!doctype html><html lang="en"><title>bare</title><body><main><h1>bare</h1>
<rx-pooling values="{NUMBERS}"></rx-pooling></main>
<script type="module" src="/static/embed.js"></script></body></html>"""


def opened(open_page: Open, attributes: dict[str, str] | None = None, **options: Any) -> Visit:
    """The exhibit alone, with the server's answer on it."""
    visit = open_page(f"/exhibits/pooling?{urlencode({'values': NUMBERS, **(attributes or {})})}", **options)
    confirmed(visit.page)
    return visit


def confirmed(page: Page) -> None:
    """All that is shown is the server's."""
    expect(page.get_by_test_id("scene")).to_have_attribute("data-confirmed", "true")


def plain(text: str) -> str:
    return text.replace("\u2212", "-").strip()


def numbers(plane: Locator) -> list[float]:
    """The numbers that are written into a map's cells."""
    return [float(plain(text)) for text in plane.locator(".numbers text").all_text_contents()]


def arithmetic(page: Page) -> str:
    return re.sub(r"\s+", " ", plain(page.get_by_test_id("arithmetic").inner_text())).replace("( ", "(")


def results(page: Page) -> list[float]:
    """The results of the arithmetic, in full precision."""
    values = page.get_by_test_id("arithmetic").locator("data")
    return [float(value) for value in values.evaluate_all("all => all.map(one => one.value)")]


def asked(server: str, path: str, **fields: Any) -> dict[str, Any]:
    """The response of the server's operation."""
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{server}/operations/{path}", json.dumps(fields).encode(), headers)
    with urllib.request.urlopen(request) as response:
        answer: dict[str, Any] = json.load(response)
    return answer


def point(page: Page, plane: str, row: int, col: int, rows: int, cols: int) -> None:
    """Point at a cell of a map."""
    box = page.get_by_test_id(plane).locator(".touch").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + (col + 0.5) * box["width"] / cols, box["y"] + (row + 0.5) * box["height"] / rows)


def test_the_values_that_the_preview_is_tested_with_are_torchs() -> None:
    for one in json.loads(GOLDEN.read_text(encoding="utf-8")):
        x = torch.tensor(one["input"]).view(1, 2, one["height"], one["width"]).requires_grad_()
        window, stride, padding, ceil = one["window"], one["stride"], one["padding"], one["ceil"]
        indices = None
        if one["kind"] == "max":
            y, indices = F.max_pool2d(x, window, stride, padding, ceil_mode=ceil, return_indices=True)
        elif one["kind"] == "average":
            y = F.avg_pool2d(x, window, stride, padding, ceil)
        elif one["kind"] == "l2":
            y = F.lp_pool2d(x, 2, window, stride)
        elif one["kind"] == "global-average":
            y = F.adaptive_avg_pool2d(x, 1)
        else:
            total = F.avg_pool2d(x, window, stride, divisor_override=1)
            y = 1.7159 * torch.tanh(2 / 3 * (one["coefficient"] * total + one["bias"]))
        assert list(y.shape[2:]) == one["output_shape"]
        assert y.flatten().tolist() == pytest.approx(one["output"], abs=1e-6)
        assert (None if indices is None else indices.flatten().tolist()) == one["indices"]
        y.backward(torch.tensor(one["upstream"]).view_as(y))
        assert x.grad is not None
        assert x.grad.flatten().tolist() == pytest.approx(one["gradient"], abs=1e-5)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_every_step_writes_out_what_makes_its_value(open_page: Open, server: str, lang: str, size: str) -> None:
    visit = opened(open_page, {"position": "0"}, lang=lang, size=size)
    page = visit.page
    said = ["max(1, 3, 4, 6) = 6", "max(2, 1, 5, 0) = 5", "max(3, 1, 2, 2) = 3", "max(1, 2, 4, 8) = 8"]
    for step, line in enumerate(said):
        assert arithmetic(page) == line
        assert numbers(page.get_by_test_id("output")) == [6, 5, 3, 8][: step + 1]
        expect(page.get_by_test_id("winners")).to_have_attribute("data-count", str(step + 1))
        if step < 3:
            page.get_by_test_id("player-step").click()
    expect(page.get_by_test_id("player-step")).to_be_disabled()
    page.get_by_test_id("player-back").click()
    assert arithmetic(page) == said[2]
    assert_silent(visit, server)


def test_playing_slides_the_window_to_the_end_and_fills_the_output(open_page: Open) -> None:
    page = opened(open_page, {"position": "0"}).page
    page.get_by_test_id("player-speed").select_option("16")
    page.get_by_test_id("player-play").click()
    expect(page.get_by_test_id("window")).to_have_attribute("data-row", "2")
    expect(page.get_by_test_id("window")).to_have_attribute("data-col", "2")
    assert numbers(page.get_by_test_id("output")) == [6, 5, 3, 8]


def test_nothing_plays_by_itself_without_motion(open_page: Open) -> None:
    page = opened(open_page, reduced_motion="reduce").page
    expect(page.get_by_test_id("player-play")).to_have_count(0)
    page.get_by_test_id("player-slider").focus()
    page.keyboard.press("Home")
    assert arithmetic(page) == "max(1, 3, 4, 6) = 6"


@pytest.mark.parametrize(("kind", "said"), [
    ("average", "(1 + 3 + 4 + 6) / 4 = 14 / 4 = 3.5"),
    ("l2", "√(1² + 3² + 4² + 6²) = √62 = 7.874"),
    ("subsampling", "0.25 · (1 + 3 + 4 + 6) + 0 = 0.25 · 14 + 0 = 3.5 1.7159 · tanh(⅔ · 3.5) = 1.6839"),
    ("global-average", "(1 + 3 + 2 + 1 + 4 + 6 + 5 + … + 4 + 8) / 16 = 45 / 16 = 2.8125"),
])  # fmt: skip
def test_each_kind_is_written_out(open_page: Open, server: str, kind: str, said: str) -> None:
    page = opened(open_page, {"kind": kind, "position": "0"}).page
    assert arithmetic(page) == said
    answer = asked(server, "pooling", input=FOUR, kind=kind, **({"coefficient": 0.25} if kind == "subsampling" else {}))
    assert results(page)[-1] == pytest.approx(answer["output"][0][0], rel=1e-7)


SETTINGS: Final[list[dict[str, Any]]] = [
    {"kind": kind, "window": window, "stride": stride, "padding": padding, "ceil": ceil}
    for kind in ("max", "average", "l2", "subsampling")
    for window, stride, padding, ceil in [((3, 3), (2, 2), (1, 1), False), ((3, 2), (1, 2), (1, 0), True)]
]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda one: f"{one['kind']}-{one['window']}")
def test_what_the_browser_shows_at_once_is_what_the_server_answers(
    open_page: Open, server: str, setting: dict[str, Any]
) -> None:
    pairs = {name: "x".join(map(str, setting[name])) for name in ("window", "stride", "padding")}
    attributes = {"input": "random", "size": "5x7", "seed": "3", "kind": setting["kind"], **pairs}
    if setting["ceil"]:
        attributes["ceil"] = ""
    page = open_page("/learn").page
    held: list[Route] = []
    page.route("**/operations/pooling", lambda route: held.append(route))
    page.goto(f"{server}/exhibits/pooling?{urlencode(attributes)}")
    expect(page.get_by_test_id("output")).to_be_visible()
    expect(page.get_by_test_id("scene")).to_have_attribute("data-confirmed", "false")
    count = int(page.get_by_test_id("player-slider").get_attribute("max") or 0) + 1
    preview = every(page, count)
    until(page, lambda: len(held) > 0)
    for route in held:
        route.continue_()
    page.unroute("**/operations/pooling")
    confirmed(page)
    assert every(page, count) == pytest.approx(preview, rel=1e-6, abs=1e-6)


def every(page: Page, count: int) -> list[float]:
    """The result of every output, in full precision."""
    found = []
    for position in range(count):
        page.get_by_test_id("player-slider").fill(str(position))
        found.append(results(page)[-1])
    return found


@pytest.mark.parametrize("kind", ["max", "average", "l2"])
def test_the_gradient_goes_back_as_autograd_sends_it(open_page: Open, server: str, kind: str) -> None:
    visit = opened(open_page, {"view": "gradient", "kind": kind, "window": "3", "stride": "1"})
    page = visit.page
    answer = asked(server, "pooling", input=FOUR, kind=kind, kernel_size=3, stride=1, gradient=True)
    whole = [value for row in answer["gradient"] for value in row]
    assert numbers(page.get_by_test_id("gradient")) == pytest.approx(whole, abs=0.051)
    page.get_by_test_id("player-slider").fill("0")
    confirmed(page)
    upstream = [[1, 0], [0, 0]]
    first = asked(server, "pooling", input=FOUR, kind=kind, kernel_size=3, stride=1, gradient=True, upstream=upstream)
    expected = [value for row in first["gradient"] for value in row]
    assert numbers(page.get_by_test_id("gradient")) == pytest.approx(expected, abs=0.051)
    assert_silent(visit, server)


def test_a_winner_of_several_windows_gets_the_gradient_of_each(open_page: Open) -> None:
    page = opened(open_page, {"view": "gradient", "window": "3", "stride": "1"}).page
    point(page, "gradient", 1, 1, 4, 4)
    expect(page.get_by_test_id("scene")).to_contain_text("gets 1 + 1 + 1 + 0 = 3")


def test_pointing_shows_the_window_of_an_output_and_the_readers_of_an_input(open_page: Open) -> None:
    page = opened(open_page, {"window": "3", "stride": "1"}).page
    point(page, "output", 0, 1, 2, 2)
    assert arithmetic(page) == "max(3, 2, 1, 6, 5, 0, 1, 1, 2) = 6"
    expect(page.get_by_test_id("window")).to_have_attribute("data-col", "1")
    point(page, "input", 1, 1, 4, 4)
    expect(page.get_by_test_id("scene")).to_contain_text("is read by 4 windows")


def test_the_keyboard_walks_over_the_output(open_page: Open) -> None:
    page = opened(open_page).page
    page.get_by_test_id("player-slider").focus()
    page.get_by_test_id("output").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    assert arithmetic(page) == "max(1, 2, 4, 8) = 8"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("player-slider")).to_have_value("1")


def test_the_changes_of_a_movement_are_the_servers(open_page: Open, server: str) -> None:
    attributes = {"view": "invariance", "kernel": "vertical-edge", "input": "ramp", "size": "8", "amount": "1"}
    visit = opened(open_page, {**attributes, "values": ""})
    page = visit.page
    ramp = [[float(8 * row + col + 1) for col in range(8)] for row in range(8)]
    kernel = [[1.0, 0, -1]] * 3
    for step, amount in ((0, 1.0), (1, 1.5)):
        if step:
            page.get_by_test_id("player-step").click()
            confirmed(page)
        answer = asked(server, "invariance", input=ramp, kernel=kernel, motion="shift-x", positions=[amount])
        for stage in ("input", "convolution", "pooled"):
            shown = page.get_by_test_id(f"change-{stage}").get_attribute("value")
            assert float(shown or "nan") == pytest.approx(answer["curve"][stage][0], rel=1e-6)
    expect(page).to_have_url(re.compile("amount=1.5"))
    page.get_by_role("radio", name="turn", exact=True).check()
    expect(page).to_have_url(re.compile("motion=rotate"))
    confirmed(page)
    assert_silent(visit, server)


def test_pooling_and_stride_stand_side_by_side_on_one_map(open_page: Open, server: str) -> None:
    attributes = {"view": "stride", "kernel": "laplacian", "input": "random", "size": "8", "position": "4"}
    visit = opened(open_page, {**attributes, "values": ""})
    page = visit.page
    laplacian = torch.tensor([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]])
    cells = torch.tensor([numbers(page.get_by_test_id("map"))])
    assert cells.numel() == 36
    pooled = F.max_pool2d(cells.view(1, 1, 6, 6), 2).flatten().tolist()
    assert results(page)[-1] == pooled[4]
    pick = float(page.get_by_test_id("pick").get_attribute("value") or "nan")
    assert pick == cells.view(6, 6)[2, 2]
    assert laplacian.sum() == 0
    page.get_by_test_id("player-slider").focus()
    page.keyboard.press("End")
    assert numbers(page.get_by_test_id("pooled")) == pooled
    assert numbers(page.get_by_test_id("strided")) == cells.view(6, 6)[::2, ::2].flatten().tolist()
    assert_silent(visit, server)


def complaint(page: Page) -> Locator:
    return page.get_by_role("alert").filter(has_text=re.compile(r"\S"))


@pytest.mark.parametrize(("control", "value", "said"), [
    ("Window", "9", "at most 4×4"),
    ("Window", "0", "1"),
    ("Stride", "0", "1"),
    ("Stride", "two", "number"),
    ("Padding", "2", "at most 1×1"),
])  # fmt: skip
def test_bad_input_is_explained_next_to_its_control_and_the_last_good_picture_stays(
    open_page: Open, server: str, control: str, value: str, said: str
) -> None:
    visit = opened(open_page)
    page = visit.page
    field = page.get_by_label(control, exact=True)
    field.fill(value)
    expect(complaint(page)).to_have_count(1)
    expect(complaint(page)).to_contain_text(said)
    near, place = complaint(page).bounding_box(), field.bounding_box()
    assert near is not None
    assert place is not None
    assert abs(near["y"] - place["y"]) < 80
    assert numbers(page.get_by_test_id("output")) == [6, 5, 3, 8]
    field.fill("1")
    expect(complaint(page)).to_have_count(0)
    assert_silent(visit, server)


def test_the_picture_stays_while_the_connection_is_lost_and_comes_back(open_page: Open) -> None:
    page = opened(open_page).page
    page.route("**/operations/pooling", lambda route: route.abort())
    page.get_by_role("radio", name="average", exact=True).check()
    expect(page.get_by_test_id("problem")).not_to_be_empty()
    assert numbers(page.get_by_test_id("output")) == [3.5, 2, 2, 3.8]
    page.unroute("**/operations/pooling")
    confirmed(page)
    expect(page.get_by_test_id("problem")).to_be_empty()


def test_it_stands_alone_in_a_bare_page(open_page: Open, server: str) -> None:
    visit = open_page("/learn")
    page = visit.page
    page.route("**/bare", lambda route: route.fulfill(body=BARE, content_type="text/html"))
    page.goto(f"{server}/bare")
    confirmed(page)
    assert numbers(page.get_by_test_id("output")) == [6, 5, 3, 8]
    page.locator("rx-pooling").evaluate("one => one.setAttribute('kind', 'average')")
    confirmed(page)
    expect(page.get_by_test_id("arithmetic")).to_contain_text("15 / 4")
    assert violations(page) == []
    assert_silent(visit, server)


@pytest.mark.parametrize(("lang", "size", "theme", "attributes"), [
    ("en", "phone", "light", {"view": "window", "padding": "1", "window": "3"}),
    ("zh", "desktop", "dark", {"view": "gradient", "kind": "subsampling"}),
    ("zh", "phone", "light", {"view": "gradient", "kind": "average", "window": "3", "stride": "1"}),
    ("en", "desktop", "dark", {"view": "invariance", "input": "digit:3", "values": ""}),
    ("zh", "phone", "dark", {"view": "invariance", "input": "digit:3", "values": "", "motion": "rotate"}),
    ("zh", "phone", "light", {"view": "stride", "input": "digit:3", "values": ""}),
])  # fmt: skip
def test_every_view_is_everyones(
    open_page: Open, server: str, lang: str, size: str, theme: str, attributes: dict[str, str]
) -> None:
    visit = opened(open_page, attributes, lang=lang, size=size, theme=theme)
    page = visit.page
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    assert violations(page) == []
    assert_silent(visit, server)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("name", "attributes"), [
    ("average", {"kind": "average", "window": "3", "stride": "2", "padding": "1", "position": "2"}),
    ("subsampling", {"kind": "subsampling", "view": "gradient"}),
    ("invariance", {"view": "invariance", "input": "digit:12", "size": "20", "values": ""}),
    ("stride", {"view": "stride", "input": "digit:12", "size": "20", "values": "", "position": "30"}),
])  # fmt: skip
def test_it_looks_as_it_did(open_page: Open, theme: str, name: str, attributes: dict[str, str]) -> None:
    page = opened(open_page, attributes, theme=theme, reduced_motion="reduce").page
    looks_like(page.get_by_test_id("scene"), f"pooling-{name}-{theme}")
