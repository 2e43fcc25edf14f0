"""The draw page: a seven drawn by hand is read, every number leads to its arithmetic, and all of it is everyone's."""

import base64
import io
import json
import math
import re
import struct
import urllib.request
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from receptive.queries.stroke import HEAD
from tests.browser.conftest import Open, Visit, assert_silent, violations

SEVEN = [(0.28, 0.24), (0.5, 0.235), (0.72, 0.23), (0.64, 0.42), (0.56, 0.6), (0.49, 0.78)]


def draw(page: Page, points: list[tuple[float, float]] = SEVEN) -> None:
    """One stroke with the pointer on an empty sheet."""
    sheet = page.get_by_test_id("drawing")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=3)
    page.mouse.up()


def settled(page: Page) -> None:
    """The newest raster is answered and painted: the sequence number is that of the last stroke, and rests."""
    lenet = page.get_by_test_id("lenet")
    expect(lenet).to_have_attribute("data-sequence", re.compile(r"\d+"))
    page.wait_for_function(
        """() => new Promise((done) => {
          const at = () => document.querySelector('[data-testid=lenet]').dataset.sequence
          const seen = at()
          const newest = () => window.sentStroke === undefined || Number(at()) >= window.sentStroke
          setTimeout(() => requestAnimationFrame(() => done(seen === at() && newest())), 400)
        })"""
    )


def number(place: Locator) -> float:
    """The value behind a number on the page, in full precision."""
    value = place.get_attribute("value")
    assert value is not None
    return float(value)


def drawn(open_page: Open, path: str = "/", **options: Any) -> Visit:
    """The page with a seven drawn on it."""
    visit = open_page(path, **options)
    expect(visit.page.get_by_test_id("guess")).to_be_visible()
    draw(visit.page)
    settled(visit.page)
    return visit


@pytest.fixture
def page_of_seven(open_page: Open) -> Page:
    return drawn(open_page).page


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_seven_drawn_with_the_pointer_is_read_as_seven(open_page: Open, server: str, lang: str, size: str) -> None:
    visit = drawn(open_page, lang=lang, size=size)
    expect(visit.page.get_by_test_id("guess")).to_have_text("7")
    assert number(visit.page.get_by_test_id("probability").locator("data")) > 0.5
    expect(visit.page.get_by_role("status").filter(has_text="7")).to_have_text(re.compile(r"^7[,，]"))
    assert_silent(visit, server)


@pytest.mark.parametrize(("lang", "size", "theme", "path"), [
    ("en", "desktop", "light", "/?layer=c3_relu&map=4"),
    ("zh", "phone", "dark", "/?layer=c3_relu&map=4"),
    ("en", "phone", "light", "/?model=lenet5-1998&layer=output&map=7"),
    ("zh", "desktop", "dark", "/?model=lenet5-1998&layer=f6_squash&map=3"),
])  # fmt: skip
def test_axe_finds_nothing_wrong(open_page: Open, lang: str, size: str, theme: str, path: str) -> None:
    page = drawn(open_page, path, lang=lang, size=size, theme=theme).page
    expect(page.get_by_test_id("arithmetic")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_nothing_is_wider_than_the_page(open_page: Open, size: str) -> None:
    page = drawn(open_page, "/?layer=c5_relu&map=7", size=size).page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_whole_figure_is_in_view_at_1280_by_800(page_of_seven: Page) -> None:
    figure = page_of_seven.locator(".figure").bounding_box()
    assert figure is not None
    assert figure["y"] + figure["height"] <= 800
    slow = page_of_seven.get_by_test_id("slow-motion").bounding_box()
    assert slow is not None
    assert slow["y"] + slow["height"] <= 800


def test_every_map_of_every_layer_is_painted(page_of_seven: Page) -> None:
    colours = page_of_seven.evaluate("""() => {
      const canvas = document.querySelector('canvas.pixels')
      const context = canvas.getContext('2d')
      const figure = document.querySelector('.figure').getBoundingClientRect()
      const ratio = canvas.width / canvas.getBoundingClientRect().width
      return [...document.querySelectorAll('.maps')].map((list) => {
        const box = list.getBoundingClientRect()
        const sides = [box.x - figure.x, box.y - figure.y, box.width, box.height].map((n) => Math.round(n * ratio))
        return new Set(new Uint32Array(context.getImageData(...sides).data.buffer)).size
      })
    }""")
    assert len(colours) == 7  # the input and six layers
    assert min(colours) > 10


def test_a_map_shows_its_values_as_activations_gives_them(page_of_seven: Page, server: str) -> None:
    page = page_of_seven
    sent: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda data: sent.append(data)))
    page.reload()  # the drawing is still there
    settled(page)
    page.locator("[data-map='c3_relu/4']").hover()
    expect(page.get_by_test_id("detail")).to_have_attribute("data-place", "c3_relu/4")
    page.locator("[data-map='c3_relu/4']").click()
    large = page.get_by_test_id("large-map")
    box = large.bounding_box()
    assert box is not None
    large.hover(position={"x": box["width"] * 0.35, "y": box["height"] * 0.25})
    newest = [message for message in sent if isinstance(message, bytes)][-1]
    expected = activations(server, picture(newest), ["c3_relu"])["c3_relu"][4][2][3]
    assert expected > 0.1
    assert number(page.get_by_test_id("value")) == pytest.approx(expected, abs=1e-4)


def picture(stroke: bytes) -> str:
    """The raster of a stroke on the wire as a PNG in base64."""
    size = struct.unpack_from("<HH", stroke, 8)
    file = io.BytesIO()
    Image.frombytes("L", size, stroke[HEAD.size :]).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def activations(server: str, image: str, layers: list[str]) -> dict[str, Any]:
    """The layers' values as /activations gives them."""
    body = json.dumps({"image": image, "layers": layers}).encode()
    request = urllib.request.Request(
        f"{server}/activations", body, {"content-type": "application/json", "accept": "application/json"}
    )
    with urllib.request.urlopen(request) as response:
        answer = json.loads(response.read())
    return {layer["name"]: layer["values"] for layer in answer["layers"]}


@pytest.mark.parametrize(("model", "places"), [
    ("lenet5", ["c1_relu/2", "s2/2", "c3_relu/4", "c5_relu/19", "f6_relu/7", "output/7"]),
    ("lenet5-1998", ["c1_squash/2", "s2_squash/1", "c3_squash/15", "c5_squash/3", "f6_squash/7", "output/3"]),
])  # fmt: skip
def test_every_product_shown_adds_up_to_the_value_torch_computed(
    open_page: Open, model: str, places: list[str]
) -> None:
    page = drawn(open_page, f"/?model={model}").page
    arithmetic = page.get_by_test_id("arithmetic")
    for place in places:
        page.locator(f"[data-map='{place}']").click()
        expect(page.get_by_test_id("detail")).to_have_attribute("data-place", place)
        expect(arithmetic).to_be_attached()
        torch = number(arithmetic.get_by_test_id("torch"))
        total = number(arithmetic.get_by_test_id("total"))
        assert total == pytest.approx(torch, rel=1e-4, abs=1e-4), place
        parts = [number(part) for part in arithmetic.get_by_test_id("summand").all()]
        if parts:
            assert math.fsum(parts) == pytest.approx(total, rel=1e-9, abs=1e-9), place
        contributions = [number(part) for part in arithmetic.get_by_test_id("contribution").all()]
        if contributions:
            assert math.fsum([*contributions, parts[-1]]) == pytest.approx(total, rel=1e-9, abs=1e-9), place


def test_a_page_that_scrolls_under_a_resting_pointer_leaves_the_chosen_map_on_show(open_page: Open) -> None:
    page = drawn(open_page, "/?model=lenet5-1998").page
    page.locator("[data-map='f6_squash/7']").click()
    page.mouse.wheel(0, -40)
    page.mouse.wheel(0, 90)
    page.wait_for_timeout(500)
    expect(page.get_by_test_id("detail")).to_have_attribute("data-place", "f6_squash/7")


def test_the_largest_of_a_pooling_window_is_what_goes_on(open_page: Open) -> None:
    page = drawn(open_page, "/?layer=s2&map=2").page
    assert number(page.get_by_test_id("total")) == number(page.get_by_test_id("torch"))
    expect(page.get_by_test_id("arithmetic")).to_have_attribute("data-how", "largest")


def test_the_numbers_of_a_window_are_on_the_page(open_page: Open) -> None:
    page = drawn(open_page, "/?layer=c1_relu&map=2").page
    followed = number(page.get_by_test_id("followed"))
    titles = page.get_by_test_id("arithmetic").locator("svg").nth(2).locator("title").all_text_contents()
    assert len(titles) == 25
    products = [float(title.replace("−", "-")) for title in titles]
    assert math.fsum(products) == pytest.approx(followed, abs=25 * 5e-5)


def test_hovering_joins_a_map_to_what_it_reads_and_what_reads_it(open_page: Open) -> None:
    page = drawn(open_page, "/?model=lenet5-1998").page
    page.locator("[data-map='c3_squash/0']").hover()
    # Table I: map 0 of C3 reads maps 0, 1 and 2 of S2; map 0 of S4 reads it.
    expect(page.locator(".figure > svg path")).to_have_count(4)


def test_slow_motion_steps_from_layer_to_layer_and_back(page_of_seven: Page) -> None:
    page = page_of_seven
    slider = page.get_by_test_id("slow-slider")
    back, step = page.get_by_test_id("slow-back"), page.get_by_test_id("slow-step")
    expect(step).to_be_disabled()
    back.click()
    expect(slider).to_have_attribute("aria-valuetext", "Output")
    expect(page.get_by_test_id("guess")).to_be_visible()
    for name in ("F6", "C5", "S4", "C3", "S2", "C1"):
        back.click()
        expect(slider).to_have_attribute("aria-valuetext", name)
        expect(page.get_by_test_id("no-guess")).to_be_visible()
    expect(back).to_be_disabled()
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("detail")).to_have_attribute("data-place", re.compile(r"^c1_relu/"))
    step.click()
    expect(slider).to_have_attribute("aria-valuetext", "S2")
    slider.focus()
    page.keyboard.press("End")
    expect(page.get_by_test_id("guess")).to_have_text("7")


def test_a_pixel_of_the_input_shows_its_sum(open_page: Open) -> None:
    page = drawn(open_page, "/?model=lenet5-1998&layer=input&map=0").page
    said = page.get_by_test_id("pixel")
    expect(said).to_have_text(re.compile(r"= 1\.1750\.$"))  # the darkest ink (section II.B)
    level, mean, std = (
        float(number) for number in re.findall(r"\((\d+)/255 − ([\d.]+)\) / ([\d.]+)", said.inner_text())[0]
    )
    assert (level / 255 - mean) / std == pytest.approx(1.175, abs=5e-5)
    expect(page.get_by_test_id("detail")).to_have_attribute("data-place", "input/0")


def test_slow_motion_plays_to_the_answer(page_of_seven: Page) -> None:
    page = page_of_seven
    page.get_by_test_id("slow-play").click()
    expect(page.get_by_test_id("no-guess")).to_be_visible()
    page.get_by_test_id("slow-motion").get_by_role("combobox").select_option("4×")
    expect(page.get_by_test_id("guess")).to_have_text("7")


def test_on_a_phone_slow_motion_brings_into_view_what_it_fills_and_stays_in_reach(open_page: Open) -> None:
    page = drawn(open_page, size="phone").page
    page.get_by_test_id("slow-play").click()
    expect(page.get_by_role("listbox", name=re.compile("^C1"))).to_be_in_viewport(ratio=1)
    expect(page.get_by_test_id("slow-play")).to_be_in_viewport(ratio=1)
    page.get_by_test_id("slow-play").click()
    tip = page.locator(".tip").bounding_box()
    assert tip is not None
    assert 0 <= tip["x"] <= 360 - tip["width"]
    page.get_by_test_id("slow-slider").focus()
    for _ in range(6):
        page.keyboard.press("PageDown")
    expect(page.get_by_test_id("guess")).to_be_in_viewport(ratio=1)


def test_nothing_plays_by_itself_where_motion_is_not_wanted(open_page: Open) -> None:
    page = drawn(open_page, reduced_motion="reduce").page
    expect(page.get_by_test_id("slow-step")).to_be_attached()
    expect(page.get_by_test_id("slow-play")).to_have_count(0)
    page.get_by_test_id("slow-back").click()
    expect(page.get_by_test_id("slow-slider")).to_have_attribute("aria-valuetext", "Output")


def test_the_other_network_answers_the_same_drawing(page_of_seven: Page) -> None:
    page = page_of_seven
    page.get_by_test_id("model").get_by_text("1998").click()
    expect(page.get_by_test_id("lenet")).to_have_attribute("data-model", "lenet5-1998")
    expect(page.get_by_test_id("guess")).to_have_text("7")
    expect(page.get_by_test_id("scores").locator("svg.target")).to_have_count(10)
    assert "model=lenet5-1998" in page.url


def test_a_network_that_cannot_be_had_leaves_the_one_before_on_show_until_it_can(open_page: Open) -> None:
    page = drawn(open_page).page
    page.route("**/models/lenet5-1998", lambda route: route.abort())
    page.get_by_test_id("model").get_by_text("1998").click()
    expect(page.get_by_test_id("status")).to_contain_text("cannot be reached")
    expect(page.get_by_test_id("lenet")).to_have_attribute("data-model", "lenet5")
    expect(page.get_by_test_id("guess")).to_have_text("7")
    page.unroute("**/models/lenet5-1998")
    expect(page.get_by_test_id("lenet")).to_have_attribute("data-model", "lenet5-1998")
    expect(page.get_by_test_id("status")).to_have_text("Live")


def test_nothing_is_said_of_an_answer_before_the_network_is_known(open_page: Open) -> None:
    visit = open_page("/missing")
    visit.page.route("**/models/lenet5", lambda route: route.abort())
    visit.page.goto(visit.page.url.replace("/missing", "/"))
    expect(visit.page.get_by_test_id("status")).to_contain_text("cannot be reached")
    expect(visit.page.get_by_test_id("no-guess")).to_be_hidden()
    visit.page.unroute("**/models/lenet5")
    expect(visit.page.get_by_test_id("guess")).to_be_visible()


def test_another_network_ends_slow_motion(page_of_seven: Page) -> None:
    page_of_seven.get_by_test_id("slow-play").click()
    expect(page_of_seven.get_by_test_id("no-guess")).to_be_visible()
    page_of_seven.get_by_test_id("model").get_by_text("1998").click()
    expect(page_of_seven.get_by_test_id("lenet")).to_have_attribute("data-model", "lenet5-1998")
    expect(page_of_seven.get_by_test_id("slow-play")).to_have_text("Play")
    expect(page_of_seven.get_by_test_id("guess")).to_have_text("7")


def test_the_address_brings_back_what_was_on_screen(page_of_seven: Page) -> None:
    page = page_of_seven
    page.get_by_test_id("scale").get_by_text("this layer").click()
    page.locator("[data-map='s4/9']").click()
    expect(page).to_have_url(re.compile(r"layer=s4&map=9"))
    page.reload()
    expect(page.get_by_test_id("guess")).to_have_text("7")
    expect(page.get_by_test_id("detail")).to_have_attribute("data-place", "s4/9")
    expect(page.get_by_test_id("scale").get_by_label("this layer")).to_be_checked()


def test_keys_lead_to_every_map_and_pin_it(page_of_seven: Page) -> None:
    page = page_of_seven
    c3 = page.get_by_role("listbox", name=re.compile("^C3"))
    c3.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_test_id("detail")).to_have_attribute("data-place", "c3_relu/3")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"layer=c3_relu&map=3"))
    expect(page.locator("[data-map='c3_relu/3']")).to_have_attribute("aria-selected", "true")


def test_a_score_that_is_chosen_by_key_is_marked_and_its_arithmetic_comes_into_view(page_of_seven: Page) -> None:
    page = page_of_seven
    page.get_by_role("listbox", name=re.compile("^Probability")).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    row = page.locator("[data-map='output/2']")
    assert row.evaluate("row => getComputedStyle(row).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("detail")).to_have_attribute("data-place", "output/2")
    expect(page.get_by_test_id("arithmetic")).to_be_in_viewport()


def test_the_page_does_not_jump_while_it_loads(open_page: Open) -> None:
    page = open_page("/").page
    page.add_init_script(
        "new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => { window.shift += value }))"
        ".observe({ type: 'layout-shift', buffered: true }); window.shift = 0"
    )
    page.reload()
    settled(page)
    assert page.evaluate("shift") < 0.1  # what Web Vitals calls good


def test_a_tap_selects_a_map(open_page: Open) -> None:
    page = drawn(open_page, size="phone").page
    page.locator("[data-map='c1_relu/3']").tap()
    expect(page.get_by_test_id("detail")).to_have_attribute("data-place", "c1_relu/3")
    expect(page.get_by_test_id("detail")).to_be_in_viewport()


def test_every_head_explains_itself_on_focus(page_of_seven: Page) -> None:
    page = page_of_seven
    for name, field in (("C1", "5×5"), ("S2", "6×6"), ("C3", "14×14"), ("S4", "16×16")):
        head = page.get_by_role("button", name=re.compile(f"^{name} [0-9]+@"))
        head.focus()
        tooltip = page.locator(f"[id='{head.get_attribute('aria-describedby')}']")
        expect(tooltip).to_be_visible()
        expect(tooltip).to_contain_text(field)


@pytest.mark.parametrize(("kind", "start"), [("png", b"\x89PNG"), ("svg", b"<svg")])
def test_what_is_shown_can_be_saved_as_a_picture(page_of_seven: Page, kind: str, start: bytes) -> None:
    with page_of_seven.expect_download() as download:
        page_of_seven.get_by_test_id(f"save-{kind}").click()
    content = download.value.path().read_bytes()
    assert content.startswith(start)
    assert len(content) > 5_000


def test_a_blank_sheet_gets_words_and_no_guess(page_of_seven: Page) -> None:
    page_of_seven.get_by_role("button", name="Clear").click()
    expect(page_of_seven.get_by_test_id("no-guess")).to_be_visible()
    expect(page_of_seven.get_by_test_id("guess")).to_have_count(0)


def test_a_painted_frame_is_told_to_whoever_measures(page_of_seven: Page) -> None:
    page_of_seven.evaluate("""() => {
      window.told = []
      for (const name of ['rx-stroke', 'rx-painted']) {
        document.addEventListener(name, ({ detail }) => window.told.push([name, detail.sequence]))
      }
    }""")
    draw(page_of_seven, [(0.3, 0.8), (0.7, 0.8)])
    page_of_seven.wait_for_function("() => window.told.some(([name]) => name === 'rx-painted')")
    told = page_of_seven.evaluate("window.told")
    sent = {sequence for name, sequence in told if name == "rx-stroke"}
    assert {sequence for name, sequence in told if name == "rx-painted"} & sent
