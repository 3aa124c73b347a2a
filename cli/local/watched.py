"""Servers and checks of this folder's system."""

from __future__ import annotations

from typing import Any

from cli.opened import Opened
from web.shown import checks, servers

Row = dict[str, Any]


class Watched:
    """See `web.shown.servers`, `web.shown.checks`; they raise what those raise."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def servers(self) -> list[Row]:
        """Every server."""
        return servers.listing(self._opened.tx, self._opened.now)

    def checks(self, search: str, state: str) -> list[Row]:
        """The checks that fit."""
        return checks.chosen(checks.listing(self._opened.tx), q=search, state=state)
