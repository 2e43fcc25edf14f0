"""The draw page in a real Chromium: its weight, when it can be used, and how drawing keeps up with the display."""

from collections.abc import Iterator
from itertools import pairwise

from playwright.sync_api import Page, sync_playwright

from bench.report import Row
from bench.servers import receptive
from tests.browser.chromium import LAUNCH, find_chromium

WATCH = """() => {
  const seen = { strokes: new Map(), latencies: [], frames: [] };
  addEventListener('rx-stroke', ({ detail }) => seen.strokes.set(detail.sequence, detail.time));
  addEventListener('rx-painted', ({ detail }) => {
    const begun = seen.strokes.get(detail.sequence);
    if (begun !== undefined) seen.latencies.push(performance.now() - begun);
    seen.strokes.delete(detail.sequence);
  });
  const tick = (now) => { seen.frames.push(now); seen.frame = requestAnimationFrame(tick); };
  seen.frame = requestAnimationFrame(tick);
  window.seen = seen;
}"""


def idle_interval(page: Page) -> float:
    """The display's interval in ms, from an empty page's own frames."""
    times = page.evaluate(
        "() => new Promise(done => { const t = []; const f = n => t.push(n) < 60 ? requestAnimationFrame(f) : done(t);"
        " requestAnimationFrame(f); })"
    )
    gaps = sorted(after - before for before, after in pairwise(times))
    return float(gaps[len(gaps) // 2])


def draw_without_pause(page: Page, rounds: int) -> None:
    """Zigzag over the canvas with real mouse events, as fast as the browser takes them."""
    box = page.get_by_test_id("drawing").bounding_box()
    assert box
    x, y, side = box["x"], box["y"], min(box["width"], box["height"])
    page.mouse.move(x + 0.25 * side, y + 0.25 * side)
    page.mouse.down()
    for step in range(rounds):
        along = (step % 24) / 24
        page.mouse.move(x + (0.25 + 0.5 * along) * side, y + (0.25 + 0.02 * (step // 24 % 25)) * side, steps=2)
    page.mouse.up()


def measure() -> Iterator[Row]:
    """One visit: load, draw for some seconds, read what the page itself saw."""
    with receptive() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=LAUNCH)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto("about:blank")
        interval = idle_interval(page)
        sizes: list[int] = []
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
        page.goto(server.url)
        page.get_by_test_id("drawing").wait_for()
        usable = page.evaluate("() => performance.now()")
        page.wait_for_load_state("networkidle")
        weight = sum(sizes) / 1000
        yield Row("page", "weight as transferred", f"{weight:.0f} KB", budget="under 250 KB", met=weight < 250)
        yield Row("page", "usable after", f"{usable:.0f} ms", budget="under 1,000 ms", met=usable < 1000)
        page.wait_for_timeout(2500)
        page.evaluate(WATCH)
        draw_without_pause(page, 400)
        seen = page.evaluate("() => ({ latencies: seen.latencies, frames: seen.frames })")
        browser.close()
    latencies = sorted(seen["latencies"])
    gaps = [after - before for before, after in pairwise(seen["frames"])]
    met = sum(gap < 1.5 * interval for gap in gaps) / len(gaps)
    yield Row(
        "page",
        "pointer event to painted frame, median / p95",
        f"{latencies[len(latencies) // 2]:.1f} / {latencies[int(0.95 * len(latencies))]:.1f} ms",
        f"display interval {interval:.1f} ms",
        latencies[len(latencies) // 2] / interval,
    )
    yield Row("page", "display frames met while drawing without a pause", f"{100 * met:.0f} %", f"{len(gaps)} frames")
