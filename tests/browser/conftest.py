"""A real Chromium, pages that must stay silent, and axe-core to look at what they show."""

import json
import os
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import trained as lab
from tests.browser.chromium import LAUNCH, find_chromium

STATIC: Final = Path(__file__).parent.parent.parent / "static"
AXE: Final = STATIC / "node_modules" / "axe-core" / "axe.min.js"
SIZES: Final = {"phone": (360, 740), "desktop": (1280, 800)}
CI: Final = bool(os.environ.get("CI"))

PATIENCE: Final = 90.0  # seconds; a busy machine is slow, not wrong
# Ends every transition, so that the colours that are looked at are the last ones.
SETTLE: Final = (
    "document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity)"
    ".forEach((one) => one.finish())"
)
# Remembers the newest stroke that was sent, for those who wait for its answer.
REMEMBER: Final = "addEventListener('rx-stroke', ({ detail }) => { window.sentStroke = detail.sequence })"

expect.set_options(timeout=1000 * PATIENCE)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The browser of this machine, for pytest-playwright."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium or Chrome here; install one or set CHROME to its path")
    return {"executable_path": path, "args": LAUNCH}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under CI a browser test that did not run has failed."""
    report = yield
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"a browser test did not run: {report.longrepr}"
    return report


@dataclass
class Visit:
    """A page, what it logged and whom it asked."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)


Open = Callable[..., Visit]


@pytest.fixture
def open_page(new_context: Callable[..., BrowserContext], server: str) -> Open:
    """Opens a path of the server: `open_page("/learn", "zh", "phone", "dark")`."""

    def opened(path: str, lang: str = "en", size: str = "desktop", theme: str = "light", **options: Any) -> Visit:
        width, height = SIZES[size]
        context = new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN" if lang == "zh" else "en-GB",
            color_scheme=theme,
            has_touch=size == "phone",
            **options,
        )
        context.set_default_timeout(1000 * PATIENCE)
        context.set_default_navigation_timeout(1000 * PATIENCE)
        context.add_init_script(REMEMBER)
        visit = Visit(context.new_page())
        visit.page.on("console", lambda message: complain(visit, message.type, message.text))
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.page.on("request", lambda request: visit.hosts.add(request.url.split("/")[2]))
        visit.page.goto(server + path)
        return visit

    return opened


@pytest.fixture(scope="session")
def trained(server: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """`trained("own")`: the name of a network of this kind that was trained in the lab, `run:<id>`."""
    done: dict[str, str] = {}

    def name(kind: str) -> str:
        if kind not in done:
            done[kind] = lab.train(server, kind, tmp_path_factory.mktemp(kind) / "pictures")
        return f"run:{done[kind]}"

    return name


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Let the page go on until something holds that is not on it: a request that comes, a list that fills."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it did not come to hold"
        page.wait_for_timeout(10)


def rested(page: Page) -> None:
    """Return when the page has drawn what follows from the last input, two frames later."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))")


def complain(visit: Visit, kind: str, text: str) -> None:
    """Keep what the console calls an error or a warning."""
    if kind in ("error", "warning") and "GPU stall" not in text and "WebGL" not in text:
        visit.complaints.append(f"{kind}: {text}")


def violations(page: Page, exclude: list[str] | None = None) -> list[str]:
    """The violations that axe-core finds, one line for each element: rule, element, what is missing."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    rested(page)
    page.evaluate(SETTLE)
    context = json.dumps({"exclude": [[place] for place in exclude or []]})
    found = page.evaluate(f"async () => (await axe.run({context})).violations")
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary'][:300]}" for rule in found for node in rule["nodes"]
    ]


def assert_silent(visit: Visit, server: str) -> None:
    """The page logged no error and asked nobody but its own server."""
    assert visit.complaints == []
    assert {host for host in visit.hosts if host} <= {server.split("/")[2]}
