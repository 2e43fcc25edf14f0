"""Convolution and pooling show what any network has learned: its kernels and its maps, which are PyTorch's."""

import base64
import re
import urllib.request
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import torch
from playwright.sync_api import Locator, Page, expect
from torch import Tensor
from torch.nn import functional as F

from tests.browser.conftest import Open, Visit, assert_silent, violations
from tests.browser.trained import call

GONE: Final = "run:20200101-000000-x-0000"
SIX: Final[list[list[float]]] = [
    [0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [1, 0, 1, 0, 1, 0],
    [2, 7, 1, 8, 2, 8], [0, 0, 9, 0, 0, 1], [3, 1, 4, 1, 5, 9],
]  # fmt: skip
NUMBERS: Final = "; ".join(" ".join(map(str, row)) for row in SIX)

Trained = Callable[[str], str]


def opened(open_page: Open, exhibit: str, attributes: dict[str, str], **options: Any) -> Visit:
    return open_page(f"/exhibits/{exhibit}?{urlencode(attributes)}", **options)


def answered(page: Page) -> None:
    """The convolution that is shown is the server's."""
    expect(page.get_by_test_id("figure")).to_have_attribute("data-answered", "true")


def confirmed(page: Page) -> None:
    """The pooling that is shown is the server's."""
    expect(page.get_by_test_id("scene")).to_have_attribute("data-confirmed", "true")


def weights(server: str, name: str) -> Tensor:
    """[O][C][kh][kw]"""
    model, layer = name.rsplit(":", 2)[:2]
    return torch.tensor(call(server, f"models/{model}/weights/{layer}.weight")["values"])


def cells(plane: Locator) -> Tensor:
    """The values of the cells of a map that is small enough to have some."""
    return torch.tensor(plane.locator(".cell").evaluate_all("all => all.map(one => +one.dataset.value)"))


def said(page: Page, name: str) -> str | None:
    """The attributes in the address."""
    return parse_qs(urlsplit(page.url).query).get(name, [None])[0]


def says(page: Page, name: str, value: str) -> None:
    page.wait_for_function(
        "([name, value]) => new URLSearchParams(location.search).get(name) === value", arg=[name, value]
    )


def choose(page: Page, label: str, value: str) -> None:
    page.get_by_role("combobox", name=label, exact=True).select_option(value)


def results(page: Page) -> list[float]:
    """The results of the arithmetic of a pooling, in full precision."""
    values = page.get_by_test_id("arithmetic").locator("data")
    return [float(value) for value in values.evaluate_all("all => all.map(one => one.value)")]


def test_a_network_of_the_lab_shows_its_first_kernel_on_a_digit(open_page: Open, server: str, trained: Trained) -> None:
    own = trained("own")
    visit = opened(open_page, "convolution", {"model": own})
    page = visit.page
    answered(page)
    says(page, "kernel", f"{own}:conv1_1:0")
    assert said(page, "input") == "digit:21"
    kernel = weights(server, f"{own}:conv1_1:0")[:1]
    assert torch.allclose(cells(page.get_by_test_id("kernel")), kernel.flatten(), rtol=1e-5)
    shown = cells(page.get_by_test_id("input")).view(1, 1, 28, 28)
    assert torch.allclose(cells(page.get_by_test_id("output")), F.conv2d(shown, kernel).flatten(), atol=1e-5)
    story = page.get_by_test_id("story")
    expect(story).to_contain_text("while Tanh and norm was trained")
    expect(story).to_contain_text("batch normalization follows in place of a bias")
    expect(story).to_contain_text("zeros one cell wide surround the picture")
    choose(page, "Preset", f"{own}:conv1_1:3")
    says(page, "kernel", f"{own}:conv1_1:3")
    expect(story).to_contain_text("kernel 3, of 4")
    assert violations(page) == []
    assert_silent(visit, server)


def test_the_network_of_a_convolution_is_chosen_beside_its_kernel(
    open_page: Open, server: str, trained: Trained
) -> None:
    squashing = trained("lenet5-1998")
    page = opened(open_page, "convolution", {}).page
    answered(page)
    choose(page, "Network", squashing)
    says(page, "kernel", f"{squashing}:c1:0")
    expect(page.get_by_test_id("figure")).to_contain_text("kernel 5×5")
    answered(page)
    kernel = weights(server, f"{squashing}:c1:0")[:1]
    assert torch.allclose(cells(page.get_by_test_id("kernel")), kernel.flatten(), rtol=1e-5)
    choose(page, "Preset", "sobel-x")
    says(page, "kernel", "sobel-x")
    assert said(page, "input") == "digit:21"
    choose(page, "Preset", f"{squashing}:c1:5")  # still offered
    choose(page, "Network", "lenet5")
    says(page, "kernel", "lenet5:c1:0")


def test_a_kernel_of_three_channels_reads_three(open_page: Open, server: str, trained: Trained) -> None:
    colour, own = trained("colour"), trained("own")
    page = opened(open_page, "convolution", {"kernel": f"{colour}:conv1_1:2", "input": "digit:21", "size": "12"}).page
    answered(page)
    kernel = weights(server, f"{colour}:conv1_1:2")[2:3]
    shown = page.get_by_test_id("kernel")
    expect(shown).to_have_count(3)
    for channel in range(3):
        assert torch.allclose(cells(shown.nth(channel)), kernel[0, channel].flatten(), rtol=1e-5)
    grey = cells(page.get_by_test_id("input").first).view(1, 1, 12, 12)
    output = F.conv2d(grey.expand(1, 3, 12, 12), kernel)
    assert torch.allclose(cells(page.get_by_test_id("output")), output.flatten(), atol=1e-5)
    page.get_by_test_id("more-input").click()
    page.get_by_label("Channels", exact=True).fill("1")
    expect(page.get_by_test_id("controls")).to_contain_text("Give the input 3 channels, in one group.")
    choose(page, "Network", own)  # reads one channel, whatever was set before
    expect(page.get_by_test_id("figure")).to_contain_text("kernel 3×3")
    answered(page)


@pytest.mark.parametrize("exhibit", ["convolution", "pooling"])
def test_of_a_network_that_is_not_there_a_sentence_says_so(open_page: Open, exhibit: str) -> None:
    page = opened(open_page, exhibit, {"model": GONE}).page
    alert = page.get_by_role("alert").filter(has_text=re.compile(r"\S"))
    expect(alert).to_have_count(1)
    expect(alert).to_contain_text(f"{GONE} is not on this server")
    expect(page.get_by_test_id("player-play")).to_have_count(0)


def picture(server: str, sample: int) -> str:
    with urllib.request.urlopen(f"{server}/samples/{sample}.png") as response:
        return base64.b64encode(response.read()).decode()


def test_a_map_of_a_network_of_the_lab_is_pooled(open_page: Open, server: str, trained: Trained) -> None:
    own = trained("own")
    visit = opened(open_page, "pooling", {"model": own, "position": "90"})
    page = visit.page
    confirmed(page)
    layers = ["conv1_1_tanh", "conv2_1"]
    told = call(server, "activations", {"image": picture(server, 21), "model": own, "layers": layers})["layers"]
    maps = {layer["name"]: torch.tensor(layer["values"]) for layer in told}
    pooled = F.max_pool2d(maps["conv1_1_tanh"][:1], 2).flatten()
    assert results(page)[-1] == pytest.approx(pooled[90].item(), abs=1e-4)
    choose(page, "Layer", "conv2_1")
    says(page, "input", f"map:{own}:conv2_1:0")
    page.get_by_label("Map", exact=True).fill("5")
    says(page, "input", f"map:{own}:conv2_1:5")
    confirmed(page)
    pooled = F.max_pool2d(maps["conv2_1"][5:], 2).flatten()
    assert len(pooled) == 49
    page.get_by_test_id("player-slider").fill("24")
    assert results(page)[-1] == pytest.approx(pooled[24].item(), abs=1e-4)
    choose(page, "Network", "lenet5-1998")
    says(page, "input", "map:lenet5-1998:c1_squash:0")
    expect(page.get_by_test_id("scene")).to_contain_text("Input 28×28")
    confirmed(page)
    assert violations(page) == []
    assert_silent(visit, server)


def test_a_kernel_that_learned_colours_is_the_sum_of_its_channels_on_a_grey_picture(
    open_page: Open, server: str, trained: Trained
) -> None:
    colour, own = trained("colour"), trained("own")
    attributes = {"view": "stride", "kernel": f"{colour}:conv1_1:1", "values": NUMBERS}
    visit = opened(open_page, "pooling", attributes)
    page = visit.page
    confirmed(page)
    expect(page.get_by_test_id("rx-pooling")).to_contain_text("the sum of the three channels' weights")
    picture = torch.tensor(SIX, dtype=torch.float32).view(1, 1, 6, 6)
    found = F.conv2d(picture.expand(1, 3, 6, 6), weights(server, f"{colour}:conv1_1:1")[1:2])
    assert results(page)[-1] == pytest.approx(found.max().item(), abs=1e-5)
    pick = float(page.get_by_test_id("pick").get_attribute("value") or "nan")
    assert pick == pytest.approx(found[0, 0, 0, 0].item(), abs=1e-5)
    choose(page, "Network", own)
    says(page, "kernel", f"{own}:conv1_1:0")
    expect(page.get_by_test_id("scene")).to_contain_text("Feature map 4×4")
    confirmed(page)
    found = F.conv2d(picture, weights(server, f"{own}:conv1_1:0")[:1])
    assert results(page)[-1] == pytest.approx(found[..., 2:, 2:].max().item(), abs=1e-5)
    assert_silent(visit, server)
