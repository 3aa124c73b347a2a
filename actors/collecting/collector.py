"""A collector as its object says it, with the folders it works on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Collector:
    """`folder` is where files come; `finished_after`: seconds without a change."""

    id: int
    name: str
    gateway: str
    gateway_id: int
    folder: Path
    mask: str
    format: str
    zone: ZoneInfo
    finished_after: float
    archive: Path
    quarantine: Path

    @classmethod
    def of(cls, row: Mapping[str, Any], gateway: Mapping[str, Any], data: Path) -> Collector:
        """From the rows of the objects; what is not absolute lies below `data`."""
        folder = data / row["folder"]
        archive = data / row["archive"] if row["archive"] else folder.parent / "archive" / folder.name
        return cls(
            id=row["id"],
            name=row["name"],
            gateway=gateway["name"],
            gateway_id=gateway["id"],
            folder=folder,
            mask=row["mask"],
            format=row["format"],
            zone=ZoneInfo(row["zone"] or gateway["zone"] or "UTC"),
            finished_after=float(row["finished_after"]),
            archive=archive,
            quarantine=folder.parent / "quarantine" / folder.name,
        )

    def archive_of(self, now: datetime) -> Path:
        """Where files go that were read today."""
        return self.archive / now.date().isoformat()


def enabled(data: Path) -> list[Collector]:
    """Those that are switched on, of gateways that are and whose calls come by files."""
    from store import database
    from store.object import read

    tx = database.read()
    found = read.live(tx, "gateway", enabled=True)
    gateways = {row["id"]: row for row in found if row["source_of_record"] != "radius"}
    rows = read.live(tx, "collector", enabled=True)
    return [
        Collector.of(row, gateways[row["gateway_id"]], data) for row in rows if row["gateway_id"] in gateways
    ]
