"""What requests need to know before they become runs, as statements of one round trip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from store.tx import Row, Statement, Tx, marks

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
    "parallel",
    "paused_at",
    "paused_until",
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
    return read_known(wanted, tx.batch(facts_of(tx, wanted)))


def facts_of(tx: Tx, wanted: Sequence[Wanted]) -> list[Statement]:
    """What asks for that; the answers go to `read_known`."""
    names = sorted({each.service for each in wanted})
    statements: list[Statement] = [(_SERVICES.format(names=marks(names)), names), twins_of(tx, wanted)]
    if tx.dialect == "postgresql":
        statements.append((_IDS, (len(wanted),)))
    return statements


def read_known(wanted: Sequence[Wanted], answers: Sequence[Sequence[Row]]) -> list[Known]:
    """The answers of `facts_of`, for each."""
    rows, twins, *others = answers
    services = {row[0]: dict(zip(_COLUMNS, row, strict=True)) for row in rows}
    twin_at: dict[int, int | None] = {row[0]: row[1] for row in twins}
    drawn = [row[0] for row in others[0]] if others else [None] * len(wanted)
    return [
        Known(services.get(each.service), twin_at[place], run_id)
        for place, (each, run_id) in enumerate(zip(wanted, drawn, strict=True))
    ]


def twin(tx: Tx, wanted: Wanted) -> int | None:
    """A queued request of the same service, node, arguments and step, if there is one."""
    found: int | None = tx.all(*twins_of(tx, [wanted]))[0][1]
    return found


def twins_of(tx: Tx, wanted: Sequence[Wanted]) -> Statement:
    """Selects (place in `wanted`, the twin's id or NULL) of each; each is looked up by index."""
    rows, values = tx.table(
        ("integer", "text", "text", "text", "integer"),
        [
            (place, each.service, each.for_node, each.args, each.step or 0)
            for place, each in enumerate(wanted)
        ],
    )
    return (
        f"""WITH wanted (place, service, for_node, args, step) AS ({rows})
            SELECT wanted.place,
                   (SELECT id FROM run WHERE state = 'queued' AND service = wanted.service
                        AND for_node = wanted.for_node AND args = wanted.args
                        AND COALESCE(step, 0) = wanted.step AND trigger IN ('manual', 'api', 'message')
                    ORDER BY id LIMIT 1)
            FROM wanted""",
        values,
    )
