"""Drawing: every way of putting ink on the sheet and taking it off, and that none of it is ever lost."""

import base64
import io
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import until
from tests.serving import Running, running

SEVEN = [(0.3, 0.25), (0.5, 0.25), (0.7, 0.25), (0.62, 0.45), (0.54, 0.65), (0.46, 0.85)]

INK = """async (canvas) => {
  for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame)
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  let ink = 0
  for (let at = 3; at < data.length; at += 4) ink += data[at]
  return ink / 255 / (data.length / 4)
}"""

PIXELS = """async (canvas) => {
  for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame)
  return canvas.toDataURL()
}"""

BRING = """([bytes, type, how]) => {
  const file = new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], 'picture', { type })
  const carried = new DataTransfer()
  carried.items.add(file)
  const sheet = document.querySelector('[data-testid=drawing]')
  const event = (name) =>
    how === 'paste'
      ? new ClipboardEvent(name, { clipboardData: carried, bubbles: true, cancelable: true })
      : new DragEvent(name, { dataTransfer: carried, bubbles: true, cancelable: true })
  if (how === 'drop') sheet.dispatchEvent(event('dragover'))
  sheet.dispatchEvent(event(how))
}"""


class Sheet:
    """The drawing surface of a page, and the hand that draws on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.surface = page.get_by_test_id("drawing")
        self.canvas = self.surface.locator("canvas")

    def ink(self) -> float:
        """The share of the sheet that is covered."""
        ink: float = self.canvas.evaluate(INK)
        return ink

    def pixels(self) -> str:
        pixels: str = self.canvas.evaluate(PIXELS)
        return pixels

    def draw(self, points: list[tuple[float, float]]) -> None:
        """One stroke of the mouse, points in parts of the sheet."""
        box = self.surface.bounding_box()
        assert box is not None
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
        mouse = self.page.mouse
        mouse.move(*places[0])
        mouse.down()
        for place in places[1:]:
            mouse.move(*place, steps=4)
        mouse.up()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def reaches(self, least: float, most: float) -> None:
        """Wait until so much of the sheet is covered."""
        self.canvas.wait_for()
        self.page.wait_for_function(
            f"""([least, most]) => ({INK})(document.querySelector('[data-testid=drawing] canvas'))
                .then((ink) => ink >= least && ink <= most)""",
            arg=[least, most],
        )


def picture(paper: int = 255, ink: int = 0, size: tuple[int, int] = (200, 100), kind: str = "PNG") -> bytes:
    """A picture of one thick upright line."""
    image = Image.new("L", size, paper)
    ImageDraw.Draw(image).line([(size[0] // 2, 10), (size[0] // 2, size[1] - 10)], fill=ink, width=12)
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


@pytest.fixture
def sheet(page: Page, untrained: Running) -> Sheet:
    """A page on which the demonstration has been cleared away."""
    page.emulate_media(reduced_motion="reduce")
    page.goto(untrained.url)
    sheet = Sheet(page)
    sheet.reaches(0.02, 1)
    sheet.press("Clear")
    sheet.reaches(0, 0)
    return sheet


def test_a_first_visit_is_shown_a_seven_that_draws_itself_and_gives_way_to_the_first_touch(
    page: Page, untrained: Running
) -> None:
    page.goto(untrained.url)
    sheet = Sheet(page)
    sheet.reaches(0.04, 0.2)
    sheet.draw([(0.1, 0.9), (0.12, 0.9)])
    sheet.reaches(0.001, 0.02)


def test_a_stroke_covers_what_it_passed_and_the_eraser_uncovers_it(sheet: Sheet) -> None:
    sheet.draw(SEVEN)
    drawn = sheet.ink()
    assert 0.04 < drawn < 0.2
    sheet.press("Eraser")
    sheet.draw([(0.3, 0.25), (0.7, 0.25)])
    assert 0.1 * drawn < sheet.ink() < 0.8 * drawn


def test_undo_redo_and_clear_bring_back_every_pixel(sheet: Sheet) -> None:
    empty = sheet.pixels()
    sheet.draw(SEVEN)
    one = sheet.pixels()
    sheet.draw([(0.35, 0.55), (0.7, 0.55)])
    two = sheet.pixels()
    sheet.press("Undo")
    assert sheet.pixels() == one
    sheet.press("Redo")
    assert sheet.pixels() == two
    sheet.press("Clear")
    assert sheet.pixels() == empty
    sheet.page.keyboard.press("Control+z")
    assert sheet.pixels() == two
    sheet.page.keyboard.press("Control+y")
    assert sheet.pixels() == empty


def test_the_keyboard_alone_draws_erases_and_undoes(sheet: Sheet) -> None:
    keyboard = sheet.page.keyboard
    sheet.surface.focus()
    keyboard.press("Space")
    for _ in range(4):
        keyboard.press("Shift+ArrowDown")
    keyboard.press("Escape")
    line = sheet.ink()
    assert line > 0.015
    keyboard.press("Shift+ArrowUp")
    assert sheet.ink() == line  # a lifted pen leaves no ink
    keyboard.press("e")
    keyboard.press("Enter")
    for _ in range(3):
        keyboard.press("Shift+ArrowUp")
    keyboard.press("Enter")
    assert sheet.ink() < line
    keyboard.press("Control+z")
    assert sheet.ink() == pytest.approx(line)
    keyboard.press("Delete")
    sheet.reaches(0, 0)


@pytest.mark.parametrize(("how", "kind"), [("upload", "PNG"), ("paste", "JPEG"), ("drop", "WebP")])
def test_a_picture_comes_in_by_every_door_and_fits_the_sheet(sheet: Sheet, how: str, kind: str) -> None:
    bytes_ = picture(kind=kind)
    media = f"image/{kind.lower()}"
    if how == "upload":
        sheet.page.locator("input[type=file]").set_input_files(
            {"name": f"line.{kind.lower()}", "mimeType": media, "buffer": bytes_}
        )
    else:
        sheet.page.evaluate(BRING, [base64.b64encode(bytes_).decode(), media, how])
    sheet.reaches(0.02, 0.04)  # a line of 12 by 80 in 200x200 covers 0.024
    sheet.press("Undo")
    sheet.reaches(0, 0)


def test_the_margins_of_a_dark_picture_are_dark(sheet: Sheet) -> None:
    bytes_ = picture(paper=0, ink=255)
    sheet.page.evaluate(BRING, [base64.b64encode(bytes_).decode(), "image/png", "paste"])
    sheet.reaches(0.96, 0.99)


def test_a_wrong_file_is_told_what_is_allowed_and_the_drawing_stays(sheet: Sheet) -> None:
    sheet.draw(SEVEN)
    drawn = sheet.pixels()
    for bytes_, media, says in [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", "PNG, JPEG or WebP"),
        (picture()[:60], "image/png", "may be damaged"),
        (b"hello", "text/plain", "PNG, JPEG or WebP"),
        (b"", "image/png", "may be damaged"),
    ]:
        sheet.page.evaluate(BRING, [base64.b64encode(bytes_).decode(), media, "drop"])
        expect(sheet.page.get_by_role("alert")).to_contain_text(says)
        assert sheet.pixels() == drawn


def test_a_sample_of_real_handwriting_is_put_on_the_sheet_and_can_be_drawn_on(sheet: Sheet) -> None:
    sheet.page.get_by_role("button", name="A handwritten 3").click()
    sheet.reaches(0.03, 0.4)
    three = sheet.ink()
    sheet.draw([(0.1, 0.1), (0.1, 0.9)])
    assert sheet.ink() > three


def test_a_reload_and_a_shared_address_show_the_same_drawing(sheet: Sheet, browser: Browser) -> None:
    sheet.page.get_by_role("button", name="A handwritten 3").click()
    sheet.reaches(0.03, 0.4)
    sheet.draw(SEVEN)
    drawn = sheet.ink()
    sheet.page.reload()
    sheet.reaches(drawn - 0.001, drawn + 0.001)
    with browser.new_context() as other:
        page = other.new_page()
        page.goto(sheet.page.url)
        Sheet(page).reaches(drawn - 0.002, drawn + 0.002)


def test_an_uploaded_picture_survives_a_reload(sheet: Sheet) -> None:
    sheet.page.evaluate(BRING, [base64.b64encode(picture()).decode(), "image/png", "paste"])
    sheet.reaches(0.02, 0.04)
    sheet.page.reload()
    sheet.reaches(0.02, 0.04)


@pytest.fixture
def restarted(weights: Path) -> Iterator[tuple[Running, Any]]:
    """A server of one's own, and the verb that stops it and starts it anew at the same address."""
    with ExitStack() as stack:
        first = stack.enter_context(ExitStack())
        server = first.enter_context(running(weights))

        def stop() -> Any:
            first.close()
            return lambda: stack.enter_context(running(weights, port=server.port))

        yield server, stop


def test_a_restarted_server_is_found_again_and_the_drawing_is_still_there(
    page: Page, restarted: tuple[Running, Any]
) -> None:
    server, stop = restarted
    page.emulate_media(reduced_motion="reduce")
    page.goto(server.url)
    sheet = Sheet(page)
    status = page.get_by_test_id("status")
    expect(status).to_have_attribute("data-status", "live")
    sheet.draw(SEVEN)
    drawn = sheet.pixels()
    start = stop()
    expect(status).to_have_attribute("data-status", "lost")
    assert sheet.pixels() == drawn
    sheet.draw([(0.35, 0.55), (0.7, 0.55)])
    drawn = sheet.pixels()
    start()
    expect(status).to_have_attribute("data-status", "live", timeout=60_000)
    assert sheet.pixels() == drawn


def test_what_leaves_for_the_server_is_black_on_white_in_the_dark_too(page: Page, untrained: Running) -> None:
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    sent: list[bytes] = []

    def listen(payload: str | bytes) -> None:
        if isinstance(payload, bytes):
            sent.append(payload)

    page.on("websocket", lambda socket: socket.on("framesent", listen))
    page.goto(untrained.url)
    sheet = Sheet(page)
    sheet.draw(SEVEN)
    sheet.reaches(0.04, 0.2)
    until(page, lambda: len(sent) > 0 and min(sent[-1][12:]) == 0)
    stroke = sent[-1]
    assert stroke[:4] == b"RX\x01\x01"
    assert len(stroke) == 12 + 112 * 112
    assert (max(stroke[12:]), min(stroke[12:])) == (255, 0)
    assert stroke[12] == 255  # the corner is paper
    assert sheet.canvas.evaluate("(canvas) => getComputedStyle(canvas).color") == "rgb(236, 234, 228)"


def test_a_finger_draws_without_scrolling_the_page_and_a_second_one_is_ignored(
    browser: Browser, untrained: Running
) -> None:
    with browser.new_context(
        viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True, reduced_motion="reduce"
    ) as context:
        page = context.new_page()
        page.goto(untrained.url)
        sheet = Sheet(page)
        sheet.surface.scroll_into_view_if_needed()
        before = page.evaluate("scrollY")
        box = sheet.surface.bounding_box()
        assert box is not None
        touch = context.new_cdp_session(page)

        def fingers(kind: str, *places: tuple[float, float]) -> None:
            points = [
                {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"], "id": finger}
                for finger, (x, y) in enumerate(places)
            ]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        fingers("touchStart", (0.5, 0.8))
        fingers("touchMove", (0.5, 0.6))
        fingers("touchStart", (0.5, 0.6), (0.1, 0.1))
        fingers("touchMove", (0.5, 0.3), (0.1, 0.9))
        fingers("touchEnd")
        one_line = sheet.ink()
        assert 0.02 < one_line < 0.06  # half the sheet long; the second finger's line would double it
        assert page.evaluate("scrollY") == before
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
