"""Servers and checks of a system elsewhere."""

from __future__ import annotations

from typing import Any

from cli.remote.connection import Connection

Row = dict[str, Any]


class Watched:
    """As `cli.local.watched.Watched`. All raise Refusal."""

    def __init__(self, connection: Connection) -> None:
        self._at = connection

    def servers(self) -> list[Row]:
        """Every server."""
        return self._at.rows(self._at.get("servers"), "servers")

    def checks(self, search: str, state: str) -> list[Row]:
        """The checks that fit."""
        return self._at.rows(self._at.get("checks", q=search, state=state), "checks")
