"""Markdown to HTML, and the markup that it can never become."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receptive.markup import render


def test_an_exhibit_on_its_own_line_becomes_a_figure() -> None:
    html = render('<rx-lenet model="lenet5-1998" layer="c3" map="0"></rx-lenet>')
    assert html == ('<figure class="exhibit"><rx-lenet model="lenet5-1998" layer="c3" map="0"></rx-lenet></figure>\n')


def test_an_exhibit_may_span_lines_and_close_itself() -> None:
    html = render('Text\n\n<rx-lenet\n  model="lenet5"\n  wide\n/>\n\nMore')
    assert '<figure class="exhibit"><rx-lenet model="lenet5" wide=""></rx-lenet></figure>' in html
    assert "<p>More</p>" in html


def test_an_exhibit_within_a_line_stays_in_it() -> None:
    assert render("See <rx-kernel name='a'/> and <rx-kernel name=\"sobel-x\"/>.") == (
        "<p>See &lt;rx-kernel name='a'/&gt; and <rx-kernel name=\"sobel-x\"></rx-kernel>.</p>\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<rx-lenet onclick="alert(1)"></rx-lenet>',
        '<rx-lenet style="position:fixed"></rx-lenet>',
        "<rx-lenet><script>alert(1)</script></rx-lenet>",
        '<iframe src="https://example.org"></iframe>',
        "<!-- hidden -->",
        ":::answer <b onclick=x>\n<script>y</script>\n:::",
        "$<img src=x onerror=alert(1)>$",
    ],
)
def test_other_html_is_shown_as_text(text: str) -> None:
    html = render(text)
    assert "<script" not in html
    assert "<img" not in html
    assert "<iframe" not in html
    assert "<rx-" not in html
    assert "<b " not in html
    assert "&lt;" in html


def test_a_link_cannot_run_a_script() -> None:
    assert "href" not in render("[x](javascript:alert(1))")


@settings(deadline=None)
@given(st.text(alphabet="<>rx-lenet =\"'/\n`$:a", max_size=80))
def test_no_text_becomes_an_element_that_markdown_does_not_know(text: str) -> None:
    html = render(text)
    known = re.compile(r"</?(p|rx-[a-z-]+|figure|pre|code|span|div|blockquote|ul|li|hr|br|ol|em|strong|h[1-6]|a)\b")
    for place in (index for index, sign in enumerate(html) if sign == "<"):
        assert known.match(html, place), html[place : place + 30]


def test_formulas_keep_their_source_for_the_browser_to_set() -> None:
    html = render("With $a < b$ and\n\n$$\n\\sum_i x_i\n$$\n")
    assert '<span class="formula inline">a &lt; b</span>' in html
    assert '<span class="formula block">\\sum_i x_i</span>' in html


def test_a_price_is_no_formula() -> None:
    assert "formula" not in render("It costs 3$ or 4$ a day.")


def test_headings_can_be_linked_to_in_any_script() -> None:
    html = render("## C1: the question\n\n## 输入图像\n")
    assert 'id="c1-the-question"' in html
    assert 'id="输入图像"' in html


def test_an_answer_is_folded_under_its_question() -> None:
    html = render(":::answer How many?\nAll of **them**.\n:::\n")
    assert '<details class="answer"><summary>How many?</summary>' in html
    assert "<strong>them</strong>" in html
    assert html.rstrip().endswith("</details>")


def test_tables_scroll_and_footnotes_are_gathered() -> None:
    html = render("| a | b |\n|---|--:|\n| 1 | 2 |\n\nText[^1]\n\n[^1]: Note\n")
    assert '<div class="table" tabindex="0" role="group"><table>' in html
    assert 'class="footnotes"' in html


def test_a_heading_leaves_its_name_to_the_exhibit_that_links_set() -> None:
    html = render(
        '## Loss\n\n<rx-classifier id="loss"></rx-classifier>\n\n## Prior\n\nAn <rx-lenet id="prior"></rx-lenet>.'
    )
    assert html.count('id="loss"') == html.count('id="prior"') == 1
    assert '<h2 id="loss-text"' in html
    assert '<rx-classifier id="loss">' in html
