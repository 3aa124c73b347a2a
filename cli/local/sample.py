"""The sample of this folder's system."""

from __future__ import annotations

from typing import Any

from cli.opened import Opened, who
from web.acts.sample import Sample as Acts

Row = dict[str, Any]


class Sample:
    """See `web.acts.sample`; they raise what that raises."""

    def __init__(self, opened: Opened) -> None:
        self._site = opened.site

    def load(self, name: str, reason: str | None) -> Row:
        """How many objects of each kind there are now, and what was switched on."""
        return Acts(self._site, by=who(), reason=reason).load(name).shown()

    def clear(self, reason: str | None) -> Row:
        """How many objects of each kind went, and what stays."""
        return Acts(self._site, by=who(), reason=reason).clear().shown()
