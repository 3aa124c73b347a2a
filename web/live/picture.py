"""What one page shows now, and what has changed of it since a page last heard."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

from markupsafe import Markup

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Picture:
    """The live part of a page.

    `parts` is the HTML of each element that can change alone, by its id. `layout` differs when parts
    come, go or change places; then the whole `container` is sent anew, as `whole` writes it.
    """

    container: str
    parts: Mapping[str, str]
    whole: Callable[[str], str]
    layout: Hashable = None


class Track:
    """The last picture of a view, and since which mark each part of it is as it is.

    A mark is a text "START.N": START tells processes apart, N grows with every change.
    """

    def __init__(self, start: str) -> None:
        self._start = start
        self._numbers = count(1)
        self._last = 0
        self._picture: Picture | None = None
        self._layout_since = 0
        self._since: dict[str, int] = {}
        self._extra: dict[str, str] = {}

    @property
    def mark(self) -> str:
        """Of the newest change."""
        return f"{self._start}.{self._last}"

    def show(self, picture: Picture) -> bool:
        """Take over a new picture; True if anything differs."""
        before = self._picture
        if before is not None and before.layout == picture.layout and before.parts == picture.parts:
            return False
        self._last = next(self._numbers)
        if before is None or before.layout != picture.layout:
            self._layout_since = self._last
        known = {} if before is None else before.parts
        for name, html in picture.parts.items():
            if known.get(name) != html:
                self._since[name] = self._last
        self._picture = picture
        return True

    def say(self, name: str, html: str) -> bool:
        """Show an element outside the picture, such as that the database is away; True if it differs."""
        if self._extra.get(name, "") == html:
            return False
        self._extra[name] = html
        self._last = self._since[name] = next(self._numbers)
        return True

    def changes(self, mark: str) -> list[tuple[str, str]]:
        """What a page that is at `mark` must swap in: (mark, HTML with its target), oldest first."""
        seen = self._seen(mark)
        found = [(self._since[name], name, html) for name, html in self._extra.items()]
        if self._picture is not None and seen < self._layout_since:
            found.append((self._last, self._picture.container, self._picture.whole(self.mark)))
        elif self._picture is not None:
            found += [(self._since[name], name, html) for name, html in self._picture.parts.items()]
        new = sorted(each for each in found if each[0] > seen)
        return [(f"{self._start}.{number}", _swapped(name, html)) for number, name, html in new]

    def _seen(self, mark: str) -> int:
        start, _, number = mark.rpartition(".")
        return int(number) if start == self._start and number.isascii() and number.isdigit() else 0


def _swapped(name: str, html: str) -> str:
    """HTML that htmx puts in the place of the element `name`."""
    style = "outerMorph" if name != "table" else "outerHTML"
    opened = Markup('<hx-partial hx-target="#{}" hx-swap="{}">').format(name, style)
    return f"{opened}{html}</hx-partial>"


@dataclass
class Once:
    """Answers that several views share during one look at the database."""

    _known: dict[str, object] = field(default_factory=dict)

    def __call__(self, name: str, read: Callable[[], Answer]) -> Answer:
        """The answer of this name, read at most once."""
        if name not in self._known:
            self._known[name] = read()
        return self._known[name]  # type: ignore[return-value]
