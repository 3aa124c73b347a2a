"""Does a browser build from each template what it says? It ends a paragraph before any block."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from web.pages.render import TEMPLATES

BLOCK = re.compile("details|div|dl|fieldset|form|h[1-3]|nav|ol|p|pre|section|table|ul")
#: What Jinja makes of itself.
JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)


class Paragraphs(HTMLParser):
    """Finds blocks in paragraphs: the browser would put them outside."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not BLOCK.fullmatch(tag):
            return
        if self._open:
            self.found.append(f"line {self.getpos()[0]}: <{tag}> in the <p> of line {self._open}")
        self._open = self.getpos()[0] if tag == "p" else 0

    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            self._open = 0


@pytest.mark.parametrize("name", sorted(path.name for path in TEMPLATES.glob("*.html")))
def test_no_block_stands_in_a_paragraph(name: str) -> None:
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    parser = Paragraphs()
    parser.feed(JINJA.sub(lambda found: "\n" * found[0].count("\n"), text))
    assert parser.found == []
