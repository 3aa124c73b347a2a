"""The tables of usage reports: each kind's own rows, over a span, of the site or one organisation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

from domain.report.period import Span
from domain.report.schedule import Limits
from domain.report.table import Cell, Table
from domain.report.usage_kinds import UsageKind
from store import database
from store.tx import Tx

_BELOW = """
    WITH RECURSIVE below (id, name) AS (
        SELECT id, name FROM organisation WHERE id = ?
        UNION
        SELECT o.id, o.name FROM organisation o JOIN below b ON o.parent_id = b.id
    )
    SELECT id, name FROM below"""


@dataclass(frozen=True)
class Asked:
    """What the rows are to be of; `organisations`: id -> name of the only ones that count, None: all."""

    kind: UsageKind
    over: Span
    zone: ZoneInfo
    now: float
    limits: Limits
    organisations: dict[int, str] | None = None

    def is_of(self, organisation_id: int | None) -> bool:
        """Whether what belongs to this organisation (None: to nobody) is asked for."""
        return self.organisations is None or organisation_id in self.organisations

    def clock(self, at: float | None) -> str | None:
        """An instant as the clocks of the zone show it; with the offset, as an hour comes twice in autumn."""
        return None if at is None else datetime.fromtimestamp(at, self.zone).isoformat(" ", "seconds")

    def table(self, rows: Iterable[tuple[Cell, ...]]) -> Table:
        """These rows under the headings of the kind."""
        return Table(self.kind.headings, list(rows))


def below(tx: Tx, organisation_id: int | None) -> dict[int, str] | None:
    """id -> name of an organisation and all those below it; None for no organisation."""
    return None if organisation_id is None else {row[0]: row[1] for row in tx.all(_BELOW, (organisation_id,))}


def answer(
    kind: UsageKind, organisation_id: int | None, over: Span, zone: ZoneInfo, now: float, limits: Limits
) -> Table:
    """The table of a kind, cut to the most rows of a report, which it says then."""
    asked = Asked(kind, over, zone, now, limits, below(database.read(), organisation_id))
    module, _, function = kind.rows.partition(":")
    found: Any = getattr(import_module(module), function)(asked)
    made: Table = found
    if len(made.rows) <= limits.most_rows:
        return made
    limit = f"only the first {limits.most_rows} rows are here: that is the limit of a report"
    return replace(made, rows=made.rows[: limits.most_rows], limit=limit)
