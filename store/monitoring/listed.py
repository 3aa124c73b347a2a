"""Checks and servers for pages: as they were found last, and the history of one check."""

from __future__ import annotations

from typing import Any

from store.tx import Tx

Rows = list[dict[str, Any]]

_CHECKS = """
    SELECT c.id, o.name AS server, o.server_group, c.name, c.kind, c.target, c.interval,
           c.enabled AND o.enabled AS enabled,
           COALESCE(s.level, 'unknown') AS level, s.level_since, s.looked_at, COALESCE(s.text, '') AS text,
           s.value, COALESCE(s.unit, '') AS unit, s.took, s.due_at, COALESCE(s.busy_until, 0) AS busy_until,
           COALESCE(s.is_open, FALSE) AS is_open, COALESCE(s.fails, 0) AS fails
    FROM service_check c JOIN server o ON o.id = c.server_id LEFT JOIN check_state s ON s.check_id = c.id
    WHERE c.archived_at IS NULL AND o.archived_at IS NULL"""


def checks(tx: Tx, server_id: int | None = None) -> Rows:
    """All checks that are not archived, or those of one server, by server and name."""
    where, params = ("", ()) if server_id is None else (" AND o.id = ?", (server_id,))
    rows = tx.dicts(f"{_CHECKS}{where} ORDER BY LOWER(o.name), LOWER(c.name), c.id", params)
    return [{**row, "enabled": bool(row["enabled"]), "is_open": bool(row["is_open"])} for row in rows]


def open_checks(tx: Tx) -> Rows:
    """The checks whose alert is open: server, name, level, text and fails; by index."""
    return tx.dicts(
        """SELECT o.name AS server, c.name, s.level, s.text, s.fails
           FROM check_state s JOIN service_check c ON c.id = s.check_id JOIN server o ON o.id = c.server_id
           WHERE s.is_open AND c.archived_at IS NULL AND o.archived_at IS NULL AND c.enabled AND o.enabled
             AND EXISTS (SELECT 1 FROM service v WHERE v.name = 'monitoring' AND v.present AND v.enabled)"""
    )


def results(tx: Tx, check_id: int, *, limit: int, before: int | None = None) -> Rows:
    """The newest results of a check: id, at, level, value, took, text; `before`: only smaller ids."""
    older, params = ("", [check_id]) if before is None else ("AND id < ?", [check_id, before])
    return tx.dicts(
        f"""SELECT id, at, level, value, took, text FROM check_result
            WHERE check_id = ? {older} ORDER BY id DESC LIMIT ?""",
        (*params, limit),
    )


def servers(tx: Tx) -> Rows:
    """All servers that are not archived, by group and name, and how reading them went last."""
    rows = tx.dicts(
        """SELECT o.id, o.name, o.kind, o.server_group, o.address, o.read_by, o.enabled,
                  s.read_at, s.good, s.good_since, COALESCE(s.text, '') AS text
           FROM server o LEFT JOIN server_state s ON s.server_id = o.id
           WHERE o.archived_at IS NULL ORDER BY LOWER(o.server_group), LOWER(o.name), o.id"""
    )
    return [
        {**row, "enabled": bool(row["enabled"]), "good": None if row["good"] is None else bool(row["good"])}
        for row in rows
    ]


def newest(tx: Tx, metrics: tuple[str, ...]) -> dict[str, list[tuple[str, str, int, float]]]:
    """The newest sample of these metrics of every server: node -> (metric, object, at, value)."""
    rows = tx.all(
        f"""SELECT s.node, s.metric, s.object, x.at, x.value FROM series s
            JOIN sample x ON x.series_id = s.id
                AND x.at = (SELECT MAX(at) FROM sample WHERE series_id = s.id)
            WHERE s.node LIKE 'server:%' AND s.metric IN ({", ".join("?" * len(metrics))})
            ORDER BY s.node, s.metric, s.object""",
        metrics,
    )
    found: dict[str, list[tuple[str, str, int, float]]] = {}
    for node, metric, about, at, value in rows:
        found.setdefault(node, []).append((metric, about, at, value))
    return found
