"""Dropout and the way to an answer in networks of the lab: each number is the one that REST has for the run."""

import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, Request, Response, expect

from tests.browser.conftest import SIZES, Open, Visit, assert_silent, until, violations
from tests.browser.trained import CLASSES, call

DROPOUT: Final = "/operations/dropout/network"
GONE: Final = "run:20200101-000000-x-0000"
Trained = Callable[[str], str]


def opened(open_page: Open, exhibit: str, attributes: dict[str, str], **options: Any) -> Visit:
    """The exhibit alone, with what it shows there."""
    visit = open_page(f"/exhibits/{exhibit}?{urlencode({'input': 'digit:0', **attributes})}", **options)
    expect(visit.page.get_by_test_id("player")).to_be_visible()
    return visit


def asked(page: Page, path: str, do: Callable[[], object]) -> tuple[dict[str, Any], Any]:
    """The request to a path of the server and its response, when this is done."""

    def wanted(response: Response) -> bool:
        return response.url.endswith(path) and (path != DROPOUT or sent(response.request)["rate"] > 0)

    with page.expect_response(wanted) as answer:
        do()
    return sent(answer.value.request), answer.value.json()


def sent(request: Request) -> dict[str, Any]:
    question: dict[str, Any] | None = request.post_data_json
    return question or {}


def activations(server: str, question: dict[str, Any], *layers: str) -> dict[str, Any]:
    """The activations of a network for the picture that an exhibit sent."""
    picture: dict[str, Any] = {name: question[name] for name in question if name in ("pixels", "image", "model")}
    told = call(server, "activations", {**picture, "layers": list(layers)})
    return {layer["name"]: layer["values"] for layer in told["layers"]}


def flat(values: Any) -> list[float]:
    return [one for value in values for one in flat(value)] if isinstance(values, list) else [values]


def number(page: Page, testid: str) -> float:
    return float((page.get_by_test_id(testid).text_content() or "").replace("\u2212", "-").strip(" LΣ=%±"))


def spoken(page: Page, testid: str) -> str:
    return (page.get_by_test_id(testid).get_attribute("aria-valuetext") or "").replace("\u2212", "-")


def pixels(page: Page) -> dict[str, Any]:
    """The request to `/activations` of the exhibit on the page."""
    with page.expect_request(re.compile("/activations$")) as request:
        page.reload()
    return sent(request.value)


# --- dropout


def test_dropout_masks_a_layer_of_the_runs_own(open_page: Open, server: str, trained: Trained) -> None:
    model = trained("own")
    visit = opened(open_page, "dropout", {"model": model, "layer": "pool2", "rate": "0.25"})
    page = visit.page
    question, told = asked(page, DROPOUT, page.get_by_test_id("again").click)
    assert (question["model"], told["layer"], told["shape"]) == (model, "pool2", [6, 7, 7])
    before = flat(activations(server, question, "pool2")["pool2"])
    page.get_by_test_id("before").focus()
    page.keyboard.press("End")
    for unit in range(293, 270, -1):
        words = re.fullmatch(r"unit (\d+): (\S+) (kept|dropped), becomes (\S+)", spoken(page, "before"))
        assert words is not None
        assert int(words[1]) == unit
        assert float(words[2]) == pytest.approx(before[unit], abs=5e-5)
        kept = flat(told["mask"])[unit]
        assert float(words[4]) == pytest.approx(before[unit] * kept / 0.75, abs=1e-4)
        page.keyboard.press("ArrowLeft")
    for digit in range(10):
        assert number(page, f"with-mask-{digit}") == pytest.approx(100 * told["probabilities"][0][digit], abs=0.06)
    page.get_by_label("Layer", exact=True).select_option("fc1_tanh")
    expect(page.get_by_test_id("counted")).to_contain_text("of 12 units")
    assert_silent(visit, server)


def test_dropout_draws_classes_by_their_names_and_asks_in_colour(
    open_page: Open, server: str, trained: Trained
) -> None:
    visit = opened(open_page, "dropout", {"model": trained("colour"), "input": "photo:china", "view": "draws"})
    page = visit.page
    question, told = asked(page, DROPOUT, page.get_by_test_id("again").click)
    assert question["image"].startswith("data:image/png;base64,")
    assert told["classes"] == list(CLASSES)
    for output, name in enumerate(CLASSES):
        expect(page.get_by_test_id(f"row-{output}")).to_contain_text(name)
        mean = sum(row[output] for row in told["logits"]) / len(told["logits"])
        assert number(page, f"mean-{output}") == pytest.approx(mean, abs=6e-3)
    predicted = call(server, "predict", {"image": question["image"], "model": question["model"]})
    for output in range(3):
        assert number(page, f"eval-{output}") == pytest.approx(predicted["logits"][output], abs=6e-3)
    expect(page.get_by_test_id("voted")).to_contain_text(predicted["label"])
    assert_silent(visit, server)


def test_paper_without_ink_is_refused_by_those_that_learned_digits_only(open_page: Open, trained: Trained) -> None:
    own, colour = trained("own"), trained("colour")
    page = opened(open_page, "dropout", {"model": colour, "input": "drawing"}).page
    _, told = asked(page, DROPOUT, page.get_by_role("button", name="Clear").click)
    assert len(told["evaluated"]) == 3
    expect(page.get_by_test_id("problem")).to_be_empty()
    page.get_by_label("Network", exact=True).select_option(own)
    expect(page.get_by_test_id("problem")).to_have_text("Waiting for a drawing with ink on it.")


# --- from maps to an answer


def test_a_unit_of_the_runs_own_layer_is_what_torch_computed(open_page: Open, server: str, trained: Trained) -> None:
    model = trained("own")
    visit = opened(open_page, "classifier", {"model": model, "view": "unit", "layer": "fc1", "unit": "7"})
    page = visit.page
    expect(page.get_by_test_id("running-value")).to_be_visible()
    told = activations(server, pixels(page), "pool2", "fc1")
    weights = call(server, f"models/{model}/weights/fc1.weight")["values"][7]
    expect(page.get_by_test_id("running-value")).to_have_text(f"{told['fc1'][7]:.4f}".replace("-", "\u2212"))
    page.get_by_test_id("grid-wx").focus()
    page.keyboard.press("End")
    inputs = flat(told["pool2"])
    for index in range(293, 280, -1):
        words = re.fullmatch(r"input (\d+): (\S+) times (\S+) is (\S+)", spoken(page, "grid-wx"))
        assert words is not None
        assert int(words[1]) == index
        assert float(words[2]) == pytest.approx(inputs[index], abs=6e-5)
        assert float(words[3]) == pytest.approx(weights[index], abs=6e-5)
        page.keyboard.press("ArrowLeft")
    page.get_by_role("radio", name="As a convolution").check(force=True)
    expect(page.get_by_test_id("convolution-value")).to_be_attached()
    assert number(page, "convolution-value") == pytest.approx(told["fc1"][7], abs=1e-4)
    parts = [page.get_by_test_id(f"part-{at}").text_content() or "" for at in range(6)]
    found = sum(float(part.split("=")[1].replace("\u2212", "-")) for part in parts)
    bias = call(server, f"models/{model}/weights/fc1.bias")["values"][7]
    assert found + bias == pytest.approx(told["fc1"][7], abs=1e-3)
    assert_silent(visit, server)


def test_distances_are_scores_below_zero_and_their_output_has_no_weights_to_price(
    open_page: Open, server: str, trained: Trained
) -> None:
    page = opened(open_page, "classifier", {"model": trained("lenet5-1998"), "view": "softmax"}).page
    expect(page.get_by_test_id("z-9")).to_be_attached()
    question = pixels(page)
    expect(page.get_by_test_id("p-9")).to_be_attached()
    told = call(server, "predict", {"pixels": question["pixels"], "model": question["model"]})
    for digit in range(10):
        assert number(page, f"z-{digit}") == pytest.approx(told["logits"][digit], abs=6e-3)
    likeliest = told["index"]
    assert number(page, f"p-{likeliest}") == pytest.approx(told["probability"], abs=1e-4)
    expect(page.get_by_role("radio", name="Penalty as prior")).to_have_count(0)
    page.get_by_role("radio", name="One unit").check(force=True)
    expect(page.get_by_role("radio", name="F6: 120 → 84")).to_be_attached()
    expect(page.get_by_role("radio", name="Output")).to_have_count(0)


def test_the_loss_and_the_prior_of_a_network_with_one_layer_and_three_classes(
    open_page: Open, server: str, trained: Trained
) -> None:
    model = trained("colour")
    attributes = {"model": model, "input": "photo:flower", "view": "loss", "target": "2", "smoothing": "0.3"}
    visit = opened(open_page, "classifier", attributes)
    page = visit.page
    expect(page.get_by_test_id("part-total")).to_be_attached()
    page.wait_for_load_state("networkidle")
    _, told = asked(page, "/operations/softmax", lambda: page.get_by_role("radio", name=CLASSES[0]).check(force=True))
    assert told["targets"] == pytest.approx([0.8, 0.1, 0.1])
    expect(page.get_by_test_id("part-total")).to_contain_text(f"{told['loss']:.4f}")
    expect(page.get_by_test_id("classes")).to_contain_text(CLASSES[1])
    expect(page.get_by_test_id("named")).to_contain_text(f"0 stands for “{CLASSES[0]}”")
    expect(page).to_have_url(re.compile("target=0"))
    page.get_by_role("radio", name="Penalty as prior").check(force=True)
    size = sum(one**2 for one in flat(call(server, f"models/{model}/weights/output.weight")["values"]))
    expect(page.get_by_test_id("cost")).to_be_attached()
    until(page, lambda: number(page, "cost-cost") == pytest.approx(2 * size, rel=1e-4))
    expect(page.get_by_test_id("figure")).to_contain_text("the 1,440 weights of the output layer")
    assert_silent(visit, server)


# --- both


@pytest.mark.parametrize(("exhibit", "shown"), [("dropout", "with-mask-2"), ("classifier", "p-2")])
def test_another_network_is_picked_and_the_address_follows(
    open_page: Open, server: str, trained: Trained, exhibit: str, shown: str
) -> None:
    own, colour = trained("own"), trained("colour")
    attributes = {"view": "softmax"} if exhibit == "classifier" else {}
    visit = opened(open_page, exhibit, attributes)
    page = visit.page
    expect(page.get_by_test_id(shown)).to_be_attached()
    assert "model=" not in page.url
    picker = page.get_by_label("Network", exact=True)
    picker.select_option(colour)
    expect(page).to_have_url(re.compile(f"model={colour.replace(':', '%3A')}"))
    expect(page.get_by_test_id("figure")).to_contain_text(CLASSES[2])
    expect(page.get_by_test_id(shown.replace("2", "3"))).to_have_count(0)
    picker.select_option(own)
    expect(page.get_by_test_id(shown.replace("2", "9"))).to_be_attached()
    picker.select_option("lenet5")
    expect(page).not_to_have_url(re.compile("model="))
    expect(page.get_by_test_id(shown)).to_be_attached()
    assert_silent(visit, server)


@pytest.mark.parametrize("exhibit", ["dropout", "classifier"])
def test_a_run_that_is_not_here_is_said_to_be_gone_and_its_address_stays(open_page: Open, exhibit: str) -> None:
    page = open_page(f"/exhibits/{exhibit}?{urlencode({'model': GONE, 'layer': 'fc1_relu', 'view': 'unit'})}").page
    expect(page.get_by_test_id(f"rx-{exhibit}")).to_contain_text(f"{GONE} is not on this server")
    expect(page.get_by_test_id("player")).to_have_count(0)
    expect(page).to_have_url(re.compile("layer=fc1_relu"))
    page.get_by_label("Network", exact=True).select_option("lenet5")
    expect(page.get_by_test_id("player")).to_be_visible()


@pytest.mark.parametrize(
    ("exhibit", "view"),
    [("dropout", "mask"), ("dropout", "draws"), ("classifier", "convolution"), ("classifier", "loss")],
)
def test_long_names_fit_a_phone(open_page: Open, server: str, trained: Trained, exhibit: str, view: str) -> None:
    attributes = {"model": trained("colour"), "view": view, "lang": "zh"}
    visit = opened(open_page, exhibit, attributes, lang="zh", size="phone")
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= SIZES["phone"][0]
    assert violations(visit.page) == []
    assert_silent(visit, server)
