"""What ran in the site: runs and jobs in groups, and alerts."""

from __future__ import annotations

from domain.report.query import Query
from domain.report.table import Table, table
from store import database
from store.report.rows import rows
from store.report.usage import Asked

#: Alerts that were open in the span: those that are over, by the end of each, and those that are not.
_OVER = "resolved_at >= ? AND opened_at < ?"
_OPEN = "resolved_at IS NULL AND opened_at < ?"


def runs(asked: Asked) -> Table:
    """A row for each service, that with the most runs first."""
    return _grouped(asked, Query("runs", "runs", group_by=("service",)))


def jobs(asked: Asked) -> Table:
    """A row for each organisation and kind of job."""
    names = None if asked.organisations is None else list(asked.organisations.values())
    filters = {} if names is None else {"organisation": names}
    return _grouped(asked, Query("jobs", "jobs", filters, group_by=("organisation", "kind")))


def alerts(asked: Asked) -> Table:
    """A row for each alert, in the order in which they opened."""
    columns = "rule, object, severity, text, opened_at, resolved_at"
    tx, (since, until) = database.read(), asked.over
    found = [
        *tx.all(f"SELECT {columns} FROM alert WHERE {_OVER}", (since, until)),
        *tx.all(f"SELECT {columns} FROM alert WHERE {_OPEN}", (until,)),
    ]
    return asked.table(
        (*row[:4], asked.clock(row[4]), asked.clock(row[5]), round((row[5] or asked.now) - row[4]))
        for row in sorted(found, key=lambda row: (row[4], row[0], row[1]))
    )


def _grouped(asked: Asked, query: Query) -> Table:
    limits = asked.limits
    made = table(query, rows(query, asked.over), asked.zone, limits.most_rows, limits.most_read)
    return Table(asked.kind.headings, made.rows, made.limit)
