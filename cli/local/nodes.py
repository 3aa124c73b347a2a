"""Nodes and run groups of this folder's system."""

from __future__ import annotations

from typing import Any

from cli.opened import Opened, who
from web.acts import machines
from web.shown import groups, nodes

Row = dict[str, Any]


class Nodes:
    """See `web.shown.nodes`, `web.shown.groups`, `web.acts.machines`; they raise what those raise."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._site = opened.site

    def listing(self) -> list[Row]:
        """Every node."""
        return nodes.listing(self._opened.tx)

    def groups(self) -> list[Row]:
        """Every run group with its holder and those who wait."""
        return groups.listing(self._site, self._opened.tx)

    def drain(self, name: str, timeout: float | None, reason: str | None) -> float:
        """Until when (epoch seconds) what runs may go on."""
        return machines.drain(self._site, name, by=who(), timeout=timeout, reason=reason)

    def undrain(self, name: str, reason: str | None) -> bool:
        """False if it was not draining."""
        return machines.undrain(self._site, name, by=who(), reason=reason)

    def resize(self, name: str, processes: int, threads: int, reason: str | None) -> None:
        """Give it so many worker processes and threads."""
        machines.resize(self._site, name, processes, threads, by=who(), reason=reason)
