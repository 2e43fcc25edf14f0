"""From a lesson's Markdown to HTML: exhibits as elements, formulas for KaTeX, answers that fold."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.anchors import anchors_plugin
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

ATTRIBUTE: Final = re.compile(r"""\s+([a-z][a-z0-9-]*)(?:="([^"<>]*)")?""", re.ASCII)
EXHIBIT: Final = re.compile(rf"<(rx-[a-z0-9-]+)((?:{ATTRIBUTE.pattern})*)\s*(?:/>|>\s*</\1>)", re.ASCII)
FORBIDDEN: Final = ("on", "style", "src", "href")  # how an attribute may not begin


def render(text: str) -> str:
    """The HTML of a lesson's body, safe to show whoever wrote it: HTML in it is text, but for `<rx-…>` elements."""
    html: str = parser().render(text)
    return html


def slug(text: str) -> str:
    """The slug of a heading, in letters of any script, the target of `#…` links."""
    return re.sub(r"[^\w]+", "-", text.lower()).strip("-")


@cache
def parser() -> MarkdownIt:
    """The parser of every lesson."""
    markdown = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable(["table", "strikethrough"])
    markdown.use(anchors_plugin, max_level=3, slug_func=slug)
    markdown.use(footnote_plugin)
    markdown.use(dollarmath_plugin, allow_space=False, allow_digits=False, renderer=formula, label_normalizer=None)
    markdown.use(container_plugin, name="answer", render=answer)
    markdown.block.ruler.before("paragraph", "exhibit", exhibit_block, {"alt": ["paragraph"]})
    markdown.inline.ruler.before("autolink", "exhibit", exhibit_inline)
    markdown.core.ruler.push("apart", apart)
    markdown.add_render_rule("exhibit", render_exhibit)
    markdown.add_render_rule("table_open", open_table)
    markdown.add_render_rule("table_close", close_table)
    return markdown


def apart(state: StateCore) -> None:
    """Headings called like an exhibit leave it the name, for links that set it; theirs goes on with `-text`."""
    every = [token for block in state.tokens for token in (block, *(block.children or ()))]
    taken = {token.attrs.get("id") for token in every if token.type == "exhibit"}
    for token in state.tokens:
        if token.type == "heading_open" and token.attrs.get("id") in taken:
            token.attrs["id"] = f"{token.attrs['id']}-text"


def formula(content: str, options: dict[str, Any]) -> str:
    """TeX source in the element that the browser renders; without a browser it can still be read."""
    shape = "block" if options["display_mode"] else "inline"
    return f'<span class="formula {shape}">{escapeHtml(content.strip())}</span>'


def answer(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """A folded answer: `:::answer What to press`."""
    token = tokens[index]
    if token.nesting < 0:
        return "</div></details>\n"
    words = token.info.strip().removeprefix("answer").strip() or "?"
    return f'<details class="answer"><summary>{escapeHtml(words)}</summary><div>\n'


def element(match: re.Match[str]) -> tuple[str, dict[str, str]] | None:
    """The name and attributes of an exhibit; None where an attribute is not allowed."""
    attributes = dict(ATTRIBUTE.findall(match[2]))
    if any(name.startswith(FORBIDDEN) for name in attributes):
        return None
    return match[1], attributes


def exhibit_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """An exhibit on lines of its own."""
    first = state.bMarks[start] + state.tShift[start]
    if not state.src.startswith("<rx-", first):
        return False
    match = EXHIBIT.match(state.src, first)
    if match is None or (parsed := element(match)) is None:
        return False
    last = state.src.count("\n", first, match.end()) + start
    if state.src[match.end() : state.eMarks[last]].strip():
        return False
    if not silent:
        token = state.push("exhibit", parsed[0], 0)
        token.attrs, token.block, token.map = dict(parsed[1]), True, [start, last + 1]
        state.line = last + 1
    return True


def exhibit_inline(state: StateInline, silent: bool) -> bool:
    """An exhibit within a line of text."""
    if not state.src.startswith("<rx-", state.pos):
        return False
    match = EXHIBIT.match(state.src, state.pos)
    if match is None or (parsed := element(match)) is None:
        return False
    if not silent:
        token = state.push("exhibit", parsed[0], 0)
        token.attrs = dict(parsed[1])
    state.pos = match.end()
    return True


def render_exhibit(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """The element itself, in a figure where it stands alone."""
    token = tokens[index]
    attributes = "".join(f' {name}="{escapeHtml(str(value))}"' for name, value in token.attrs.items())
    html = f"<{token.tag}{attributes}></{token.tag}>"
    return f'<figure class="exhibit">{html}</figure>\n' if token.block else html


def open_table(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """A table in a box that scrolls sideways by touch and by keyboard, where the page is too narrow."""
    return '<div class="table" tabindex="0" role="group"><table>\n'


def close_table(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """The end of that box."""
    return "</table></div>\n"
