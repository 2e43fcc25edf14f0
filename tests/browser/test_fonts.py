"""Which fonts a page fetches: English pages none of the Chinese ones, Chinese pages ours where the system has none."""

from typing import Final

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open, assert_silent

OURS: Final = "/noto-"  # in the address of a cut Chinese font
NEEDED: Final = """async (family) => {
  await document.fonts.ready;
  const used = new Set(document.body.innerText);
  const character = (point) => String.fromCodePoint(parseInt(point.trim().slice(2), 16));
  const points = (face) => face.unicodeRange.split(',').map(character);
  return [...document.fonts]
    .filter((face) => face.family.includes(family) && points(face).some((one) => used.has(one)))
    .map((face) => face.status);
}"""


def fetched(page: Page) -> list[str]:
    """The Chinese fonts that the page has fetched so far."""
    found: list[str] = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    return [address for address in found if OURS in address]


def without_system_fonts(page: Page, *families: str) -> None:
    """Leave the page no Chinese fonts but ours, whatever this machine has."""
    page.evaluate(
        "families => document.documentElement.style.setProperty('--font-sans', families)", ", ".join(families)
    )


@pytest.mark.parametrize("path", ["/", "/learn/convolution", "/train"])
def test_an_english_page_fetches_no_chinese_font(open_page: Open, server: str, path: str) -> None:
    visit = open_page(path)
    visit.page.wait_for_load_state("networkidle")
    visit.page.evaluate("document.fonts.ready")
    assert fetched(visit.page) == []
    assert_silent(visit, server)


def test_a_chinese_page_takes_our_font_where_the_system_has_none(open_page: Open, server: str) -> None:
    visit = open_page("/learn", "zh")
    page = visit.page
    without_system_fonts(page, "'Source Sans 3 Variable'", "'Receptive Sans SC'")
    page.wait_for_function(f"async () => {{ const all = await ({NEEDED})('Receptive Sans SC'); "
                           "return all.length > 0 && all.every((status) => status === 'loaded') }")  # fmt: skip
    assert fetched(page) != []
    assert_silent(visit, server)


def test_a_chinese_page_fetches_nothing_where_a_font_before_ours_has_the_characters(open_page: Open) -> None:
    page = open_page("/learn", "zh").page
    page.wait_for_load_state("networkidle")
    before = len(fetched(page))
    # A font that stands before ours and has everything: ours under another name, as the system's would be.
    page.evaluate("""async () => {
      const ours = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
        .filter((rule) => rule instanceof CSSFontFaceRule && rule.style.fontFamily.includes('Receptive Sans SC'));
      for (const { style, parentStyleSheet } of ours) {
        const source = new URL(/url\\("?([^")]+)/.exec(style.getPropertyValue('src'))[1], parentStyleSheet.href);
        const bytes = await (await fetch(`${source}?system`)).arrayBuffer();
        const face = new FontFace('As Installed', bytes, { unicodeRange: style.getPropertyValue('unicode-range') });
        document.fonts.add(await face.load());
      }
      document.documentElement.style.setProperty('--font-sans', "'As Installed', 'Receptive Serif SC'");
      document.documentElement.style.setProperty('--font-serif', "'As Installed', 'Receptive Serif SC'");
      void document.body.offsetHeight; // laid out with these families: what is missing is being fetched from here on
      await document.fonts.ready;
    }""")
    later = [address for address in fetched(page)[before:] if not address.endswith("?system")]
    assert later == []


def test_the_link_to_the_chinese_page_is_drawn_without_a_chinese_font(open_page: Open, server: str) -> None:
    visit = open_page("/learn")
    page = visit.page
    without_system_fonts(page, "'Source Sans 3 Variable'")
    page.wait_for_function("[...document.fonts].some((face) => face.family.includes('Receptive Language')"
                           " && face.status === 'loaded')")  # fmt: skip
    assert fetched(page) == []
    assert_silent(visit, server)
