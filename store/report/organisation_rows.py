"""What organisations have: their objects, the jobs done for them, and domains by the day they expire."""

from __future__ import annotations

from typing import Any

from domain.report.table import Table
from store import database
from store.report.usage import Asked
from store.tx import Tx

_OF = "SELECT organisation_id, COUNT(*) FROM {} WHERE archived_at IS NULL GROUP BY organisation_id"
_CHECKS = """
    SELECT s.organisation_id, COUNT(*) FROM service_check c JOIN server s ON s.id = c.server_id
    WHERE c.archived_at IS NULL GROUP BY s.organisation_id"""
_DONE = """
    SELECT organisation, COUNT(*) FROM job
    WHERE ended_at IS NOT NULL AND ended_at >= ? AND ended_at < ? AND state IN ('done', 'controlled')
    GROUP BY organisation"""
_FAILED = """
    SELECT organisation, COUNT(*) FROM job WHERE state = 'failed' AND failed_at >= ? AND failed_at < ?
    GROUP BY organisation"""
_DOMAINS = """
    SELECT d.name, d.organisation_id, o.name AS organisation, r.name AS registrar, s.expires_at,
           s.auto_renew, s.verified_at
    FROM domain d LEFT JOIN domain_state s ON s.domain_id = d.id
         LEFT JOIN organisation o ON o.id = d.organisation_id
         LEFT JOIN registrar r ON r.id = d.registrar_id
    WHERE d.archived_at IS NULL
    ORDER BY CASE WHEN s.expires_at IS NULL THEN 1 ELSE 0 END, s.expires_at, d.name"""


def usage(asked: Asked) -> Table:
    """A row for each organisation that is not archived."""
    tx, over = database.read(), asked.over
    by_id = [
        *(_counts(tx, _OF.format(table)) for table in ("contact", "server")),
        _counts(tx, _CHECKS),
        *(_counts(tx, _OF.format(table)) for table in ("zone", "domain")),
    ]
    by_name = [_counts(tx, sql, (over.since, over.until)) for sql in (_DONE, _FAILED)]
    found = tx.all(
        "SELECT id, name, kind FROM organisation WHERE archived_at IS NULL ORDER BY LOWER(name), id"
    )
    return asked.table(
        (
            name,
            kind,
            *(counts.get(organisation_id, 0) for counts in by_id),
            *(counts.get(name, 0) for counts in by_name),
        )
        for organisation_id, name, kind in found
        if asked.is_of(organisation_id)
    )


def domains(asked: Asked) -> Table:
    """A row for each domain; those of which nobody knows the day come last."""
    return asked.table(
        (
            row["name"],
            row["organisation"],
            row["registrar"],
            asked.clock(row["expires_at"]),
            None if row["expires_at"] is None else int((row["expires_at"] - asked.now) // 86_400),
            None if row["auto_renew"] is None else "yes" if row["auto_renew"] else "no",
            asked.clock(row["verified_at"]),
        )
        for row in database.read().dicts(_DOMAINS)
        if asked.is_of(row["organisation_id"])
    )


def _counts(tx: Tx, sql: str, params: tuple[float, ...] = ()) -> dict[Any, int]:
    return {row[0]: int(row[1]) for row in tx.all(sql, params)}
