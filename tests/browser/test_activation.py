"""The activation exhibit: values and slopes are PyTorch's, on the curve, on a real map, and down a deep chain."""

import math
from collections.abc import Callable
from typing import Final

import pytest
import torch
from playwright.sync_api import FilePayload, Page, Route, expect
from torch.nn import functional as F

from tests.browser.conftest import SIZES, Open, Visit, assert_silent, until, violations
from tests.browser.pictures import looks_like

EXHIBIT: Final = "/exhibits/activation"
FUNCTIONS: Final[dict[str, Callable[[torch.Tensor], torch.Tensor]]] = {
    "relu": torch.relu,
    "leaky-relu": F.leaky_relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "lecun-tanh": lambda x: 1.7159 * torch.tanh(2 / 3 * x),
    "softplus": F.softplus,
    "gelu": F.gelu,
}
BARE: Final = """<!doctype html><html lang="en"><head><title>bare</title></head><body><main><h1>Mine</h1>
<rx-activation view="chain" depth="8" compare="none" kind="sigmoid"></rx-activation></main>
<script type="module" src="/static/embed.js"></script></body></html>"""


def opened(open_page: Open, query: str, *options: str) -> Visit:
    visit = open_page(f"{EXHIBIT}?{query}", *options)
    expect(visit.page.get_by_test_id("rx-activation")).to_be_visible()
    return visit


def number(page: Page, testid: str, name: str) -> float:
    return float(page.get_by_test_id(testid).get_attribute(f"data-{name}") or "nan")


def answered(page: Page) -> None:
    """Wait until every question has been answered."""
    page.wait_for_load_state("networkidle")


def at(x: float, kind: str) -> tuple[float, float]:
    """The value and slope that PyTorch computes of a function at one place."""
    place = torch.tensor(x, requires_grad=True)
    value = FUNCTIONS[kind](place)
    (slope,) = torch.autograd.grad(value, place)
    return value.item(), slope.item()


@pytest.mark.parametrize("kind", FUNCTIONS)
def test_value_and_slope_are_pytorchs_and_so_is_the_preview(open_page: Open, kind: str) -> None:
    held: list[Route] = []
    page = open_page("/learn").page
    page.route("**/operations/activation", lambda route: held.append(route))
    page.goto(page.url.replace("/learn", f"{EXHIBIT}?view=curve&kind={kind}&x=-1.35"))
    value, slope = at(-1.35, kind)
    reading = page.get_by_test_id("reading")
    expect(reading).to_have_attribute("data-x", "-1.35")
    preview = number(page, "reading", "value"), number(page, "reading", "slope")
    assert preview == pytest.approx((value, slope), abs=1e-6)
    until(page, lambda: len(held) > 0)
    assert len(held) == 1
    # Answers that no function gives: what is shown afterwards is the server's and not the browser's.
    asked = held[0].request.post_data_json or {}
    count = len(asked["input"])
    held[0].fulfill(json={"output": [7.5] * count, "derivative": [0.125] * count, "zeros": 0, "output_shape": [count]})
    expect(reading).to_have_attribute("data-value", "7.5")
    expect(reading).to_have_attribute("data-slope", "0.125")
    page.unroute("**/operations/activation")
    page.reload()
    answered(page)
    shown = number(page, "reading", "value"), number(page, "reading", "slope")
    assert shown == pytest.approx((value, slope), abs=1e-7)


def test_the_curve_is_stepped_both_ways_scrubbed_dragged_and_played(open_page: Open, server: str) -> None:
    visit = opened(open_page, "view=curve&kind=tanh&x=0")
    page = visit.page
    reading = page.get_by_test_id("reading")
    page.get_by_test_id("player-step").click()
    expect(reading).to_have_attribute("data-x", "0.05")
    page.get_by_test_id("player-back").click()
    page.get_by_test_id("player-back").click()
    expect(reading).to_have_attribute("data-x", "-0.05")
    slider = page.get_by_test_id("player-slider")
    slider.press("Home")
    expect(reading).to_have_attribute("data-x", "-4")
    slider.press("End")
    expect(reading).to_have_attribute("data-x", "4")
    assert number(page, "reading", "value") == pytest.approx(math.tanh(4), abs=1e-6)
    box = page.get_by_test_id("curve-touch").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 40)
    page.mouse.up()
    expect(reading).to_have_attribute("data-x", "2")
    expect(page).to_have_url(f"{server}{EXHIBIT}?view=curve&kind=tanh&x=2")
    page.get_by_test_id("player-play").click()
    expect(reading).not_to_have_attribute("data-x", "2")
    page.get_by_test_id("player-play").click()
    assert 2 < number(page, "reading", "x") <= 4
    assert_silent(visit, server)


def test_functions_stand_beside_the_chosen_one(open_page: Open) -> None:
    page = opened(open_page, "view=curve&kind=relu&x=1").page
    page.get_by_test_id("compare").get_by_label("GELU").check()
    legend = page.locator("[data-kind]")
    expect(legend).to_have_count(2)
    expect(page.locator("[data-kind=gelu]")).to_contain_text("0.8413")
    page.get_by_role("radio", name="GELU").check()
    expect(legend.first).to_have_attribute("data-kind", "gelu")


def activations(page: Page, server: str, sample: int, layer: str) -> torch.Tensor:
    """A layer's values for a digit of the tray, asked as anybody would."""
    picture = page.request.get(f"{server}/samples/{sample}.png").body()
    image: FilePayload = {"name": "digit.png", "mimeType": "image/png", "buffer": picture}
    answer = page.request.post(f"{server}/activations?layers={layer}", multipart={"image": image}).json()
    return torch.tensor(answer["layers"][0]["values"])


@pytest.mark.parametrize(("kind", "layer"), [("relu", "c1"), ("relu", "c3"), ("gelu", "c1"), ("sigmoid", "c3")])
def test_a_real_map_goes_through_the_function_and_its_zeros_are_counted(
    open_page: Open, server: str, kind: str, layer: str
) -> None:
    visit = opened(open_page, f"view=map&kind={kind}&layer={layer}&map=1&input=digit:4&position=33")
    page = visit.page
    before = activations(page, server, 4, layer)
    after = FUNCTIONS[kind](before)
    zeros = page.get_by_test_id("zeros")
    expect(zeros).to_be_visible()
    assert number(page, "zeros", "share") == pytest.approx(float((after[1] == 0).float().mean()))
    assert number(page, "zeros", "all") == pytest.approx(float((after == 0).float().mean()))
    assert number(page, "reading", "x") == pytest.approx(float(before[1].flatten()[33]), abs=1e-5)
    assert number(page, "reading", "value") == pytest.approx(float(after[1].flatten()[33]), abs=1e-5)
    page.get_by_test_id("player-step").click()
    expect(page.get_by_test_id("reading")).not_to_have_attribute("data-x", str(number(page, "reading", "value")))
    assert number(page, "reading", "value") == pytest.approx(float(after[1].flatten()[34]), abs=1e-5)
    assert_silent(visit, server)


def test_relu_of_the_pre_activations_is_what_the_network_goes_on_with(open_page: Open, server: str) -> None:
    page = opened(open_page, "view=map&kind=relu&layer=c1&input=digit:4").page
    assert torch.equal(torch.relu(activations(page, server, 4, "c1")), activations(page, server, 4, "c1_relu"))


def test_a_cell_is_read_by_pointer_and_by_keys(open_page: Open, server: str) -> None:
    page = opened(open_page, "view=map&kind=relu&layer=c3&map=0&input=digit:4").page
    before = activations(page, server, 4, "c3")[0]
    cells = page.get_by_test_id("before")
    box = cells.locator(".touch").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 4.5 * box["width"] / 10, box["y"] + 6.5 * box["height"] / 10)
    expect(page.get_by_test_id("reading")).to_contain_text("row 6, column 4")
    assert number(page, "reading", "x") == pytest.approx(float(before[6, 4]), abs=1e-5)
    page.mouse.move(2, 2)
    cells.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_test_id("reading")).to_contain_text("row 1, column 0")


@pytest.mark.parametrize(("kind", "start"), [("sigmoid", "xavier"), ("relu", "he"), ("tanh", "small")])
def test_the_chains_gradients_are_what_autograd_finds(open_page: Open, server: str, kind: str, start: str) -> None:
    visit = opened(open_page, f"view=chain&kind={kind}&compare=none&depth=12&initialization={start}&seed=5&position=0")
    page = visit.page
    question = {"kind": kind, "depth": 12, "initialization": start, "seed": 5, "width": 64, "batch": 64}
    told = page.request.post(f"{server}/operations/activation/chain", data=question).json()["gradients"]
    slider = page.get_by_test_id("player-slider")
    for layer in (12, 11, 10):
        expect(slider).to_have_attribute("aria-valuetext", f"layer {layer} of 12")
        assert number(page, f"gradient-{kind}", "value") == pytest.approx(told[layer - 1], rel=1e-9)
        page.get_by_test_id("player-step").click()
    slider.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "layer 1 of 12")
    assert number(page, f"gradient-{kind}", "value") == pytest.approx(told[0], rel=1e-9)
    ratio = page.get_by_test_id("verdicts").locator("li").get_attribute("data-ratio")
    assert float(ratio or "nan") == pytest.approx(told[0] / told[11], rel=1e-9)
    assert_silent(visit, server)


def test_sigmoid_loses_the_gradient_that_relu_keeps(open_page: Open) -> None:
    page = opened(open_page, "view=chain&kind=relu&compare=sigmoid&depth=30&initialization=he").page
    verdicts = page.get_by_test_id("verdicts")
    expect(verdicts.locator("[data-kind=relu]")).to_have_attribute("data-verdict", "arrives")
    expect(verdicts.locator("[data-kind=sigmoid]")).to_have_attribute("data-verdict", "vanishes")


def test_a_seed_that_is_none_is_explained_and_the_picture_stays(open_page: Open) -> None:
    page = opened(open_page, "view=chain&kind=relu&compare=none&depth=6").page
    point = page.get_by_test_id("gradient-relu")
    value = point.get_attribute("data-value")
    seed = page.get_by_role("spinbutton", name="Seed")
    seed.fill("many")
    expect(page.get_by_role("alert").filter(has_text="number")).to_be_visible()
    assert point.get_attribute("data-value") == value
    seed.fill("2")
    expect(point).not_to_have_attribute("data-value", value or "")


def test_a_lost_connection_is_said_and_the_work_goes_on_when_it_is_back(open_page: Open) -> None:
    page = opened(open_page, "view=chain&kind=relu&compare=none&depth=6").page
    point = page.get_by_test_id("gradient-relu")
    value = point.get_attribute("data-value")
    page.route("**/operations/activation/chain", lambda route: route.abort())
    page.get_by_role("slider", name="Layers").fill("9")
    expect(page.get_by_test_id("problem")).not_to_be_empty()
    assert point.get_attribute("data-value") == value
    page.unroute("**/operations/activation/chain")
    expect(page.get_by_test_id("problem")).to_be_empty()
    expect(point).not_to_have_attribute("data-value", value or "")


def test_it_stands_alone_in_anyones_page_and_says_its_state(open_page: Open, server: str) -> None:
    page = open_page("/learn").page
    page.route("**/mine.html", lambda route: route.fulfill(content_type="text/html", body=BARE))
    page.goto(f"{server}/mine.html")
    expect(page.get_by_test_id("gradient-sigmoid")).to_be_attached()
    element = page.locator("rx-activation")
    page.get_by_role("slider", name="Layers").fill("5")
    expect(element).to_have_attribute("depth", "5")
    element.evaluate("element => element.setAttribute('depth', '8')")
    expect(page.get_by_role("slider", name="Layers")).to_have_value("8")


@pytest.mark.parametrize("view", ["curve", "map", "chain"])
@pytest.mark.parametrize(("lang", "size", "theme"), [("en", "phone", "dark"), ("zh", "desktop", "light")])
def test_every_view_can_be_used_by_everyone(
    open_page: Open, server: str, view: str, lang: str, size: str, theme: str
) -> None:
    visit = opened(open_page, f"view={view}&kind=leaky-relu&compare=gelu", lang, size, theme)
    page = visit.page
    expect(page.get_by_test_id({"curve": "curve", "map": "maps", "chain": "chain"}[view])).to_be_visible()
    answered(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    assert violations(page) == []
    assert_silent(visit, server)


def test_it_steps_but_does_not_play_where_motion_is_not_wanted(open_page: Open) -> None:
    page = open_page(f"{EXHIBIT}?view=curve&x=0", reduced_motion="reduce").page
    expect(page.get_by_test_id("player-step")).to_be_visible()
    expect(page.get_by_test_id("player-play")).to_have_count(0)


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_figure_is_saved(open_page: Open, kind: str) -> None:
    page = opened(open_page, "view=map&kind=relu").page
    expect(page.get_by_test_id("maps")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_test_id(f"save-{kind}").click()
    assert download.value.suggested_filename == f"activation.{kind}"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("figure", "state"),
    [
        ("curve", "view=curve&kind=gelu&compare=relu sigmoid&x=-0.75"),
        ("maps", "view=map&kind=lecun-tanh&layer=c3&map=4&input=digit:4&position=44"),
        ("chain", "view=chain&kind=relu&compare=sigmoid tanh&depth=30&initialization=he&position=20"),
    ],
)
def test_each_view_looks_as_it_did(open_page: Open, figure: str, state: str, theme: str) -> None:
    page = opened(open_page, state, "en", "desktop", theme).page
    place = page.get_by_test_id(figure)
    expect(place).to_be_visible()
    answered(page)
    looks_like(place, f"activation-{figure}-{theme}")
