"""Networks that were trained in the lab, opened from there in the exhibits that show feature maps."""

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import urlencode

import pytest
import torch
from playwright.sync_api import FilePayload, Page, Route, expect
from torch.nn import functional as F

from tests.browser.conftest import Open, assert_silent, until, violations

Trained = Callable[[str], str]

UNKNOWN: Final = "run:20200101-000000-lenet5-0000"
EXHIBITS: Final = ["Convolution", "Pooling", "Activation", "Normalization", "Dropout", "From maps to an answer"]


def activations(page: Page, server: str, model: str, layer: str, path: str) -> torch.Tensor:
    """A layer's values for one of the server's pictures, asked as anybody would."""
    picture = page.request.get(f"{server}/samples/{path}.png").body()
    image: FilePayload = {"name": "picture.png", "mimeType": "image/png", "buffer": picture}
    asked = urlencode({"layers": layer, "model": model})
    answer = page.request.post(f"{server}/activations?{asked}", multipart={"image": image}).json()
    return torch.tensor(answer["layers"][0]["values"])


def number(page: Page, testid: str, name: str) -> float:
    return float(page.get_by_test_id(testid).get_attribute(f"data-{name}") or "nan")


def complaints(page: Page) -> list[str]:
    return page.get_by_role("alert").filter(has_text=re.compile(r"\S")).all_inner_texts()


def test_a_run_is_opened_from_the_lab_in_every_exhibit_that_shows_a_network(
    open_page: Open, server: str, trained: Trained
) -> None:
    run = trained("own").removeprefix("run:")
    visit = open_page(f"/train?{urlencode({'run': run})}")
    page = visit.page
    links = page.get_by_test_id(f"open-in-{run}").first.get_by_role("link")
    expect(links).to_have_text(["Draw", *EXHIBITS])
    for address in [link.get_attribute("href") or "" for link in links.all()]:
        page.goto(address)
        expect(page.get_by_text("Tanh and norm").first).to_be_attached()
        page.wait_for_load_state("networkidle")
        assert complaints(page) == []
        assert run in page.url
    assert_silent(visit, server)


@pytest.mark.parametrize(
    ("kind", "layer", "picture", "at"),
    [
        ("own", "conv2_1_norm", "digit:4", 5),
        ("lenet5-1998", "c3", "digit:4", 9),
        ("colour", "conv1_1", "photo:flower", 3),
    ],
)
def test_a_function_is_applied_to_the_sums_of_a_run(
    open_page: Open, server: str, trained: Trained, kind: str, layer: str, picture: str, at: int
) -> None:
    asked = {"view": "map", "kind": "relu", "model": trained(kind), "input": picture, "position": "33"}
    page = open_page(f"/exhibits/activation?{urlencode({**asked, 'layer': layer, 'map': at})}").page
    path = picture.removeprefix("digit:").replace("photo:", "photos/")
    before = activations(page, server, asked["model"], layer, path)
    reading = page.get_by_test_id("reading")
    expect(reading).to_be_visible()
    assert number(page, "reading", "x") == pytest.approx(float(before[at].flatten()[33]), abs=1e-5)
    assert number(page, "zeros", "all") == pytest.approx(float((before <= 0).float().mean()))
    assert complaints(page) == []


def test_another_network_is_chosen_and_the_address_follows(open_page: Open, server: str, trained: Trained) -> None:
    model = trained("own")
    visit = open_page("/exhibits/activation?view=map&layer=c3&map=7")
    page = visit.page
    network = page.get_by_label("Network", exact=True)
    expect(network.locator("option")).to_contain_text(["LeNet-5 (today)", "LeNet-5 (1998)", "Tanh and norm"])
    network.select_option(model)
    expect(page.get_by_role("radio", name="conv1_1_norm")).to_be_checked()
    expect(page).to_have_url(re.compile(re.escape(urlencode({"model": model}))))
    page.get_by_role("radio", name="conv2_1_norm").check()
    expect(page).to_have_url(re.compile("layer=conv2_1_norm"))
    page.reload()
    expect(page.get_by_role("radio", name="conv2_1_norm")).to_be_checked()
    expect(network).to_have_value(model)
    network.select_option("lenet5")
    expect(page.get_by_role("radio", name="C1")).to_be_checked()
    expect(page).not_to_have_url(re.compile("model="))
    assert violations(page) == []
    assert_silent(visit, server)


def test_maps_of_a_run_are_normalized(open_page: Open, server: str, trained: Trained) -> None:
    model = trained("own")
    asked = {"kind": "local-response", "model": model, "input": "digit:4", "map": 2, "cell": 300, "alpha": 0.2, "k": 1}
    page = open_page(f"/exhibits/normalization?{urlencode(asked)}").page
    expect(page.get_by_test_id("reading")).to_be_visible()
    before = activations(page, server, model, "conv1_1_tanh", "4")
    after = F.local_response_norm(before[None], 5, 0.2 * 5, 0.75, 1)[0]
    assert number(page, "reading", "value") == pytest.approx(float(before[2].flatten()[300]), abs=1e-5)
    assert number(page, "reading", "result") == pytest.approx(float(after[2].flatten()[300]), abs=1e-5)


def test_maps_that_are_no_squares_are_normalized_in_a_batch(open_page: Open, server: str, trained: Trained) -> None:
    model = trained("colour")
    asked = {"kind": "batch", "model": model, "input": "photo:china", "batch": 3, "map": 1, "cell": 479}
    page = open_page(f"/exhibits/normalization?{urlencode(asked)}").page
    expect(page.get_by_test_id("reading")).to_contain_text("row 19, column 23")
    before = activations(page, server, model, "conv1_1", "photos/china")
    assert number(page, "reading", "value") == pytest.approx(float(before[1].flatten()[479]), abs=1e-5)
    assert complaints(page) == []


@pytest.mark.parametrize(
    ("exhibit", "lang", "said"),
    [("activation", "en", "is not on this server"), ("normalization", "zh", "服务器上没有")],
)
def test_a_run_that_is_not_there_is_said(open_page: Open, exhibit: str, lang: str, said: str) -> None:
    page = open_page(f"/exhibits/{exhibit}?{urlencode({'view': 'map', 'model': UNKNOWN})}", lang).page
    expect(page.get_by_role("alert").filter(has_text=said)).to_contain_text(UNKNOWN)
    page.get_by_label("Network" if lang == "en" else "网络", exact=True).select_option("lenet5")
    expect(page.get_by_test_id("reading")).to_be_visible()
    assert complaints(page) == []


def test_a_picture_that_is_not_there_is_said_and_another_is_chosen(open_page: Open, server: str) -> None:
    page = open_page("/learn", "zh").page
    held: list[Route] = []
    page.route("**/operations/activation", lambda route: held.append(route))
    page.goto(f"{server}/exhibits/activation?view=map&input=digit:999")
    alert = page.get_by_role("alert").filter(has_text="服务器上没有图像“999”")
    expect(alert).to_be_visible()
    until(page, lambda: len(held) > 0)
    assert len(held) == 1
    held[0].continue_()
    page.unroute("**/operations/activation")
    page.wait_for_load_state("networkidle")
    expect(alert).to_be_visible()  # the curve's answer says nothing of the picture
    page.get_by_test_id("source").get_by_role("listitem").get_by_role("button").first.click()
    expect(page.get_by_test_id("reading")).to_be_visible()
    assert complaints(page) == []
