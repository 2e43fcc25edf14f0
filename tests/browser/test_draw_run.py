"""The draw page with networks that were trained in the lab: their layers, arithmetic and classes, and their end."""

import math
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import trained as lab
from tests.browser.conftest import Open, assert_silent, violations
from tests.browser.test_draw_page import draw, drawn, number, picture, settled

Trained = Callable[[str], str]


def opened(open_page: Open, name: str, rest: str = "", **options: str) -> tuple[Page, list[bytes]]:
    """The page with a seven drawn for a network, and the strokes that it sends from then on."""
    strokes: list[bytes] = []
    visit = open_page("/missing", **options)
    visit.complaints.clear()
    page = visit.page
    page.on("websocket", lambda socket: socket.on("framesent", lambda data: keep(strokes, data)))
    page.goto(page.url.replace("/missing", f"/?model={name}{rest}"))
    expect(page.get_by_test_id("lenet")).to_have_attribute("data-model", name)
    expect(page.get_by_test_id("guess")).to_be_visible()
    draw(page)
    settled(page)
    return page, strokes


def keep(strokes: list[bytes], data: str | bytes) -> None:
    if isinstance(data, bytes):
        strokes.append(data)


def layers_of(server: str, name: str, stroke: bytes) -> dict[str, object]:
    """The response of /activations to the same drawing, layer by layer."""
    answer = lab.call(server, "activations", {"image": picture(stroke), "model": name})
    return {layer["name"]: layer["values"] for layer in answer["layers"]}


@pytest.mark.parametrize(("kind", "places"), [
    ("own", ["conv1_1_tanh/2", "pool1/1", "conv2_1_tanh/5", "fc1_dropout/3", "output/7"]),
    ("colour", ["conv1_1_relu/3", "pool1/2", "output/1"]),
    ("lenet5-1998", ["c1_squash/2", "c3_squash/15", "output/3"]),
])  # fmt: skip
def test_every_value_of_a_run_is_that_of_rest_and_adds_up(
    open_page: Open, server: str, trained: Trained, kind: str, places: list[str]
) -> None:
    name = trained(kind)
    page, strokes = opened(open_page, name)
    said = layers_of(server, name, strokes[-1])
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
        layer, map_ = place.split("/")
        assert number(page.get_by_test_id("value")) == pytest.approx(at(page, said[layer], int(map_)), abs=1e-4), place
        if layer == "conv1_1_tanh":
            normal = number(arithmetic.get_by_test_id("normal"))
            assert normal == pytest.approx(at(page, said["conv1_1_norm"], int(map_)), abs=1e-4)
            assert math.tanh(normal) == pytest.approx(number(arithmetic.get_by_test_id("after")), abs=1e-4)


def at(page: Page, values: object, map_: int) -> float:
    """The value that is followed on the page, out of a layer as REST nests it."""
    assert isinstance(values, list)
    found = values[map_]
    if not isinstance(found, list):
        return float(found)
    place = re.search(r"row (\d+), column (\d+)", page.locator(".value").inner_text())
    if place is None:  # a unit of 1x1
        return float(found[0][0])
    return float(found[int(place[1])][int(place[2])])


def test_the_picture_of_colours_has_three_channels_and_its_classes_their_names(
    open_page: Open, server: str, trained: Trained
) -> None:
    name = trained("colour")
    page, strokes = opened(open_page, name, "&layer=input&map=2")
    expect(page.get_by_role("heading", name="Input, blue")).to_be_visible()
    expect(page.locator("[data-map^='input/']")).to_have_count(3)
    detail = lab.call(server, f"models/{name}")
    level, mean, std = re.findall(r"\((\d+)/255 − ([\d.]+)\) / ([\d.]+)", page.get_by_test_id("pixel").inner_text())[0]
    assert [float(mean), float(std)] == pytest.approx([detail["means"][2], detail["stds"][2]], rel=1e-5)
    value = (int(level) / 255 - float(mean)) / float(std)
    assert number(page.get_by_test_id("value")) == pytest.approx(value, abs=1e-4)
    said = lab.call(server, "predict", {"image": picture(strokes[-1]), "model": name})
    expect(page.get_by_test_id("guess")).to_have_text(said["label"])
    rows = page.get_by_test_id("scores").get_by_role("option")
    assert [row.locator(".name").inner_text() for row in rows.all()] == list(lab.CLASSES)
    steps = page.get_by_role("region", name="From picture to input").get_by_role("listitem")
    assert [step.locator(".name").inner_text() for step in steps.all()] == ["Grey", "Colour", "Scale", "Normalize"]


@pytest.mark.parametrize(("lang", "size", "theme", "kind", "place"), [
    ("en", "phone", "light", "own", "fc1_dropout/3"),
    ("zh", "desktop", "dark", "colour", "pool1/2"),
])  # fmt: skip
def test_a_run_fits_every_page_and_axe_finds_nothing_wrong(
    open_page: Open, trained: Trained, lang: str, size: str, theme: str, kind: str, place: str
) -> None:
    layer, map_ = place.split("/")
    rest = f"&layer={layer}&map={map_}"
    page, _ = opened(open_page, trained(kind), rest, lang=lang, size=size, theme=theme)
    expect(page.get_by_test_id("arithmetic")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_run_stands_beside_the_shipped_networks_by_its_name_and_one_can_go_there_and_back(
    open_page: Open, server: str, trained: Trained
) -> None:
    name = trained("own")
    page, _ = opened(open_page, name, "&layer=conv2_1&map=5")
    choice = page.get_by_test_id("model")
    expect(choice.get_by_label("Tanh and norm")).to_be_checked()
    expect(page.get_by_test_id("detail")).to_have_attribute("data-place", "conv2_1_tanh/5")
    choice.get_by_text("LeNet-5 (today)").click()
    expect(page.get_by_test_id("lenet")).to_have_attribute("data-model", "lenet5")
    expect(page.get_by_test_id("guess")).to_have_text("7")
    assert "model=" not in page.url
    choice.get_by_text("Tanh and norm").click()
    expect(page.get_by_test_id("lenet")).to_have_attribute("data-model", name)
    expect(page).to_have_url(re.compile("model=run"))


def test_slow_motion_and_pictures_to_keep_work_for_a_run(open_page: Open, trained: Trained) -> None:
    page, _ = opened(open_page, trained("own"))
    slider, back = page.get_by_test_id("slow-slider"), page.get_by_test_id("slow-back")
    for layer in ("Output", "fc1", "pool2", "conv2_1", "pool1", "conv1_1"):
        back.click()
        expect(slider).to_have_attribute("aria-valuetext", layer)
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("detail")).to_have_attribute("data-place", re.compile(r"^conv1_1_tanh/"))
    page.keyboard.press("End")
    with page.expect_download() as download:
        page.get_by_test_id("save-svg").click()
    saved = download.value.path().read_text(encoding="utf-8")
    assert "conv2_1" in saved
    assert ":" not in download.value.suggested_filename


@pytest.mark.parametrize(("lang", "words", "instead"), [
    ("en", "is not on this server", "Show LeNet-5 instead"),
    ("zh", "服务器上没有", "改为显示 LeNet-5"),
])  # fmt: skip
def test_a_run_that_is_not_there_is_said_and_nothing_drawn_is_lost(
    open_page: Open, lang: str, words: str, instead: str
) -> None:
    page = drawn(open_page, lang=lang).page
    page.goto(re.sub(r"/(\?[^#]*)?(#|$)", r"/?model=run:20200101-000000-x-0000\2", page.url, count=1))
    expect(page.get_by_test_id("gone")).to_contain_text(words)
    if lang == "en":
        page.wait_for_timeout(6000)  # longer than a stroke that nobody answers may take
    expect(page.get_by_test_id("status")).to_have_attribute("data-status", "live")
    page.get_by_role("button", name=instead).click()
    expect(page.get_by_test_id("guess")).to_have_text("7")
    expect(page.get_by_test_id("gone")).to_have_count(0)


def test_the_element_shows_a_run(open_page: Open, server: str, trained: Trained) -> None:
    name = trained("own")
    visit = open_page(f"/exhibits/lenet?model={name}&sample=3")
    expect(visit.page.get_by_test_id("lenet")).to_have_attribute("data-model", name)
    expect(visit.page.get_by_test_id("guess")).to_be_visible()
    assert_silent(visit, server)
