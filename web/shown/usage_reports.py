"""Usage reports: when each is mailed to whom, and what became of its planned times."""

from __future__ import annotations

from typing import Any

from domain.report.usage_kinds import KINDS
from domain.time.clock import rfc3339
from domain.time.planned import next_times
from domain.time.text import describe
from node.site import Site
from store.object import read as objects
from store.report import schedules, usage_schedules
from store.tx import Tx
from web.shown.reports import delivery

Shown = dict[str, Any]


def kinds() -> list[Shown]:
    """What a usage report can be about."""
    return [
        {
            "kind": kind.name,
            "title": kind.title,
            "columns": list(kind.headings),
            "by_organisation": kind.by_organisation,
        }
        for kind in KINDS.values()
    ]


def listing(site: Site, tx: Tx, deliveries: int = 10) -> list[Shown]:
    """All schedules that are not archived, by name, with the last of their deliveries."""
    found = usage_schedules.listed(tx)
    latest = schedules.latest(tx, [each.id for each in found], deliveries, usage_schedules.DELIVERIES)
    rows = {row["id"]: row for row in objects.live(tx, "report_schedule")}
    now = int(site.clock.now())
    shown = []
    for each in found:
        following = next_times(each.rule, now, 1, site.zone) if each.rule and each.enabled else []
        done = [delivery(one) for one in latest[each.id]]
        shown.append(
            {
                "id": each.id,
                "name": each.name,
                "report": rows[each.id]["report"] if each.id in rows else None,
                "organisation": each.organisation,
                "format": each.form,
                "schedule": describe(each.rule) if each.rule else None,
                "recipients": list(each.recipients),
                "enabled": each.enabled,
                "problem": each.why_not or None,
                "next_at": rfc3339(following[0].at) if following else None,
                "deliveries": done,
            }
        )
    return shown
