"""What a request needs to know before it becomes a run, in one round trip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from store.tx import Statement, Tx

_SERVICE = "kind, title, missing, present, enabled, instances, roles, run_groups, priority"

#: PostgreSQL draws the id of a run that may be inserted; SQLite gives one when it inserts.
_ID = "SELECT nextval(pg_get_serial_sequence('run', 'id'))"


@dataclass(frozen=True, slots=True)
class Known:
    """`service`: its row. `twin`: a queued request that asks for the same. `run_id`: drawn for a new one."""

    service: dict[str, Any] | None
    twin: int | None
    run_id: int | None


def known(tx: Tx, service: str, for_node: str, args: str, step: int | None) -> Known:
    """The service, who waits already for the same on this node ("": any), and an id for the new run."""
    about = (f"SELECT {_SERVICE} FROM service WHERE name = ?", (service,))
    statements: list[Statement] = [about, twin_of(service, for_node, args, step)]
    if tx.dialect == "postgresql":
        statements.append((_ID, ()))
    rows, twins, *drawn = tx.batch(statements)
    found = dict(zip(_SERVICE.split(", "), rows[0], strict=True)) if rows else None
    return Known(found, twins[0][0] if twins else None, drawn[0][0][0] if drawn else None)


def twin(tx: Tx, service: str, for_node: str, args: str, step: int | None) -> int | None:
    """A queued request of the same service, node, arguments and step, if there is one."""
    rows = tx.all(*twin_of(service, for_node, args, step))
    return rows[0][0] if rows else None


def twin_of(service: str, for_node: str, args: str, step: int | None) -> Statement:
    """The statement of `twin`."""
    return (
        """SELECT id FROM run WHERE state = 'queued' AND service = ? AND for_node = ? AND args = ?
               AND COALESCE(step, 0) = ? AND trigger IN ('manual', 'api', 'message') ORDER BY id LIMIT 1""",
        (service, for_node, args, step or 0),
    )
