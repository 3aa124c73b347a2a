"""Zones and domains of this folder's system."""

from __future__ import annotations

from typing import Any

from cli.opened import Opened
from cli.paged import paged
from web.shown import domains, zones

Row = dict[str, Any]


class Names:
    """See `web.shown.zones`, `web.shown.domains`."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def zones(self, search: str, show: str, limit: int) -> list[Row]:
        """The zones that fit, by name."""
        site, tx = self._opened.site, self._opened.tx
        return paged(
            lambda cursor, count: zones.page(site, tx, text=search, show=show, limit=count, cursor=cursor),
            "zones",
            limit,
        )

    def domains(self, search: str, show: str, limit: int) -> list[Row]:
        """The domains that fit, by name."""
        site, tx = self._opened.site, self._opened.tx
        return paged(
            lambda cursor, count: domains.page(site, tx, text=search, show=show, limit=count, cursor=cursor),
            "domains",
            limit,
        )
