"""The dropout exhibit: what it shows is what the server drew, scaled and averaged, with every mask by its seed."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import SIZES, Open, Visit, assert_silent, violations
from tests.browser.pictures import looks_like

PATH: Final = "/operations/dropout/network"
UNITS: Final = 84  # of F6
BARE: Final = """<!doctype html><html lang="en"><title>bare</title><body><main>
<rx-dropout input="digit:0" view="draws" draws="8" scores="probabilities"></rx-dropout></main>
<script type="module" src="/static/embed.js"></script></body></html>"""


def masks(response: Response) -> bool:
    """True if the response holds masks; eval's own response is requested at a rate of 0."""
    asked = response.request.post_data_json if response.url.endswith(PATH) else None
    return asked is not None and asked["rate"] > 0


def opened(open_page: Open, attributes: dict[str, str] | None = None, **options: Any) -> tuple[Visit, dict[str, Any]]:
    """The exhibit alone on a sample digit, and what the server answered."""
    visit = open_page("/learn", **options)
    with visit.page.expect_response(masks) as answer:
        visit.page.goto(
            visit.page.url.replace("/learn", f"/exhibits/dropout?{urlencode({**START, **(attributes or {})})}")
        )
    told: dict[str, Any] = answer.value.json()
    expect(visit.page.get_by_test_id("figure").locator("rect").first).to_be_attached()
    return visit, told


START: Final = {"input": "digit:0", "seed": "3", "rate": "0.25"}


def flat(values: Any) -> list[float]:
    return [one for value in values for one in flat(value)] if isinstance(values, list) else [values]


def said(page: Page, grid: str = "before") -> str:
    """The sentence about the followed unit."""
    return (page.get_by_test_id(grid).get_attribute("aria-valuetext") or "").replace("\u2212", "-")


def number(page: Page, testid: str) -> float:
    return float((page.get_by_test_id(testid).text_content() or "").replace("\u2212", "-").strip(" %±"))


def test_every_unit_is_what_was_there_times_its_mask_times_the_scale(open_page: Open, server: str) -> None:
    visit, told = opened(open_page)
    page = visit.page
    before, mask, after = (flat(told[name]) for name in ("before", "mask", "after"))
    page.get_by_test_id("before").focus()
    page.keyboard.press("Home")
    for unit in range(UNITS):
        words = re.fullmatch(r"unit (\d+): (\S+) (kept|dropped), becomes (\S+)", said(page))
        assert words is not None
        assert int(words[1]) == unit
        assert float(words[2]) == pytest.approx(before[unit], abs=5e-5)
        assert (words[3] == "kept") == (mask[unit] == 1)
        assert float(words[4]) == pytest.approx(before[unit] * mask[unit] / 0.75, abs=1e-4)
        assert float(words[4]) == pytest.approx(after[unit], abs=5e-5)
        page.keyboard.press("ArrowRight")
    dropped = UNITS - int(sum(mask))
    expect(page.get_by_test_id("counted")).to_contain_text(f"{dropped} of 84 units are dropped")
    assert_silent(visit, server)


def test_the_scale_is_written_with_its_numbers(open_page: Open) -> None:
    visit, told = opened(open_page)
    kept = max(range(UNITS), key=lambda unit: flat(told["before"])[unit] * flat(told["mask"])[unit])
    page = visit.page
    page.get_by_test_id("before").focus()
    page.keyboard.press("Home")
    for _ in range(kept):
        page.keyboard.press("ArrowRight")
    tex = page.get_by_test_id("unit").locator("annotation")
    before, after = flat(told["before"])[kept], flat(told["after"])[kept]
    expect(tex).to_contain_text(rf"1 \cdot \dfrac{{1}}{{1-0.25}} \cdot {before:.4f} = {after:.4f}")


def test_the_player_takes_the_layer_through_the_mask_unit_by_unit(open_page: Open) -> None:
    page = opened(open_page)[0].page
    slider = page.get_by_test_id("player-slider")
    expect(slider).to_have_value(str(UNITS))
    slider.focus()
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "0 of 84 units")
    page.get_by_test_id("player-step").click()
    page.get_by_test_id("player-step").click()
    page.get_by_test_id("player-step").click()
    page.get_by_test_id("player-back").click()
    expect(slider).to_have_attribute("aria-valuetext", "2 of 84 units")
    expect(page).to_have_url(re.compile("position=2"))
    assert said(page).startswith("unit 1:")
    page.get_by_test_id("player-speed").select_option("16")
    page.get_by_test_id("player-play").click()
    expect(slider).to_have_value(str(UNITS))


def test_drawing_again_is_another_seed_and_the_same_seed_the_same_mask(open_page: Open) -> None:
    visit, first = opened(open_page)
    page = visit.page
    with page.expect_response(masks) as second:
        page.get_by_test_id("again").click()
    expect(page).to_have_url(re.compile("seed=4"))
    assert second.value.json()["mask"] != first["mask"]
    with page.expect_response(masks) as third:
        page.get_by_label("Seed", exact=True).fill("3")
    assert third.value.json()["mask"] == first["mask"]


def test_eval_drops_and_scales_nothing(open_page: Open) -> None:
    page = opened(open_page)[0].page
    with page.expect_response(masks) as answer:
        page.get_by_role("radio", name="Eval").check(force=True)
    told = answer.value.json()
    assert told["after"] == told["before"]
    expect(page.get_by_test_id("counted")).to_contain_text("all 84 units stay")
    expect(page.get_by_test_id("again")).to_be_disabled()
    for digit in range(10):
        assert number(page, f"with-mask-{digit}") == pytest.approx(100 * told["evaluated"][digit], abs=0.1)


def test_whole_channels_share_one_coin(open_page: Open) -> None:
    page = opened(open_page, {"layer": "s4", "rate": "0.5"})[0].page
    with page.expect_response(masks) as answer:
        page.get_by_label("Drop whole channels").check()
    maps = answer.value.json()["mask"]
    assert len(maps) == 16
    assert {len(set(flat(one))) for one in maps} == {1}
    assert len({flat(one)[0] for one in maps}) == 2
    expect(page).to_have_url(re.compile("channels="))


def test_many_draws_have_the_servers_mean_and_spread_beside_eval(open_page: Open) -> None:
    attributes = {"view": "draws", "draws": "24", "layer": "c5_relu", "rate": "0.7", "scores": "probabilities"}
    visit, told = opened(open_page, attributes)
    page = visit.page
    for digit in range(10):
        assert number(page, f"mean-{digit}") == pytest.approx(told["mean"][digit], abs=6e-4)
        assert number(page, f"eval-{digit}") == pytest.approx(told["evaluated"][digit], abs=6e-4)
        assert number(page, f"deviation-{digit}") == pytest.approx(told["standard_deviation"][digit], abs=6e-4)
        assert page.get_by_test_id(f"row-{digit}").locator("circle").count() == 24 + 1
    page.get_by_test_id("player-slider").fill("5")
    for digit in range(10):
        mean = sum(row[digit] for row in told["probabilities"][:5]) / 5
        assert number(page, f"mean-{digit}") == pytest.approx(mean, abs=6e-4)


def test_the_mean_of_logits_is_near_evals(open_page: Open) -> None:
    visit, told = opened(open_page, {"view": "draws", "draws": "200", "rate": "0.2"})
    page = visit.page
    for digit in range(10):
        logits = [row[digit] for row in told["logits"]]
        mean = sum(logits) / 200
        error = (sum((one - mean) ** 2 for one in logits) / 200 / 200) ** 0.5
        assert number(page, f"mean-{digit}") == pytest.approx(mean, abs=0.06)
        assert number(page, f"eval-{digit}") == pytest.approx(mean, abs=6 * error + 0.1)


def test_a_seed_that_is_none_is_said_beside_its_field_and_the_picture_stays(open_page: Open) -> None:
    page = opened(open_page)[0].page
    before = said(page)
    field = page.get_by_label("Seed", exact=True)
    field.fill("1.5")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert said(page) == before
    field.fill("7")
    expect(field).to_have_attribute("aria-invalid", "false")
    expect(page).to_have_url(re.compile("seed=7"))


def test_a_lost_connection_keeps_the_picture_and_comes_back(open_page: Open) -> None:
    page = opened(open_page)[0].page
    page.context.set_offline(True)
    page.get_by_role("slider", name="Rate p").fill("0.8")
    expect(page.get_by_test_id("problem")).not_to_be_empty()
    assert said(page).startswith("unit ")
    page.context.set_offline(False)
    expect(page.get_by_test_id("problem")).to_be_empty()
    expect(page.get_by_test_id("figure")).to_contain_text("× 5.00")


def test_a_stroke_of_the_visitors_own_is_asked_about(open_page: Open) -> None:
    visit, told = opened(open_page, {"input": "drawing"})
    page = visit.page
    sheet = page.get_by_test_id("source").locator("canvas").first
    box = sheet.bounding_box()
    assert box is not None
    with page.expect_response(masks) as answer:
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.2)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.8, steps=6)
        page.mouse.up()
    assert answer.value.json()["before"] != told["before"]


def test_the_figure_is_saved_as_svg_and_png(open_page: Open, tmp_path: Path) -> None:
    page = opened(open_page)[0].page
    with page.expect_download() as svg:
        page.get_by_test_id("save-svg").click()
    svg.value.save_as(tmp_path / "figure.svg")
    tree = ET.parse(tmp_path / "figure.svg")
    assert len(tree.findall(".//{http://www.w3.org/2000/svg}rect")) > 3 * UNITS
    with page.expect_download() as png:
        page.get_by_test_id("save-png").click()
    png.value.save_as(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")


def test_it_stands_alone_in_a_bare_page(open_page: Open, server: str) -> None:
    page = open_page("/learn").page
    page.route("**/bare", lambda route: route.fulfill(body=BARE, content_type="text/html"))
    page.goto(f"{server}/bare")
    expect(page.get_by_test_id("row-9").locator("circle")).to_have_count(9)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("name", "attributes"), [
    ("mask", {"position": "50"}),
    ("channels", {"layer": "s4", "channels": "", "rate": "0.5"}),
    ("draws", {"view": "draws", "draws": "60", "layer": "c5_relu", "rate": "0.6"}),
])  # fmt: skip
def test_it_looks_as_it_did(open_page: Open, theme: str, name: str, attributes: dict[str, str]) -> None:
    page = opened(open_page, attributes, theme=theme, reduced_motion="reduce")[0].page
    looks_like(page.get_by_test_id("figure"), f"dropout-{name}-{theme}")


@pytest.mark.parametrize("view", ["mask", "draws"])
@pytest.mark.parametrize(("lang", "size", "theme"), [("en", "desktop", "dark"), ("zh", "phone", "light")])
def test_it_is_accessible_and_fits(open_page: Open, server: str, view: str, lang: str, size: str, theme: str) -> None:
    visit, _ = opened(open_page, {"view": view, "draws": "10", "lang": lang}, lang=lang, size=size, theme=theme)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    assert violations(visit.page) == []
    assert_silent(visit, server)
