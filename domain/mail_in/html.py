"""The plain text of an HTML mail: what a reader sees, without scripts, styles or anything from elsewhere.

A scanner of its own, which looks at each letter once: `html.parser` takes minutes over what is made for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

#: Characters of HTML that are read.
LONGEST = 1_000_000
_SILENT = {"script", "style", "head", "title", "template", "noscript", "svg", "object", "iframe"}
_BREAKS = {"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "pre", "hr"}
_TAG = re.compile(r"(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_LINK = re.compile(r"""\bhref\s?=\s?["']?(https?://[^"'\s>]{1,500})""", re.IGNORECASE)


def to_text(html: str) -> str:
    """The text; what is quoted begins with ``> ``, a link has its address behind it."""
    page = _Page()
    for kind, said in _pieces(html[:LONGEST]):
        if kind == "tag":
            page.tag(said)
        else:
            page.text(said)
    page.line()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(page.lines)).strip()


class _Page:
    """The lines of a page, as they come."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._now: list[str] = []
        self._silent = ""
        self._quoted = 0
        self._link = ""

    def text(self, said: str) -> None:
        if not self._silent:
            self._now.append(unescape(said))

    def tag(self, said: str) -> None:
        match = _TAG.match(said)
        if match is None:
            return
        ends, name = bool(match[1]), match[2].lower()
        if self._silent:
            self._silent = "" if ends and name == self._silent else self._silent
        elif name in _SILENT and not ends and not said.endswith("/"):
            self._silent = name
        elif name in _BREAKS:
            self.line()
        elif name == "blockquote":
            self.line()
            self._quoted = max(0, self._quoted + (-1 if ends else 1))
        elif name == "a":
            if ends and self._link and self._link not in self._now:
                self._now.append(f" <{self._link}>")
            link = None if ends else _LINK.search(said[:2_000])
            self._link = unescape(link[1]) if link else ""

    def line(self) -> None:
        """End the line at hand."""
        text = " ".join("".join(self._now).split())
        self._now = []
        if text or (self.lines and self.lines[-1].strip("> ")):
            self.lines.append(f"{'> ' * min(self._quoted, 5)}{text}".rstrip())


def _pieces(html: str) -> Iterator[tuple[str, str]]:
    """(``text`` or ``tag``, what it says), in order; what never ends is text, a comment is nothing."""
    at, end = 0, len(html)
    closes = True  # whether there is any > ahead: each look for one costs all the rest
    while at < end:
        start = html.find("<", at)
        if start < 0 or not closes:
            yield "text", html[at:]
            return
        if start > at:
            yield "text", html[at:start]
        if html.startswith("<!--", start):
            stop = html.find("-->", start + 4)
            if stop < 0:
                return
            at = stop + 3
            continue
        stop = html.find(">", start)
        if stop < 0:
            closes, at = False, start
            continue
        if _TAG.match(html, start + 1) or html[start + 1 : start + 2] in ("!", "?"):
            yield "tag", html[start + 1 : stop]
            at = stop + 1
        else:
            yield "text", "<"
            at = start + 1
