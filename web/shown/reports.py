"""Reports, when they are mailed and what became of it, as ``reports --json`` and the API show them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from actors.system.reports_to_email import run as service
from actors.values import build
from domain.report.kinds import KINDS, MEASURES
from domain.report.query import Query, ReportProblem
from domain.report.schedule import Limits
from domain.time.clock import rfc3339
from domain.time.planned import next_times
from domain.time.stored import from_json
from domain.time.text import describe
from node.site import Site
from store import service as stored_service
from store.report import mailing, queries, schedules
from store.tx import Tx

Shown = dict[str, Any]

#: Rows of a preview.
PREVIEW = 50


def kinds() -> list[Shown]:
    """What reports can be over, with the words of each part."""
    return [
        {
            "kind": name,
            "columns": list(kind.columns),
            "usual": list(kind.usual),
            "filters": list(kind.filters),
            "states": list(kind.states),
            "group_by": list(kind.groups),
            "measures": list(MEASURES),
        }
        for name, kind in KINDS.items()
    ]


def listing(site: Site, tx: Tx) -> list[Shown]:
    """All reports by name, with their schedules."""
    return _all(site, tx, queries.listed(tx), deliveries=1)


def one(site: Site, tx: Tx, query_id: int) -> Shown | None:
    """One report, with the last deliveries of its schedules. None: there is none."""
    row = queries.one(tx, query_id)
    return None if row is None else _all(site, tx, [row], deliveries=10)[0]


def preview(site: Site, tx: Tx, asked: Query, rows: int = PREVIEW) -> Shown:
    """What a report would say now; `limit` is the sentence on what is left out, or "".

    It counts and cuts as the mail does, only at fewer rows.
    """
    bounds = limits(site, tx)
    few = Limits(bounds.site, bounds.zone, min(rows, bounds.most_rows), bounds.most_read)
    now = int(site.clock.now())
    table, over = mailing.answer(asked, now, site.zone, few)
    return {
        "columns": list(table.headings),
        "rows": [list(row) for row in table.rows],
        "limit": table.limit,
        "since": rfc3339(over.since),
        "until": rfc3339(over.until),
    }


def limits(site: Site, tx: Tx) -> Limits:
    """The bounds that are in force: those of the service's options."""
    row = stored_service.one(tx, service.name)
    if row is not None:
        made: Limits = build(Limits, json.loads(row["options"]))
        return made
    return Limits(site.settings.site.name, site.settings.site.zone)


def _all(site: Site, tx: Tx, rows: Sequence[Mapping[str, Any]], deliveries: int) -> list[Shown]:
    found = schedules.of(tx, [row["id"] for row in rows])
    latest = schedules.latest(tx, [each["id"] for each in found], deliveries)
    shown = [(each["query_id"], _schedule(site, each, latest[each["id"]])) for each in found]
    return [_report(row, [each for query_id, each in shown if query_id == row["id"]]) for row in rows]


def _report(row: Mapping[str, Any], found: list[Shown]) -> Shown:
    problem = None
    try:
        queries.read(row)
    except ReportProblem as error:
        problem = str(error)
    return {
        "id": row["id"],
        "name": row["name"],
        "kind": row["kind"],
        **{key: json.loads(row[key]) for key in ("filters", "columns", "group_by")},
        "owner": row["owner"],
        "revision": row["revision"],
        "created_at": rfc3339(row["created_at"]),
        "archived_at": rfc3339(row["archived_at"]),
        "problem": problem,
        "schedules": found,
    }


def _schedule(site: Site, row: Mapping[str, Any], done: Sequence[Mapping[str, Any]]) -> Shown:
    rule = from_json(json.loads(row["rule"]))
    now = int(site.clock.now())
    following = next_times(rule, now, 1, site.zone) if row["enabled"] and not rule.problems() else []
    return {
        "id": row["id"],
        "schedule": describe(rule),
        **{key: json.loads(row["rule"])[key] for key in ("times", "zone", "weekdays", "days")},
        "recipients": json.loads(row["recipients"]),
        "format": row["format"],
        "enabled": bool(row["enabled"]),
        "next_at": rfc3339(following[0].at) if following else None,
        "last_sent_at": rfc3339(row["last_sent_at"]),
        "deliveries": [delivery(each) for each in done],
    }


def delivery(row: Mapping[str, Any]) -> Shown:
    """What became of one planned time."""
    return {
        "id": row["id"],
        "planned_at": rfc3339(row["planned_at"]),
        "planned_count": row["planned_count"],
        "at": rfc3339(row["at"]),
        "state": row["state"],
        "asked_by": row["asked_by"],
        "mail": row["mail_id"],
        "mail_state": row["mail_state"],
        "rows": row["rows"],
        "error": row["error"] or (row["mail_answer"] if row["mail_state"] == "failed" else None),
    }
