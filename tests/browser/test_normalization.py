"""The normalization exhibit: every map and every running mean is what PyTorch makes of the same digits."""

from typing import Final

import pytest
import torch
from playwright.sync_api import FilePayload, Page, expect
from torch.nn import functional as F

from tests.browser.conftest import SIZES, Open, Visit, assert_silent, violations
from tests.browser.pictures import looks_like

EXHIBIT: Final = "/exhibits/normalization"
PATH: Final = "**/operations/normalization"
BARE: Final = """<!doctype html><html lang="en"><head><title>bare</title></head><body><main><h1>Mine</h1>
<rx-normalization kind="batch" layer="c3" batch="4" training></rx-normalization></main>
<script type="module" src="/static/embed.js"></script></body></html>"""


def opened(open_page: Open, query: str, *options: str) -> Visit:
    visit = open_page(f"{EXHIBIT}?{query}", *options)
    expect(visit.page.get_by_test_id("reading")).to_be_visible()
    return visit


def number(page: Page, testid: str, name: str) -> float:
    return float(page.get_by_test_id(testid).get_attribute(f"data-{name}") or "nan")


def activations(page: Page, server: str, sample: int, layer: str) -> torch.Tensor:
    """A layer's values for a digit of the tray, asked as anybody would."""
    picture = page.request.get(f"{server}/samples/{sample}.png").body()
    image: FilePayload = {"name": "digit.png", "mimeType": "image/png", "buffer": picture}
    answer = page.request.post(f"{server}/activations?layers={layer}", multipart={"image": image}).json()
    return torch.tensor(answer["layers"][0]["values"])


@pytest.mark.parametrize(
    ("layer", "at", "cell", "size", "alpha", "beta", "k"),
    [("c1_relu", 0, 400, 5, 1e-4, 0.75, 2), ("c3_relu", 9, 44, 3, 0.2, 0.75, 1), ("c3", 15, 7, 4, 0.5, 1.0, 1)],
)
def test_a_value_is_divided_by_its_neighbours_as_pytorch_does_it(
    open_page: Open, server: str, layer: str, at: int, cell: int, size: int, alpha: float, beta: float, k: float
) -> None:
    numbers = f"size={size}&alpha={alpha}&beta={beta}&k={k}"
    visit = opened(open_page, f"kind=local-response&layer={layer}&map={at}&cell={cell}&input=digit:4&{numbers}")
    page = visit.page
    before = activations(page, server, 4, layer)
    # PyTorch divides its alpha by n; the exhibit's is the paper's.
    after = F.local_response_norm(before[None], size, alpha * size, beta, k)[0]
    assert number(page, "reading", "value") == pytest.approx(float(before[at].flatten()[cell]), abs=1e-5)
    assert number(page, "reading", "result") == pytest.approx(float(after[at].flatten()[cell]), abs=1e-5)
    first, last = max(0, at - size // 2), min(len(before) - 1, at + (size - 1) // 2)
    squares = before[first : last + 1].flatten(1)[:, cell].square().sum()
    assert number(page, "reading", "sum") == pytest.approx(float(squares), rel=1e-4, abs=1e-6)
    assert_silent(visit, server)


def test_the_player_goes_from_map_to_map(open_page: Open) -> None:
    page = opened(open_page, "kind=local-response&layer=c1_relu&cell=400").page
    reading = page.get_by_test_id("reading")
    expect(reading).to_contain_text("Map 0, row 14, column 8")
    page.get_by_test_id("player-step").click()
    expect(reading).to_contain_text("Map 1,")
    page.get_by_test_id("player-back").click()
    expect(reading).to_contain_text("Map 0,")
    page.get_by_test_id("player-slider").press("End")
    expect(reading).to_contain_text("Map 5,")
    page.get_by_test_id("player-play").click()
    expect(reading).to_contain_text("Map 0,")
    page.get_by_test_id("player-play").click()


def test_a_place_is_read_by_pointer_and_by_keys(open_page: Open) -> None:
    page = opened(open_page, "kind=local-response&layer=c1_relu").page
    reading = page.get_by_test_id("reading")
    page.get_by_test_id("after-3").click(position={"x": 5, "y": 5})
    expect(reading).to_contain_text("Map 3, row 0, column 0")
    page.mouse.move(2, 2)
    page.get_by_test_id("before-3").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(reading).to_contain_text("Map 3, row 1, column 1")


def test_alexnets_constants_are_a_touch_away(open_page: Open) -> None:
    page = opened(open_page, "kind=local-response&alpha=0.5&size=3").page
    page.get_by_role("radio", name="AlexNet").check()
    expect(page.get_by_role("spinbutton", name="α")).to_have_value("0.0001")
    page.get_by_role("radio", name="Strong").check()
    expect(page.get_by_role("spinbutton", name="α")).to_have_value("0.2")


def test_running_statistics_are_moved_batch_after_batch_as_pytorch_does_it(open_page: Open, server: str) -> None:
    page = open_page("/learn").page
    batches: list[torch.Tensor] = []
    page.on("request", lambda request: batches.append(read(request.post_data_buffer)) if asked(request.url) else None)
    page.goto(f"{server}{EXHIBIT}?kind=batch&layer=c3&batch=4&momentum=0.3&map=2&input=digit:4")
    layer = torch.nn.BatchNorm2d(16, momentum=0.3)
    assert layer.running_mean is not None
    assert layer.running_var is not None
    for step in range(4):
        expect(page.get_by_test_id("updates")).to_contain_text(f"batch {step + 1}")
        layer(batches[step])
        assert number(page, "running-mean", "value") == pytest.approx(float(layer.running_mean[2]), abs=1e-5)
        assert number(page, "running-variance", "value") == pytest.approx(float(layer.running_var[2]), abs=1e-4)
        page.get_by_test_id("player-step").click()
    assert torch.allclose(batches[0][0], activations(page, server, 4, "c3"), atol=1e-5)
    page.get_by_test_id("player-slider").press("Home")
    expect(page.get_by_test_id("updates")).to_contain_text("batch 1")
    assert number(page, "running-mean", "value") == pytest.approx(0.3 * float(batches[0][:, 2].mean()), abs=1e-5)


def asked(url: str) -> bool:
    return url.endswith("/operations/normalization")


def read(body: bytes | None) -> torch.Tensor:
    """The batch in a request."""
    from safetensors.torch import load

    return load(body or b"")["input"]


def test_in_training_the_company_counts_and_in_evaluation_it_does_not(open_page: Open) -> None:
    page = opened(open_page, "kind=batch&layer=c3&batch=4&map=2&cell=44").page
    step = page.get_by_test_id("player-step")
    updates = page.get_by_test_id("updates")
    first = number(page, "reading", "result")
    step.click()
    expect(updates).to_contain_text("batch 2")
    assert number(page, "reading", "result") != first
    page.get_by_role("radio", name="Evaluation").check()
    expect(updates).to_contain_text("after 2 batches")
    still = number(page, "reading", "result")
    mean = number(page, "running-mean", "value")
    other = page.get_by_test_id("before-1").locator("image").get_attribute("href")
    step.click()
    expect(page.get_by_test_id("before-1").locator("image")).not_to_have_attribute("href", other or "")
    assert number(page, "reading", "result") == still
    assert number(page, "running-mean", "value") == mean


def test_a_batch_of_one_is_normalized_by_itself(open_page: Open, server: str) -> None:
    page = opened(open_page, "kind=batch&layer=c3&batch=1&map=5&cell=44&input=digit:4").page
    own = activations(page, server, 4, "c3")
    after = F.batch_norm(own[None], None, None, training=True)[0]
    expect(page.get_by_test_id("after-1")).to_have_count(0)
    assert number(page, "reading", "result") == pytest.approx(float(after[5].flatten()[44]), abs=1e-4)
    expect(page.get_by_test_id("reading")).to_contain_text("A batch of one")


def test_a_large_batch_of_large_maps_goes_through(open_page: Open, server: str) -> None:
    visit = opened(open_page, "kind=batch&layer=c1&batch=30")
    expect(visit.page.get_by_test_id("response")).to_have_count(0)
    expect(visit.page.get_by_test_id("batch").locator("[data-testid^=after-]")).to_have_count(30)
    assert_silent(visit, server)


def test_a_number_out_of_bounds_is_explained_and_the_picture_stays(open_page: Open) -> None:
    page = opened(open_page, "kind=local-response&layer=c3_relu&cell=44&map=2").page
    result = number(page, "reading", "result")
    beta = page.get_by_role("spinbutton", name="β")
    beta.fill("7")
    expect(page.get_by_role("alert").filter(has_text="7")).to_be_visible()
    assert number(page, "reading", "result") == result
    beta.fill("2")
    expect(page.get_by_test_id("reading")).not_to_have_attribute("data-result", str(result))


def test_a_lost_connection_is_said_and_the_work_goes_on_when_it_is_back(open_page: Open) -> None:
    page = opened(open_page, "kind=batch&layer=c3&batch=4").page
    page.route(PATH, lambda route: route.abort())
    page.get_by_test_id("player-step").click()
    expect(page.get_by_test_id("problem")).not_to_be_empty()
    expect(page.get_by_test_id("updates")).to_contain_text("batch 1")
    page.unroute(PATH)
    expect(page.get_by_test_id("updates")).to_contain_text("batch 2")
    expect(page.get_by_test_id("problem")).to_be_empty()


def test_it_stands_alone_in_anyones_page_and_says_its_state(open_page: Open, server: str) -> None:
    page = open_page("/learn").page
    page.route("**/mine.html", lambda route: route.fulfill(content_type="text/html", body=BARE))
    page.goto(f"{server}/mine.html")
    expect(page.get_by_test_id("running-mean")).to_be_attached()
    element = page.locator("rx-normalization")
    element.evaluate("element => element.setAttribute('training', 'false')")
    expect(page.get_by_role("radio", name="Evaluation")).to_be_checked()
    page.get_by_role("radio", name="Training").check()
    element.evaluate("element => element.setAttribute('training', 'false')")
    expect(page.get_by_role("radio", name="Evaluation")).to_be_checked()


@pytest.mark.parametrize("kind", ["local-response", "batch"])
@pytest.mark.parametrize(("lang", "size", "theme"), [("en", "phone", "dark"), ("zh", "desktop", "light")])
def test_both_kinds_can_be_used_by_everyone(
    open_page: Open, server: str, kind: str, lang: str, size: str, theme: str
) -> None:
    visit = opened(open_page, f"kind={kind}&layer=c3&batch=4", lang, size, theme)
    page = visit.page
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    assert violations(page) == []
    assert_silent(visit, server)


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_figure_is_saved(open_page: Open, kind: str) -> None:
    page = opened(open_page, "kind=batch&layer=c3&batch=4").page
    with page.expect_download() as download:
        page.get_by_test_id(f"save-{kind}").click()
    assert download.value.suggested_filename == f"normalization.{kind}"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("figure", "state"),
    [
        ("response", "kind=local-response&layer=c3_relu&map=6&alpha=0.2&k=1&input=digit:4"),
        ("batch", "kind=batch&layer=c3&batch=4&map=3&position=5&input=digit:4"),
    ],
)
def test_each_kind_looks_as_it_did(open_page: Open, figure: str, state: str, theme: str) -> None:
    page = opened(open_page, state, "en", "desktop", theme).page
    place = page.get_by_test_id(figure)
    expect(place).to_be_visible()
    looks_like(place, f"normalization-{figure}-{theme}")
