"""Services of this folder's system: how they are, and their edits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cli.opened import Opened, who
from web.acts import machines
from web.acts.edits import Edits
from web.acts.named import find
from web.shown import services as shown
from web.shown.preview import preview

Row = dict[str, Any]


class Services:
    """See `web.shown.services`, `web.acts.edits`; they raise what those raise."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._site = opened.site

    def listing(self) -> list[Row]:
        """Every service."""
        return shown.listing(self._site, self._opened.tx_or_none)

    def one(self, words: str) -> Row:
        """The service of this name, title or alias, with all there is to know of it."""
        return shown.one(self._site, self._opened.tx_or_none, find(self._site, words).name)

    def preview(self, words: str, changes: Mapping[str, Any], count: int) -> Row:
        """What an edit would come to, with the next `count` starts."""
        return preview(self._site, self._opened.tx_or_none, words, changes, count)

    def change(self, words: str, changes: Mapping[str, Any], reason: str | None) -> str:
        """Edit it; its name."""
        return self._edits(reason).change(words, **changes)

    def enable(self, words: Sequence[str], reason: str | None) -> dict[str, bool]:
        """By name, False for one that was enabled."""
        return self._edits(reason).enable(words)

    def disable(self, words: Sequence[str], reason: str | None) -> dict[str, bool]:
        """By name, False for one that was disabled."""
        return self._edits(reason).disable(words)

    def pause(self, words: Sequence[str], until: float | None, reason: str | None) -> dict[str, bool]:
        """By name, False for one that was paused; no words: all."""
        return self._edits(reason).pause(words, until)

    def resume(self, words: Sequence[str], reason: str | None) -> dict[str, bool]:
        """By name, False for one that was not paused; no words: all."""
        return self._edits(reason).resume(words)

    def logging(self, words: str, on: bool, until: float | None) -> dict[str, bool]:
        """By name, False if it was so."""
        return self._edits(None).logging(words, on, until)

    def maintenance(self, on: bool, reason: str | None) -> bool:
        """False if it was so."""
        return self._edits(reason).maintenance(on)

    def restart(self, words: str, node: str | None, reason: str | None) -> int:
        """How many processes of a daemon are replaced."""
        return machines.restart(self._site, words, by=who(), at=node, reason=reason)

    def _edits(self, reason: str | None) -> Edits:
        return Edits(self._site, by=who(), reason=reason)
