"""Hooks that work, fail and are paused, with calls in every state; and usage reports with a history."""

from __future__ import annotations

from typing import Any

from domain.objects.catalogue import find
from node.site import Site
from store import database
from store.hooks import calls, state
from store.hooks.calls import Tried
from tests.support.rows import put
from web.acts.objects import Objects

HOOKS = ("billing", "crm", "sms")
LONG = "https://127.0.0.1:443: it answers 503: " + "the database is being moved to another machine " * 3


def build(here: Site) -> None:
    """Everything into the open database of a site."""
    now = here.clock.now()
    made = {}
    for name in HOOKS:
        values = {"name": name, "address": f"https://{name}.example.org/hook", "secret": "env:HOOK"}
        made[name] = Objects(here, by="a test").add(find("event_hook"), values).object["id"]
    for number, (name, ended) in enumerate(
        (("crm", None), ("crm", None), ("billing", "done"), ("sms", "failed"), ("billing", "dropped")), 1
    ):
        put(
            "hook_call",
            id=number,
            hook_id=made[name],
            key=f"7d3c9a52-0000-4000-8000-00000000000{number}",
            source="event",
            source_id=number,
            event="organisation.update",
            at=now - 600 * number,
            object="organisation Łódź Hosting Sp. z o.o. and sons",
            organisation="Łódź Hosting Sp. z o.o. and sons",
            body='{"event": {"name": "organisation.update"}, "data": {"city": "Łódź"}}',
            state=ended or "queued",
            not_before=now + 300,
            queued_at=now - 600 * number,
            ended_at=now if ended else None,
            error=LONG if ended == "failed" else None,
        )
    for tried in (
        Tried(now - 500, 5.0, "unknown_outcome", LONG),
        Tried(now - 200, 0.2, "unreachable", LONG, 503),
    ):
        database.write(lambda tx: calls.begin(tx, 1, 1))
        database.write(lambda tx, tried=tried: calls.later(tx, 1, 1, now + 300, tried))  # type: ignore[misc]
    database.write(lambda tx: state.works(tx, made["billing"], now - 60))
    database.write(lambda tx: state.fails(tx, made["crm"], LONG, None, now - 500))
    database.write(lambda tx: state.pause(tx, made["sms"], "system", "it fails", now - 100))
    _usage(here, now)


def _usage(here: Site, now: float) -> None:
    given: dict[str, Any] = {"recipients": ["ann@example.org"], "times": ["06:00"], "days": ["last"]}
    for name, report, form in (("Monthly usage", "usage", "pdf"), ("Load", "servers", "xlsx")):
        values = {"name": name, "report": report, "format": form, **given}
        made = Objects(here, by="a test").add(find("report_schedule"), values).object["id"]
        common = {"schedule_id": made, "at": now}
        put("usage_report_delivery", **common, planned_at=int(now - 9000), state="failed", error="no font")
        put("usage_report_delivery", **common, planned_at=int(now - 90), state="missed", planned_count=3)
