"""Run groups: who holds each of them, and who waits for it, in order and with the reason."""

from __future__ import annotations

from typing import Any

from coordinator.order import order_key
from coordinator.sentence import Explained, explain_all
from domain.time.clock import rfc3339
from node.site import Site
from store import service
from store.run import lookup
from store.tx import Tx
from web.shown.waits import sentence_of

Shown = dict[str, Any]


def listing(site: Site, tx: Tx) -> list[Shown]:
    """Every group by name: ``{name, services, holder, waiting}``; holder is None while it is free.

    `hold` is True for a daemon's batch (`exclusive()`), which is no run; `run_groups` are all the groups
    that it takes.
    """
    now = site.clock.now()
    members = lookup.waiting_of_groups(tx)
    explained = explain_all(tx, site.rules, now, site.zone) if any(not row["held"] for row in members) else {}
    users: dict[str, list[str]] = {row["run_group"]: [] for row in members}
    titles = {}
    for row in service.rows(tx):
        titles[row["name"]] = row["title"]
        for name in row["run_groups"].split():
            users.setdefault(name, []).append(row["name"])
    return [
        {
            "name": name,
            "services": services,
            **_line(site, name, [row for row in members if row["run_group"] == name], titles, explained, now),
        }
        for name, services in sorted(users.items())
    ]


def _line(
    site: Site,
    name: str,
    members: list[Shown],
    titles: dict[str, str],
    explained: dict[int, Explained],
    now: float,
) -> Shown:
    holder = next((row for row in members if row["held"]), None)
    waiting = sorted(
        (row for row in members if not row["held"]),
        key=lambda row: order_key(
            run_id=row["id"],
            priority=row["priority"],
            queued_at=row["queued_at"],
            now=now,
            age_step=site.rules.age_step,
            preempt=bool(row["preempt"]),
        ),
    )
    return {
        "holder": _holder(holder, titles) if holder else None,
        "waiting": [
            {
                "run": row["id"],
                "service": row["service"],
                "title": titles.get(row["service"], row["service"]),
                "hold": row["trigger"] == "hold",
                "run_groups": row["run_groups"].split(),
                "priority": row["priority"],
                "since": rfc3339(row["queued_at"]),
                "waiting_reason": sentence_of(row, explained),
            }
            for row in waiting
        ],
    }


def _holder(row: Shown, titles: dict[str, str]) -> Shown:
    return {
        "run": row["id"],
        "service": row["service"],
        "title": titles.get(row["service"], row["service"]),
        "hold": row["trigger"] == "hold",
        "run_groups": row["run_groups"].split(),
        "state": row["state"],
        "node": row["node"],
        "since": rfc3339(row["since"]),
    }
