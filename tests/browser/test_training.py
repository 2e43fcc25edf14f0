"""The training lab as a visitor has it: a run is begun, watched, left, compared and looked into, in a real browser."""

import json
import re
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import SIZES, Open, Visit, assert_silent, until, violations
from tests.browser.pictures import looks_like
from tests.browser.trained import PATIENCE, call, over
from tests.serving import running

SMALL: Final = {"epochs": 2, "snapshots": 6}


@pytest.fixture(scope="module")
def finished(server: str) -> dict[str, Any]:
    """A run that is over, for those who look into one."""
    run: dict[str, Any] = call(server, "runs", SMALL)
    return over(server, run["id"])


def at(open_page: Open, *view: str, **attributes: str) -> Visit:
    """The lab in a state."""
    return open_page(f"/train?{urlencode(attributes)}", *view)


def run_of(page: Page) -> str:
    """The run that the address names."""
    expect(page).to_have_url(re.compile("run="))
    found = re.search(r"[?&]run=([^&]+)", page.url)
    assert found is not None
    return found[1]


def legend(page: Page, name: str, cell: str) -> str:
    """The values that the legend reads off the drawn lines of a run, when it has some."""
    read = page.get_by_test_id(f"legend-{name}").get_by_test_id(f"read-{cell}")
    expect(read).to_have_text(re.compile(r"\d"))
    return (read.text_content() or "").replace("\u2212", "-").strip(" %")


def test_what_is_drawn_at_the_end_is_what_the_run_says(open_page: Open, server: str) -> None:
    visit = at(open_page, settings=json.dumps(SMALL), smoothing="0")
    page = visit.page
    page.get_by_test_id("train").click()
    name = run_of(page)
    expect(page.get_by_test_id("step")).not_to_have_text(re.compile("^0 of"))
    expect(page.locator(f"[data-status=finished] >> text={'epochs in'}")).to_be_visible(timeout=PATIENCE * 1000)
    run = over(server, name)
    curve = call(server, f"runs/{name}/curve?points=20000")
    expect(page.get_by_test_id("step")).to_have_text(f"{run['steps']} of {run['steps']}")
    until(page, lambda: float(legend(page, name, "loss")) == pytest.approx(curve["loss"][-1], abs=6e-5))
    assert float(legend(page, name, "accuracy")) == pytest.approx(100 * curve["accuracy"][-1], abs=0.06)
    assert float(legend(page, name, "validation-loss")) == pytest.approx(run["last"]["validation_loss"], abs=6e-5)
    assert float(legend(page, name, "validation-accuracy")) == pytest.approx(
        100 * run["last"]["validation_accuracy"], abs=0.06
    )
    plot = page.get_by_test_id("plot-loss").get_by_role("slider")
    plot.focus()
    page.keyboard.press("Home")
    expect(plot).to_have_attribute("aria-valuetext", re.compile(rf"^Steps 1; training {curve['loss'][0]:.4f}"))
    page.keyboard.press("Escape")
    area = page.get_by_test_id("plot-accuracy").locator(".u-over")
    box = area.bounding_box()
    assert box is not None
    area.hover(position={"x": box["width"] / 2, "y": 40})
    expect(plot).to_have_attribute("aria-valuenow", re.compile(rf"^{run['steps'] // 2}"))
    assert_silent(visit, server)


def test_a_run_goes_on_through_a_lost_connection_and_a_reload_until_it_is_stopped(open_page: Open, server: str) -> None:
    page = at(open_page, settings=json.dumps({"epochs": 500})).page
    page.get_by_test_id("train").click()
    name = run_of(page)
    expect(page.get_by_test_id("step")).not_to_have_text(re.compile("^0 of"))
    page.context.set_offline(True)
    before = int((page.get_by_test_id("step").text_content() or "").split()[0].replace(",", ""))
    page.context.set_offline(False)
    expect(page.get_by_test_id("step")).not_to_have_text(re.compile(f"^{before:,} of"))
    page.reload()
    assert run_of(page) == name
    page.get_by_test_id("stop").click()
    expect(page.get_by_test_id("status")).to_have_attribute("data-status", "stopped")
    assert over(server, name)["status"] == "stopped"
    steps = call(server, f"runs/{name}/curve?points=20000")["steps"]
    expect(page.get_by_test_id("step")).to_have_text(re.compile(f"^{steps:,} of"))


def test_two_runs_are_named_by_what_differs(open_page: Open, server: str, finished: dict[str, Any]) -> None:
    settings = json.dumps({**SMALL, "optimizer": "sgd", "epochs": 1})
    page = at(open_page, run=finished["id"], settings=settings).page
    expect(page.get_by_test_id(f"legend-{finished['id']}")).to_be_visible()
    page.get_by_test_id("train").click()
    expect(page).not_to_have_url(re.compile(f"[?&]run={finished['id']}"))
    name = run_of(page)
    expect(page.get_by_test_id(f"legend-{name}")).to_contain_text("Optimizer SGD")
    expect(page.get_by_test_id(f"legend-{finished['id']}")).to_contain_text("Optimizer Adam")
    expect(page).to_have_url(re.compile(f"compare={finished['id']}"))
    over(server, name)


def test_a_network_that_cannot_be_is_explained_beside_it_and_not_trained(open_page: Open) -> None:
    page = at(open_page, settings=json.dumps({"model": {"channels": [8, 16]}})).page
    page.get_by_test_id("part-network").locator("summary").click()
    expect(page.get_by_test_id("shapes")).to_contain_text("16@7×7")
    page.get_by_label("Channels of the blocks", exact=True).fill("8, 8, 8, 8, 8, 8")
    expect(page.get_by_test_id("part-network-problem")).to_contain_text("window does not fit into maps of 1x1")
    expect(page.get_by_test_id("train")).to_be_disabled()
    page.get_by_label("Channels of the blocks", exact=True).fill("8, 8, 8, 8")
    expect(page.get_by_test_id("part-network-problem")).to_have_count(0)
    expect(page.get_by_test_id("train")).to_be_enabled()


def test_why_something_cannot_be_or_ended_is_said_in_chinese(open_page: Open, server: str) -> None:
    settings = {"model": {"channels": [8, 8, 8, 8, 8, 8]}, "dataset": "digits"}
    visit = at(open_page, "zh", settings=json.dumps(settings), lang="zh")
    page = visit.page
    expect(page.get_by_test_id("impossible")).to_have_text(re.compile("^pool5：2×2 的池化窗口放不进 1×1 的特征图"))
    page.get_by_test_id("part-network").locator("summary").click()
    expect(page.get_by_test_id("part-network-problem")).to_contain_text("池化窗口放不进")
    lost = {**SMALL, "epochs": 50, "optimizer": "sgd", "learning_rate": 900, "weight_decay": 1}
    run = over(server, call(server, "runs", lost)["id"])
    assert (run["status"], run["why"]["code"].split("-")[0]) == ("failed", "diverged")
    page = at(open_page, "zh", run=run["id"], lang="zh").page
    expect(page.get_by_test_id("reason")).to_have_text(re.compile("^训练在第 1 轮发散：.*或使用梯度裁剪$"))
    assert page.get_by_test_id("continue").count() == 0


def test_the_inside_of_a_run_is_shown_with_its_history(open_page: Open, server: str, finished: dict[str, Any]) -> None:
    visit = at(open_page, run=finished["id"])
    page = visit.page
    steps = call(server, f"runs/{finished['id']}/snapshots")["steps"]
    expect(page.get_by_test_id("where")).to_contain_text(f"step {steps[-1]},")
    expect(page.get_by_test_id("kernels-c1")).to_be_visible()
    expect(page.get_by_test_id("scores").get_by_role("listitem")).to_have_count(10)
    newest = page.get_by_test_id("scores").text_content()
    page.get_by_test_id("history-slider").focus()
    page.keyboard.press("Home")
    expect(page.get_by_test_id("where")).to_contain_text(f"step {steps[0]},")
    expect(page.get_by_test_id("scores")).not_to_have_text(newest or "")
    page.get_by_test_id("view-layers").click()
    expect(page.get_by_test_id("layers").get_by_role("img", name="mean")).to_have_count(10)
    page.get_by_test_id("view-confusion").click()
    wrong = page.get_by_test_id("confusion").locator("li button").first
    wrong.click()
    expect(page.get_by_test_id("cell-words")).to_contain_text("called")
    page.wait_for_function("image => image.naturalWidth > 0", arg=page.get_by_test_id("strip").element_handle())
    assert_silent(visit, server)


def test_who_wants_no_motion_sees_none_and_steps_through_the_history(
    open_page: Open, server: str, finished: dict[str, Any]
) -> None:
    page = open_page(f"/train?{urlencode({'run': finished['id']})}", reduced_motion="reduce").page
    steps = call(server, f"runs/{finished['id']}/snapshots")["steps"]
    where = page.get_by_test_id("where")
    expect(where).to_contain_text(f"step {steps[-1]},")
    expect(page.get_by_role("button", name="Play")).to_have_count(0)
    page.get_by_role("button", name="Back", exact=True).click()
    expect(where).to_contain_text(f"step {steps[-2]},")
    page.get_by_role("button", name="Step", exact=True).click()
    expect(where).to_contain_text(f"step {steps[-1]},")
    assert page.evaluate("document.getAnimations().filter(each => each.playState === 'running').length") == 0


def test_a_kept_run_is_named_repeated_and_deleted(open_page: Open, server: str) -> None:
    name = over(server, call(server, "runs", {**SMALL, "epochs": 1, "learning_rate": 0.002})["id"])["id"]
    page = at(open_page, run=name).page
    expect(page.get_by_test_id("scores")).to_be_visible()  # the last to come: what is below it has its place now
    page.get_by_test_id(f"more-{name}").click()
    row = page.get_by_test_id(f"run-{name}")
    row.get_by_label("Name").fill("twice as fast")
    row.get_by_label("Name").press("Tab")
    expect(page.get_by_test_id(f"open-{name}")).to_have_text("twice as fast")
    assert call(server, f"runs/{name}")["name"] == "twice as fast"
    page.get_by_test_id(f"repeat-{name}").click()
    expect(page.get_by_test_id("part-optimizer").locator("summary")).to_contain_text("rate 0.002")
    page.get_by_test_id(f"delete-{name}").click()
    page.get_by_test_id(f"delete-{name}").click()
    expect(row).to_have_count(0)
    assert name not in [run["id"] for run in call(server, "runs")["runs"]]


def test_a_run_that_blew_up_leaves_the_figure_to_the_others_until_all_of_it_is_shown(
    open_page: Open, server: str, finished: dict[str, Any]
) -> None:
    blown = over(server, call(server, "runs", {"epochs": 1, "optimizer": "momentum", "learning_rate": 2.0})["id"])
    assert blown["status"] == "failed"
    page = at(open_page, run=finished["id"], compare=blown["id"], smoothing="0").page
    words = page.get_by_test_id("beyond")
    expect(words).to_contain_text("Optimizer Momentum")
    expect(words).to_contain_text(re.compile(r"its loss gets up to \d"))
    highest = max(value for value in call(server, f"runs/{blown['id']}/curve")["loss"] if value is not None)
    assert float(legend(page, blown["id"], "loss").replace("e", "E")) <= 1.01 * highest  # what is read is the loss
    page.get_by_test_id("peaks").click()
    expect(page).to_have_url(re.compile(r"[?&]peaks"))
    expect(words).not_to_contain_text("gets up to")
    page.reload()
    page.get_by_test_id("peaks").click()
    expect(words).to_contain_text("gets up to")
    expect(page).not_to_have_url(re.compile(r"[?&]peaks"))


@pytest.mark.parametrize(
    ("view", "size", "theme"),
    [
        ("curves", "desktop", "light"),
        ("curves", "desktop", "dark"),
        ("curves", "phone", "light"),
        ("curves", "phone", "dark"),
        ("confusion", "desktop", "dark"),
        ("confusion", "phone", "light"),
        ("layers", "desktop", "light"),
        ("layers", "phone", "dark"),
    ],
)
def test_a_shipped_run_looks_as_it_did(open_page: Open, view: str, size: str, theme: str) -> None:
    runs = {"run": "prepared-momentum-with", "compare": "prepared-momentum-without"}
    page = at(open_page, "en", size, theme, **runs, **({} if view == "curves" else {"view": view})).page
    expect(page.get_by_test_id("legend-prepared-momentum-without").get_by_test_id("read-loss")).not_to_have_text(
        "\u2013"
    )
    expect(page.get_by_test_id("plot-rate").locator("canvas")).to_be_visible()
    page.set_viewport_size({"width": SIZES[size][0], "height": 3200})  # so that nothing is scrolled or folded
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    place = page.get_by_test_id(view)
    expect(place.locator("svg, canvas").first).to_be_visible()
    page.mouse.move(0, 0)
    looks_like(place, f"training-{view}-{size}-{theme}")


@pytest.mark.parametrize(
    ("lang", "size", "theme", "view"),
    [("en", "desktop", "dark", "confusion"), ("zh", "phone", "light", "layers"), ("en", "phone", "dark", "kernels")],
)
def test_it_is_accessible_and_fits(
    open_page: Open, server: str, finished: dict[str, Any], lang: str, size: str, theme: str, view: str
) -> None:
    visit = at(open_page, lang, size, theme, run=finished["id"], view=view, lang=lang)
    page = visit.page
    expect(page.get_by_test_id("plot-loss").locator("canvas")).to_be_visible()
    expect(page.get_by_test_id(f"view-{view}")).to_have_attribute("aria-selected", "true")
    if size == "phone":
        page.get_by_test_id("settings").locator("summary").first.click()
    for part in ("network", "optimizer", "augmentation"):
        page.get_by_test_id(f"part-{part}").locator("summary").click()
    expect(page.get_by_test_id("sheet")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    assert violations(page) == []
    assert_silent(visit, server)


def test_a_first_visit_is_shown_recorded_runs_until_there_is_an_own_one(
    open_page: Open, weights: Path, tmp_path: Path
) -> None:
    with running(weights, runs=tmp_path / "runs") as fresh:
        visit = open_page("/train?lang=en")
        page = visit.page
        page.goto(f"{fresh.url}/train?lang=en")
        expect(page.get_by_test_id("example")).to_be_visible()
        expect(page.get_by_test_id("legend").get_by_text("Learning rate 0.1", exact=True)).to_be_visible()
        assert "run=" not in page.url
        assert violations(page) == []
        page.get_by_test_id("train").click()
        expect(page.get_by_test_id("example")).to_have_count(0)
        assert not run_of(page).startswith("prepared-")
        expect(page.get_by_test_id("legend").get_by_text("Learning rate 0.1", exact=True)).to_have_count(0)
        page.get_by_test_id("stop").click()
        expect(page.get_by_test_id("stop")).to_have_count(0)
        page.close()
        assert visit.complaints == []


def test_a_drawing_is_kept_once_however_often_keep_is_pressed(open_page: Open) -> None:
    page = at(open_page, settings=json.dumps({"dataset": "drawings"})).page
    asked: list[Route] = []

    def held(route: Route) -> None:
        if route.request.method == "POST":
            asked.append(route)
        else:
            route.continue_()

    page.route("**/drawings", held)
    sheet = page.get_by_test_id("drawings").get_by_test_id("drawing")  # opened, since something is missing there
    sheet.scroll_into_view_if_needed()
    place = sheet.bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + 40, place["y"] + 75)
    page.mouse.down()
    page.mouse.move(place["x"] + 110, place["y"] + 75, steps=5)
    page.mouse.up()
    keep = page.get_by_test_id("keep")
    keep.dblclick()
    expect(keep).to_be_disabled()
    until(page, lambda: len(asked) > 0)
    asked[0].continue_()
    expect(page.get_by_test_id("drawings").get_by_text("0: 1")).to_be_visible()
    assert len(asked) == 1


def test_the_sheet_asks_for_what_is_drawn(open_page: Open) -> None:
    page = at(open_page, settings=json.dumps({"dataset": "drawings"})).page
    drawings = page.get_by_test_id("drawings")
    sheet = drawings.get_by_test_id("drawing")
    expect(sheet).to_have_text("Draw: 0")
    drawings.get_by_role("textbox").fill("cup")
    expect(sheet).to_have_text("Draw: cup")
    expect(sheet).to_have_attribute("aria-label", "Drawing sheet: Draw: cup")
    drawings.get_by_role("textbox").fill(" ")
    expect(sheet).to_have_text("Draw a picture")


def test_only_a_run_that_learned_digits_is_shown_a_digit(
    open_page: Open, server: str, finished: dict[str, Any]
) -> None:
    page = at(open_page, run=finished["id"]).page
    expect(page.get_by_test_id("view-kernels")).to_have_text("Kernels and your digit")
    expect(page.get_by_test_id("digit").get_by_test_id("drawing")).to_contain_text("digit")

    def renamed(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('"dataset":"digits"', '"dataset":"cifar10"'))

    page.route(re.compile(r"/runs(\?.*|/[^/]+)?$"), renamed)
    page.reload()
    expect(page.get_by_test_id("view-kernels")).to_have_text("Kernels and your picture")
    sheet = page.get_by_test_id("digit").get_by_test_id("drawing")
    expect(sheet).to_have_attribute("aria-label", "Drawing sheet: Draw a picture")
    expect(sheet).not_to_contain_text("digit")


def test_a_run_that_waits_promises_no_steps_yet(open_page: Open, server: str) -> None:
    first, second = (call(server, "runs", {"epochs": 500})["id"] for _ in range(2))
    page = at(open_page, run=second).page
    expect(page.get_by_test_id("waiting")).to_have_text(page.get_by_test_id("words").text_content() or "-")
    expect(page.get_by_test_id("waiting")).to_contain_text("1")
    for name in (second, first):
        call(server, f"runs/{name}/stop", {})
        over(server, name)
