"""Zones and domains of a system elsewhere."""

from __future__ import annotations

from typing import Any, Literal

from cli.paged import paged
from cli.remote.connection import Connection

Row = dict[str, Any]


class Names:
    """As `cli.local.names.Names`. All raise Refusal."""

    def __init__(self, connection: Connection) -> None:
        self._at = connection

    def zones(self, search: str, show: str, limit: int) -> list[Row]:
        """The zones that fit, by name."""
        return self._listing("zones", search, show, limit)

    def domains(self, search: str, show: str, limit: int) -> list[Row]:
        """The domains that fit, by name."""
        return self._listing("domains", search, show, limit)

    def _listing(self, part: Literal["zones", "domains"], search: str, show: str, limit: int) -> list[Row]:
        def page(cursor: int | None, count: int) -> Row:
            found = self._at.get(part, q=search or None, show=show, limit=count, cursor=cursor)
            return {part: self._at.rows(found, part), "next": self._at.value(found, "next")}

        return paged(page, part, limit)
