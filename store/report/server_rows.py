"""How servers were: their load by day or hour, and how much of the time their checks were good."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from domain.report.table import Cell, Table
from store import database
from store.object import read
from store.report.usage import Asked
from store.sample import of_server

#: Over a longer span than this (s) a row is a day, else an hour.
BY_HOUR = 2 * 86_400

_HOURS = """
    SELECT s.metric, s.object, x.at, x.low, x.mean, x.high, x.count
    FROM series s JOIN rollup x ON x.series_id = s.id AND x.step = 3600 AND x.at >= ? AND x.at < ?
    WHERE s.node = ? AND s.metric LIKE '%percent'
    ORDER BY s.metric, s.object, x.at"""
_RESULTS = """
    SELECT COUNT(*), SUM(CASE WHEN level = 'failed' THEN 1 ELSE 0 END)
    FROM check_result WHERE check_id = ? AND at >= ? AND at < ?"""


def samples(asked: Asked) -> Table:
    """Lowest, mean and highest of all that is measured in percent, for each server and day (or hour)."""
    by_hour = asked.over.until - asked.over.since <= BY_HOUR
    return asked.table(row for server in _servers(asked) for row in _load(asked, server, by_hour))


def availability(asked: Asked) -> Table:
    """A row for each check; without a result nobody knows, so that its share is empty."""
    tx = database.read()
    servers = {server["id"]: server for server in _servers(asked)}
    rows: list[tuple[Cell, ...]] = []
    for check in read.live(tx, "check"):
        server = servers.get(check["server_id"])
        if server is None:
            continue
        found, failed = tx.all(_RESULTS, (check["id"], asked.over.since, asked.over.until))[0]
        share = round(100 * (found - failed) / found, 3) if found else None
        last = tx.value("SELECT text FROM check_state WHERE check_id = ?", (check["id"],))
        rows.append(
            (server["name"], server["organisation"], check["name"], share, found, failed or 0, last or None)
        )
    return asked.table(rows)


def _servers(asked: Asked) -> list[dict[str, Any]]:
    found = read.live(database.read(), "server")
    return [server for server in found if asked.is_of(server["organisation_id"])]


def _load(asked: Asked, server: dict[str, Any], by_hour: bool) -> Iterator[tuple[Cell, ...]]:
    spans: dict[tuple[str, str, str], list[tuple[float, float, float, int]]] = {}
    params = (asked.over.since, asked.over.until, of_server(server["id"]))
    for metric, about, at, *hour in database.read().all(_HOURS, params):
        local = datetime.fromtimestamp(at, asked.zone)
        begins = local.isoformat(" ", "minutes") if by_hour else f"{local:%Y-%m-%d}"
        spans.setdefault((metric, about, begins), []).append((hour[0], hour[1], hour[2], hour[3]))
    for (metric, about, begins), hours in spans.items():
        weight = sum(hour[3] for hour in hours)
        mean = sum(hour[1] * hour[3] for hour in hours) / weight
        low, high = min(hour[0] for hour in hours), max(hour[2] for hour in hours)
        figures = (round(low, 2), round(mean, 2), round(high, 2))
        yield (server["name"], server["organisation"], metric, about or None, begins, *figures)
