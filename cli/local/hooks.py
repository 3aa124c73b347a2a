"""Event hooks of this folder's system."""

from __future__ import annotations

from typing import Any

from cli.opened import Opened, who
from web.acts.hooks import Hooks as Acts
from web.shown import hooks as shown

Row = dict[str, Any]


class Hooks:
    """See `web.shown.hooks`, `web.acts.hooks`; they raise what those raise."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def listing(self) -> list[Row]:
        """Every hook."""
        return shown.hooks(self._opened.tx)

    def calls(
        self, hook_id: int | None, state: str | None, text: str | None, limit: int, before: int | None
    ) -> Row:
        """``{calls, next}``, the newest first."""
        return shown.page(self._opened.tx, shown.Wanted(hook_id, state, text), limit, before)

    def retry(self, call_id: int) -> None:
        """Have a call tried with the next run."""
        Acts(self._opened.site, by=who()).retry(call_id)

    def pause(self, hook: str, reason: str | None) -> str:
        """Its name as it is written."""
        return Acts(self._opened.site, by=who()).pause(hook, reason)

    def resume(self, hook: str) -> str:
        """Its name as it is written."""
        return Acts(self._opened.site, by=who()).resume(hook)
