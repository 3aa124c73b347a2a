"""Zones and domains as pages and programs look through them: objects together with what is known of them."""

from __future__ import annotations

import json
from typing import Any, Literal

from domain.objects.catalogue import find
from store.pattern import contains
from store.tx import Tx

#: ``failing``: the last look did not succeed; ``waiting``: not verified, not given up; ``expiring``: within
#: 30 days, or expired.
Show = Literal["all", "failing", "waiting", "given_up", "expiring"]
EXPIRING = 30 * 86_400.0

_SHOW = {
    "all": "",
    "failing": " AND s.error IS NOT NULL",
    "waiting": " AND s.verified_at IS NULL AND s.gave_up_at IS NULL",
    "given_up": " AND s.gave_up_at IS NOT NULL",
    "expiring": " AND s.expires_at < ?",
}
_JSON = {"status": "[]", "name_servers": "[]", "contacts": "{}", "types": "{}"}
_TRUTHS = ("enabled", "locked", "auto_renew", "sample")

_DOMAINS = """
    FROM domain d LEFT JOIN domain_state s ON s.domain_id = d.id
    LEFT JOIN organisation o ON o.id = d.organisation_id
    LEFT JOIN registrar r ON r.id = d.registrar_id
    LEFT JOIN zone z ON z.id = d.zone_id
    WHERE d.archived_at IS NULL"""
_DOMAIN = f"""
    SELECT d.id, d.name, d.enabled, d.sample, d.token AS given_token, o.name AS organisation,
           r.name AS registrar, z.name AS zone, s.* {_DOMAINS}"""
_ZONES = """
    FROM zone d LEFT JOIN zone_state s ON s.zone_id = d.id
    LEFT JOIN organisation o ON o.id = d.organisation_id
    WHERE d.archived_at IS NULL"""
_ZONE = f"""
    SELECT d.id, d.name, d.enabled, d.sample, d.host, d.port, d.key_name, o.name AS organisation, s.*
    {_ZONES}"""


def domains(
    tx: Tx, *, now: float, text: str = "", show: Show = "all", limit: int = 50, after: int | None = None
) -> tuple[list[dict[str, Any]], int | None]:
    """At most `limit` domains by name, after that of id `after`; and the `after` that goes on, or None.

    `text`: a part of the domain's or the organisation's name, in any case.
    """
    return _page(tx, _DOMAIN, "domain", now, text, show, limit, after)


def zones(
    tx: Tx, *, now: float, text: str = "", show: Show = "all", limit: int = 50, after: int | None = None
) -> tuple[list[dict[str, Any]], int | None]:
    """The same of zones; `show` is ``all`` or ``failing``."""
    return _page(tx, _ZONE, "zone", now, text, show, limit, after)


def domain(tx: Tx, name: str) -> dict[str, Any] | None:
    """The domain of this name, in any script; None: there is none."""
    return _one(tx, _DOMAIN, find("domain").written(name))


def zone(tx: Tx, name: str) -> dict[str, Any] | None:
    """The zone of this name, in any script; None: there is none."""
    return _one(tx, _ZONE, find("zone").written(name))


def _page(
    tx: Tx, sql: str, table: str, now: float, text: str, show: Show, limit: int, after: int | None
) -> tuple[list[dict[str, Any]], int | None]:
    params: list[Any] = []
    sql += _SHOW[show]
    if show == "expiring":
        params.append(now + EXPIRING)
    if text:
        sql += " AND (LOWER(d.name) LIKE LOWER(?) ESCAPE '\\' OR LOWER(o.name) LIKE LOWER(?) ESCAPE '\\')"
        params += [contains(text)] * 2
    if after is not None:
        sql += f" AND (LOWER(d.name), d.id) > (SELECT LOWER(a.name), a.id FROM {table} a WHERE a.id = ?)"
        params.append(after)
    rows = tx.dicts(f"{sql} ORDER BY LOWER(d.name), d.id LIMIT ?", (*params, limit + 1))
    return [_read(row) for row in rows[:limit]], int(rows[limit - 1]["id"]) if len(rows) > limit else None


def _one(tx: Tx, sql: str, name: str) -> dict[str, Any] | None:
    rows = tx.dicts(f"{sql} AND LOWER(d.name) = LOWER(?)", (name,))
    return _read(rows[0]) if rows else None


def _read(row: dict[str, Any]) -> dict[str, Any]:
    for name, empty in _JSON.items():
        if name in row:
            row[name] = json.loads(row[name] or empty)
    for name in _TRUTHS:
        if row.get(name) is not None:
            row[name] = bool(row[name])
    return row
