"""The classifier exhibit: each view's numbers are those that PyTorch computed for the drawing on screen."""

import json
import math
import re
import urllib.request
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import SIZES, Open, Visit, assert_silent, violations
from tests.browser.pictures import looks_like

START: Final = {"input": "digit:0"}
VIEWS: Final = ("flatten", "unit", "convolution", "softmax", "loss", "prior")
SHOWN: Final = {  # what each view ends with
    "flatten": "loupe", "unit": "running", "convolution": "all-convolution", "softmax": "p-9", "loss": "gradient-9",
    "prior": "cost",
}  # fmt: skip
BARE: Final = """<!doctype html><html lang="en"><title>bare</title><body><main>
<rx-classifier input="digit:0" view="softmax" temperature="3"></rx-classifier></main>
<script type="module" src="/static/embed.js"></script></body></html>"""


def opened(open_page: Open, attributes: dict[str, str] | None = None, **options: Any) -> Visit:
    """The exhibit alone on a sample digit, with what it shows there."""
    visit = open_page(f"/exhibits/classifier?{urlencode({**START, **(attributes or {})})}", **options)
    expect(visit.page.get_by_test_id("player")).to_be_visible()
    return visit


def tex(page: Page, testid: str) -> str:
    """A formula as it was written."""
    return page.get_by_test_id(testid).locator("annotation").text_content() or ""


def number(page: Page, testid: str) -> float:
    return float((page.get_by_test_id(testid).text_content() or "").replace("\u2212", "-").strip(" LΣ="))


def column(page: Page, name: str) -> list[float]:
    return [number(page, f"{name}-{digit}") for digit in range(10)]


def weights(server: str, parameter: str) -> Any:
    with urllib.request.urlopen(f"{server}/models/lenet5/weights/{parameter}") as answer:
        return json.load(answer)["values"]


def softmaxed(**asked: float) -> Callable[[Response], bool]:
    """True if it is the response to a request with these fields."""

    def answers(response: Response) -> bool:
        if not response.url.endswith("/operations/softmax"):
            return False
        fields = response.request.post_data_json
        return fields is not None and all(fields[name] == value for name, value in asked.items())

    return answers


def spoken(page: Page, testid: str) -> str:
    return (page.get_by_test_id(testid).get_attribute("aria-valuetext") or "").replace("\u2212", "-")


def test_a_cell_and_its_place_in_the_vector_are_followed_from_either_side(open_page: Open, server: str) -> None:
    visit = opened(open_page, {"view": "flatten"})
    page = visit.page
    page.get_by_test_id("maps").focus()
    page.keyboard.press("Home")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    assert tex(page, "index").endswith(r"= 0 \cdot 5 \cdot 5 + 2 \cdot 5 + 1 = 11")
    page.get_by_test_id("vector").focus()
    page.keyboard.press("End")
    assert tex(page, "index").endswith(r"= 15 \cdot 5 \cdot 5 + 4 \cdot 5 + 4 = 399")
    assert spoken(page, "maps").startswith("map 15, row 4, column 4: place 399")
    box = page.get_by_test_id("vector").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 100.5 / 400, box["y"] + box["height"] / 2)
    assert spoken(page, "maps").startswith("map 4, row 0, column 0: place 100")
    assert_silent(visit, server)


def test_flattening_plays_steps_and_scrubs(open_page: Open) -> None:
    page = opened(open_page, {"view": "flatten", "position": "26"}).page
    slider = page.get_by_test_id("player-slider")
    expect(slider).to_have_attribute("aria-valuetext", "26 of 400")
    page.get_by_test_id("player-back").click()
    assert tex(page, "index").endswith("= 24")
    page.get_by_test_id("player-step").click()
    assert tex(page, "index").endswith("= 25")
    slider.fill("399")
    page.get_by_test_id("player-play").click()
    expect(slider).to_have_value("400")


@pytest.mark.parametrize(("layer", "size"), [("c5", 400), ("f6", 120), ("output", 84)])
def test_the_products_of_a_unit_add_up_to_what_pytorch_computed(
    open_page: Open, server: str, layer: str, size: int
) -> None:
    page = opened(open_page, {"view": "unit", "layer": layer, "unit": "3"}).page
    page.get_by_test_id("grid-wx").focus()
    page.keyboard.press("Home")
    row = [one for map_ in weights(server, f"{layer}.weight")[3] for one in flat(map_)]
    assert len(row) == size
    total = weights(server, f"{layer}.bias")[3]
    for index in range(size):
        words = re.fullmatch(r"input (\d+): (\S+) times (\S+) is (\S+)", spoken(page, "grid-wx"))
        assert words is not None
        assert int(words[1]) == index
        assert float(words[3]) == pytest.approx(row[index], abs=5e-5)
        total += float(words[4])
        page.keyboard.press("ArrowRight")
    value = number(page, "running-value")
    assert value == pytest.approx(total, abs=size * 5e-5)
    assert tex(page, "sum").endswith(f"= {value:.4f}")


def flat(values: Any) -> list[float]:
    return [one for value in values for one in flat(value)] if isinstance(values, list) else [values]


def test_the_written_sum_adds_up(open_page: Open) -> None:
    page = opened(open_page, {"view": "unit", "unit": "7"}).page
    expect(page.get_by_test_id("sum")).to_be_visible()
    written = tex(page, "sum").split("x_i =")[1]
    parts = re.sub(r"\\underbrace\{\{\} ([^}]*)\}_\{\\text\{[^}]*\}\}", r"\1", written).split("=")
    expression = parts[0].replace(r"\cdot", "*")
    assert re.fullmatch(r"[-+*(). \d]+", expression)
    assert eval(expression) == pytest.approx(float(parts[1]), abs=2e-3)


def test_the_layer_is_a_convolution_as_large_as_its_input(open_page: Open) -> None:
    page = opened(open_page, {"view": "convolution", "unit": "5"}).page
    linear, convolution = number(page, "linear-value"), number(page, "convolution-value")
    assert linear == pytest.approx(convolution, abs=1e-4)
    parts = [page.get_by_test_id(f"part-{map_}").text_content() or "" for map_ in range(16)]
    found = [float(text.split("=")[1].replace("\u2212", "-")) for text in parts]
    bias = float(tex(page, "sum").split("x_i =")[1].split("+")[0].strip().split(" ")[0])
    assert sum(found) + bias == pytest.approx(linear, abs=2e-3)
    page.get_by_test_id("player-slider").fill("3")
    expect(page.get_by_test_id("part-2")).to_contain_text("=")
    expect(page.get_by_test_id("part-3")).not_to_contain_text("=")
    page.get_by_test_id("all-linear").focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("unit=6"))


def test_softmax_is_what_its_columns_say(open_page: Open) -> None:
    with (visit := open_page("/learn")).page.expect_response(softmaxed(temperature=4)) as answer:
        visit.page.goto(
            visit.page.url.replace("/learn", "/exhibits/classifier?input=digit:0&view=softmax&temperature=4")
        )
    page, told = visit.page, answer.value.json()
    expect(page.get_by_test_id("p-0")).to_be_attached()
    logits = json.loads(answer.value.request.post_data or "")["logits"]
    assert column(page, "z") == pytest.approx(logits, abs=6e-3)
    assert column(page, "tempered") == pytest.approx([z / 4 for z in logits], abs=6e-3)
    powers = [math.exp(z / 4 - max(logits) / 4) for z in logits]
    assert column(page, "power") == pytest.approx(powers, rel=0.06, abs=6e-5)
    assert column(page, "p") == pytest.approx(told["probabilities"], rel=0.06, abs=6e-5)
    assert column(page, "p") == pytest.approx([power / sum(powers) for power in powers], rel=0.06, abs=6e-5)
    assert number(page, "p-total") == pytest.approx(1)


def test_softmax_is_played_stage_by_stage(open_page: Open) -> None:
    page = opened(open_page, {"view": "softmax", "position": "0"}).page
    expect(page.get_by_test_id("z-0")).to_be_attached()
    expect(page.get_by_test_id("tempered-0")).to_have_count(0)
    page.get_by_test_id("player-step").click()
    expect(page.get_by_test_id("tempered-0")).to_be_attached()
    page.get_by_test_id("player-play").click()
    expect(page.get_by_test_id("p-9")).to_be_attached()


def test_the_loss_is_the_negative_log_likelihood_of_the_answer_that_is_asked_for(open_page: Open) -> None:
    page = opened(open_page, {"view": "loss"}).page
    with page.expect_response(softmaxed(target=3)) as answer:
        page.get_by_role("radio", name="3", exact=True).check(force=True)
    told = answer.value.json()
    assert told["targets"].index(1) == 3
    expect(page.get_by_test_id("loss").locator("annotation")).to_contain_text(f"= {told['loss']:.4f}")
    assert told["loss"] == pytest.approx(-told["log_probabilities"][3], rel=1e-5)
    assert number(page, "part-total") == pytest.approx(told["loss"], abs=1e-3)
    assert column(page, "gradient")[3] == pytest.approx(told["gradient"][3], abs=1e-4)


def test_smoothing_makes_every_class_a_part_of_the_loss(open_page: Open) -> None:
    page = opened(open_page, {"view": "loss"}).page
    with page.expect_response(softmaxed(label_smoothing=0.1)) as answer:
        page.get_by_role("slider", name="Label smoothing").fill("0.1")
    told = answer.value.json()
    expect(page.get_by_test_id("part-total")).to_contain_text(f"{told['loss']:.4f}")
    assert column(page, "q") == pytest.approx(told["targets"], abs=6e-5)
    assert sum(column(page, "part")) == pytest.approx(told["loss"], abs=1e-3)
    page.get_by_test_id("player-slider").fill("4")
    assert number(page, "part-total") == pytest.approx(sum(number(page, f"part-{k}") for k in range(4)), abs=1e-3)
    expect(page.get_by_test_id("part-4")).to_have_count(0)


@pytest.mark.parametrize(("kind", "power"), [("l2", 2), ("l1", 1)])
def test_the_penalty_is_the_priors_part_of_the_posterior(open_page: Open, server: str, kind: str, power: int) -> None:
    page = opened(open_page, {"view": "prior", "penalty": kind, "strength": "0.5"}).page
    size = sum(abs(one) ** power for one in flat(weights(server, "output.weight")))
    expect(page.get_by_test_id("cost")).to_be_attached()
    assert number(page, "cost-cost") == pytest.approx(0.5 * size, rel=1e-4)
    assert number(page, "cost-sum") == pytest.approx(number(page, "cost-loss") + 0.5 * size, rel=1e-4)
    assert rf"0.5 \cdot {size:.3f}" in tex(page, "posterior")
    slider = page.get_by_test_id("player-slider")
    slider.focus()
    page.keyboard.press("Home")
    expect(page.get_by_test_id("cost-cost")).to_have_text("0.0000")
    expect(page.get_by_test_id("figure")).to_contain_text("a flat prior")
    page.get_by_test_id("player-step").click()
    expect(slider).to_have_attribute("aria-valuetext", "λ = 0.0001")


def test_a_unit_that_is_none_is_said_beside_its_field_and_the_picture_stays(open_page: Open) -> None:
    page = opened(open_page, {"view": "unit", "layer": "output", "unit": "4"}).page
    before = tex(page, "sum")
    field = page.get_by_label("Unit", exact=True)
    field.fill("10")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert tex(page, "sum") == before
    field.fill("9")
    expect(page.get_by_test_id("sum").locator("annotation")).to_contain_text("z_{9}")


def test_a_lost_connection_keeps_the_picture_and_comes_back(open_page: Open) -> None:
    page = opened(open_page, {"view": "softmax"}).page
    expect(page.get_by_test_id("p-0")).to_be_attached()
    page.context.set_offline(True)
    page.get_by_role("slider", name="Temperature").fill("10")
    expect(page.get_by_test_id("problem")).not_to_be_empty()
    expect(page.get_by_test_id("p-0")).to_be_attached()
    page.context.set_offline(False)
    expect(page.get_by_test_id("problem")).to_be_empty()


def test_it_stands_alone_in_a_bare_page(open_page: Open, server: str) -> None:
    page = open_page("/learn").page
    page.route("**/bare", lambda route: route.fulfill(body=BARE, content_type="text/html"))
    page.goto(f"{server}/bare")
    expect(page.get_by_test_id("p-9")).to_be_attached()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_it_looks_as_it_did(open_page: Open, theme: str, view: str) -> None:
    attributes = {"view": view, "unit": "7", "temperature": "3", "smoothing": "0.1", "strength": "2"}
    page = opened(open_page, attributes, theme=theme, reduced_motion="reduce").page
    expect(page.get_by_test_id(SHOWN[view]).first).to_be_attached()
    page.wait_for_load_state("networkidle")
    looks_like(page.get_by_test_id("figure"), f"classifier-{view}-{theme}")


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("lang", "size", "theme"), [("en", "desktop", "dark"), ("zh", "phone", "light")])
def test_it_is_accessible_and_fits(open_page: Open, server: str, view: str, lang: str, size: str, theme: str) -> None:
    visit = opened(open_page, {"view": view, "lang": lang}, lang=lang, size=size, theme=theme)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    assert violations(visit.page) == []
    assert_silent(visit, server)
