"""What requests need to know before they become runs, in one round trip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from store.tx import Statement, Tx, marks

_COLUMNS = (
    "name",
    "title",
    "kind",
    "missing",
    "present",
    "enabled",
    "instances",
    "roles",
    "run_groups",
    "priority",
)
_SERVICES = f"SELECT {', '.join(_COLUMNS)} FROM service WHERE name IN ({{names}})"

#: PostgreSQL draws the ids of runs that may be inserted; SQLite gives one when it inserts.
_IDS = "SELECT nextval(pg_get_serial_sequence('run', 'id')) FROM generate_series(1, ?)"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What makes two requests ask for the same; ``for_node`` is "" where any node will do."""

    service: str
    for_node: str
    args: str  # as `created.args_text` gives it
    step: int | None


@dataclass(frozen=True, slots=True)
class Known:
    """`service`: its row. `twin`: a queued request that asks for the same. `run_id`: drawn for a new one."""

    service: dict[str, Any] | None
    twin: int | None
    run_id: int | None


def known(tx: Tx, wanted: Sequence[Wanted]) -> list[Known]:
    """For each: the service, who waits already for the same, and an id for the new run."""
    names = sorted({each.service for each in wanted})
    statements: list[Statement] = [(_SERVICES.format(names=marks(names)), names)]
    statements += [twin_of(each) for each in wanted]
    if tx.dialect == "postgresql":
        statements.append((_IDS, (len(wanted),)))
    rows, *others = tx.batch(statements)
    services = {row[0]: dict(zip(_COLUMNS, row, strict=True)) for row in rows}
    drawn = [row[0] for row in others.pop()] if tx.dialect == "postgresql" else [None] * len(wanted)
    return [
        Known(services.get(each.service), found[0][0] if found else None, run_id)
        for each, found, run_id in zip(wanted, others, drawn, strict=True)
    ]


def twin(tx: Tx, wanted: Wanted) -> int | None:
    """A queued request of the same service, node, arguments and step, if there is one."""
    rows = tx.all(*twin_of(wanted))
    return rows[0][0] if rows else None


def twin_of(wanted: Wanted) -> Statement:
    """The statement of `twin`."""
    return (
        """SELECT id FROM run WHERE state = 'queued' AND service = ? AND for_node = ? AND args = ?
               AND COALESCE(step, 0) = ? AND trigger IN ('manual', 'api', 'message') ORDER BY id LIMIT 1""",
        (wanted.service, wanted.for_node, wanted.args, wanted.step or 0),
    )
