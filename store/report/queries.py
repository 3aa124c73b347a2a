"""Report queries as they are kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from domain.report.query import Query, ReportProblem, query
from store.tx import Tx

Row = Mapping[str, Any]


def add(tx: Tx, asked: Query, owner: str, now: float) -> int | None:
    """Keep a new query; its id, None when a query that is not archived has its name."""
    found = tx.value(
        """INSERT INTO report_query (name, kind, filters, columns, group_by, owner, created_at)
           VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id""",
        (asked.name, asked.kind, *_texts(asked), owner, now),
    )
    return None if found is None else int(found)


def change(tx: Tx, query_id: int, revision: int, asked: Query) -> bool:
    """Write a query anew; False if it was changed or archived since its row was read."""
    return (
        tx.run(
            """UPDATE report_query SET name = ?, filters = ?, columns = ?, group_by = ?,
                   revision = revision + 1
               WHERE id = ? AND revision = ? AND archived_at IS NULL""",
            (asked.name, *_texts(asked), query_id, revision),
        )
        > 0
    )


def archive(tx: Tx, query_id: int, now: float) -> bool:
    """Put a query away: it is listed and mailed no more; False if it was away already."""
    return (
        tx.run(
            "UPDATE report_query SET archived_at = ? WHERE id = ? AND archived_at IS NULL", (now, query_id)
        )
        > 0
    )


def listed(tx: Tx, *, archived: bool = False) -> list[dict[str, Any]]:
    """All queries by name, those that are archived only if asked for."""
    where = "" if archived else "WHERE archived_at IS NULL"
    return tx.dicts(f"SELECT * FROM report_query {where} ORDER BY LOWER(name), id")


def one(tx: Tx, query_id: int) -> dict[str, Any] | None:
    """A query's row, or None."""
    rows = tx.dicts("SELECT * FROM report_query WHERE id = ?", (query_id,))
    return rows[0] if rows else None


def named(tx: Tx, name: str) -> dict[str, Any] | None:
    """The query of this name that is not archived, or None; capital letters are no difference."""
    rows = tx.dicts(
        "SELECT * FROM report_query WHERE LOWER(name) = LOWER(?) AND archived_at IS NULL", (name,)
    )
    return rows[0] if rows else None


def read(row: Row) -> Query:
    """The query of a row. Raises ReportProblem: another release knew other columns."""
    try:
        values = {key: json.loads(row[key]) for key in ("filters", "columns", "group_by")}
    except ValueError as error:
        raise ReportProblem(f"report {row['name']}: what is stored is no JSON: {error}") from None
    return query(name=row["name"], kind=row["kind"], **values)


def _texts(asked: Query) -> tuple[str, str, str]:
    filters = json.dumps(dict(asked.filters), ensure_ascii=False)
    return filters, json.dumps(asked.columns), json.dumps(asked.group_by)
