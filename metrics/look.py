"""One look at the database for all readers: the moment, the zone, and what several of them need."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from store.measure import nodes, services
from store.tx import Tx


@dataclass(frozen=True)
class Look:
    """`kinds` are the job kinds that are known, `now` is in UTC epoch seconds."""

    tx: Tx
    now: float
    zone: ZoneInfo
    kinds: tuple[str, ...] = ()

    @cached_property
    def services(self) -> list[dict[str, Any]]:
        """The rows of the services that are present."""
        return services.services(self.tx)

    @cached_property
    def nodes(self) -> list[dict[str, Any]]:
        """The rows of the nodes that have not left."""
        return nodes.nodes(self.tx)

    def rests(self, row: dict[str, Any]) -> bool:
        """True while a service is paused."""
        return row["paused_at"] is not None and (
            row["paused_until"] is None or bool(row["paused_until"] > self.now)
        )
