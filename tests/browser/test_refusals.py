"""Refusals of the server on a page: said in the visitor's language, by their code."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.conftest import Open
from tests.serving import make_weights, running


def alert(page: Page) -> str:
    """The text of the only alert that says something."""
    shown = page.get_by_role("alert").filter(has_text=re.compile(r"\S"))
    expect(shown).to_have_count(1)
    return shown.inner_text()


@pytest.mark.parametrize(("lang", "sentence"), [
    ("en", "steps: at most 5,000 is allowed; 9999 was sent"),
    ("zh", "最大允许 5,000；收到 9999"),
])  # fmt: skip
def test_a_bound_of_an_operation_is_said_in_the_language_of_the_page(open_page: Open, lang: str, sentence: str) -> None:
    page = open_page("/exhibits/approximation", lang).page

    def too_many(route: Route) -> None:
        body = json.loads(route.request.post_data or "{}")
        route.continue_(post_data=json.dumps({**body, "steps": 9999}))

    page.route("**/operations/approximation", too_many)
    page.get_by_test_id("start").click()
    assert sentence.removeprefix("steps: ") in alert(page)


@pytest.mark.parametrize(("lang", "sentence"), [
    ("en", "lenet5.safetensors cannot be read"), ("zh", "无法读取"),
])  # fmt: skip
def test_missing_weights_are_said_on_the_draw_page_in_its_language(
    new_context: Callable[..., BrowserContext], tmp_path: Path, lang: str, sentence: str
) -> None:
    weights = make_weights(tmp_path)
    (weights / "lenet5.safetensors").unlink()
    with running(weights) as server:
        context = new_context(locale="zh-CN" if lang == "zh" else "en-GB")
        page = context.new_page()
        page.goto(f"{server.url}/")
        status = page.get_by_test_id("status")
        expect(status).to_contain_text(sentence)
        expect(status).to_contain_text("receptive train lenet5 --out")
        if lang == "zh":
            expect(status).not_to_contain_text("cannot")
        context.close()
