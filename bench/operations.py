"""The convolution exhibit in a real Chromium: from a control to the painted frame, sliding, and what a drag sends."""

from collections.abc import Iterator
from itertools import pairwise
from statistics import median
from typing import Any, Final

from playwright.sync_api import Locator, Page, sync_playwright

from bench.page import idle_interval
from bench.report import Row
from bench.servers import receptive
from tests.browser.chromium import LAUNCH, find_chromium

PHOTO_BUDGET: Final = 50  # milliseconds
CHANGES: Final = 60
SLIDING: Final = 4000  # milliseconds

SMALL: Final = "input=random&size=16&kernel=gaussian&kernel-size=3&padding=same"
PHOTO: Final = "input=photo:china&size=256&kernel=gaussian&kernel-size=3&padding=same"

# Requests under way and values sent, as the page itself sees them.
COUNT = """() => {
  const seen = { sent: 0, under: 0, most: 0 };
  const fetched = window.fetch;
  window.fetch = async (...asked) => {
    if (!String(asked[0]).includes('/operations/')) return fetched(...asked);
    seen.sent += 1;
    seen.most = Math.max(seen.most, ++seen.under);
    try { return await fetched(...asked); } finally { seen.under -= 1; }
  };
  window.seen = seen;
}"""

# A new value at the beginning of a frame, which is where a browser hands over a moving pointer; then the task after
# that frame was painted. A frame that does not show it yet does not count: the next one is waited for.
CHANGE = """async (slider, { changes, lowest, step }) => {
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
  const figure = slider.getRootNode().querySelector('[data-testid=figure]');
  const painted = () => new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = done;
    port2.postMessage(null);
  });
  const frame = () => new Promise((begins) => requestAnimationFrame(begins));
  const taken = [];
  for (let index = 0; index < changes; index += 1) {
    await new Promise((rest) => setTimeout(rest, 60));
    let shown = false;
    const watch = new MutationObserver(() => (shown = true));
    watch.observe(figure, { subtree: true, childList: true, characterData: true, attributes: true });
    await frame();
    const begun = performance.now();
    set.call(slider, String(lowest + step * (index % 20)));
    slider.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
    await painted();
    while (!shown) {
      await frame();
      await painted();
    }
    taken.push(performance.now() - begun);
    watch.disconnect();
  }
  return taken;
}"""

DRAG = """(slider, { changes, lowest, step }) => new Promise((done) => {
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
  let index = 0;
  const move = () => {
    set.call(slider, String(lowest + step * (index % 20)));
    slider.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
    index += 1;
    if (index < changes) requestAnimationFrame(move); else done();
  };
  move();
})"""

FRAMES = """(milliseconds) => new Promise((done) => {
  const times = [];
  const tick = (now) => {
    times.push(now);
    if (now - times[0] < milliseconds) requestAnimationFrame(tick); else done(times);
  };
  requestAnimationFrame(tick);
})"""

SIGMA: Final = {"changes": CHANGES, "lowest": 0.5, "step": 0.1}


def opened(page: Page, url: str, attributes: str) -> Locator:
    """The exhibit with the server's answer on it, and its slider for sigma."""
    page.goto(f"{url}/exhibits/convolution?{attributes}")
    settled(page)
    page.get_by_test_id("more-kernel").click()
    slider = page.get_by_label("Sigma")
    slider.wait_for()
    slider.evaluate(CHANGE, {**SIGMA, "changes": 10})
    return slider


def settled(page: Page) -> None:
    """The newest values are the server's."""
    page.locator("[data-testid=figure][data-answered=true]").wait_for()


def changes(page: Page, url: str, interval: float) -> Iterator[Row]:
    """From a slider's new value to the painted frame."""
    what = "a control's change to painted frame, median / p95"
    for name, attributes, budget, limit in (
        ("16x16", SMALL, "one display frame", interval),
        ("256x256 photo", PHOTO, f"under {PHOTO_BUDGET} ms", float(PHOTO_BUDGET)),
    ):
        taken = sorted(opened(page, url, attributes).evaluate(CHANGE, SIGMA))
        middle, late = median(taken), taken[int(0.95 * len(taken))]
        floor = f"display interval {interval:.1f} ms"
        measured = f"{middle:.1f} / {late:.1f} ms"
        yield Row("operations", f"{name}: {what}", measured, floor, middle / interval, budget, middle <= limit)


def sliding(page: Page, url: str, interval: float) -> Iterator[Row]:
    """The share of the display's frames that a playing window meets."""
    for name, attributes in (("16x16", SMALL), ("256x256 photo", PHOTO)):
        page.goto(f"{url}/exhibits/convolution?{attributes}")
        settled(page)
        page.get_by_test_id("player-speed").select_option("16")
        page.get_by_test_id("player-play").click()
        gaps = [after - before for before, after in pairwise(page.evaluate(FRAMES, SLIDING))]
        met = sum(gap < 1.5 * interval for gap in gaps) / len(gaps)
        measured = f"{100 * met:.0f} %"
        yield Row(
            "operations",
            f"{name}: display frames met while sliding",
            measured,
            f"{len(gaps)} frames",
            None,
            "95 %",
            met >= 0.95,
        )


def dragging(page: Page, url: str) -> Row:
    """The requests of a drag: one at a time, the newest value last."""
    slider = opened(page, url, PHOTO)
    settled(page)
    page.evaluate(COUNT)
    slider.evaluate(DRAG, SIGMA)
    settled(page)
    seen: dict[str, Any] = page.evaluate("() => window.seen")
    measured = f"{CHANGES} values dragged, {seen['sent']} sent, at most {seen['most']} under way"
    return Row("operations", "a dragged slider", measured, budget="one under way", met=seen["most"] <= 1)


def measure() -> Iterator[Row]:
    """One visit with everything on it."""
    with receptive() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=LAUNCH)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto("about:blank")
        interval = idle_interval(page)
        yield from changes(page, server.url, interval)
        yield from sliding(page, server.url, interval)
        yield dragging(page, server.url)
        browser.close()
