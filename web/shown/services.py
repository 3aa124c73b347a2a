"""Services as ``services --json`` shows them (contract §2): all of the catalogue, also what is off."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from actors.catalogue import whole
from actors.service import Service
from coordinator.sentence import Explained, explain_all
from domain.time.clock import rfc3339
from domain.time.planned import next_times
from domain.time.rule import FixedTime, Periodic, Rule
from domain.time.settle import default_window
from domain.time.stored import from_json, to_json
from domain.time.text import describe
from node.site import Site
from store import change, daemon, live_family, service
from store.run import lookup, step
from store.tx import Tx
from web.shown.status import status_of
from web.shown.tasks import is_observing, task_more, task_row
from web.shown.waits import sentence_of

Shown = dict[str, Any]


@dataclass(frozen=True)
class Live:
    """What the database says at one moment; empty where there is none yet."""

    now: float
    rows: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    open_runs: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    explained: Mapping[int, Explained] = field(default_factory=dict)
    steps: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    daemons: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    switched: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # "service NAME" -> last change
    live_families: Container[str] = ()


def listing(site: Site, tx: Tx | None) -> list[Shown]:
    """Every service that exists, in the order of lists. Without a database, as code and file say."""
    live = look(site, tx)
    every = whole(site.settings.catalogue.modules).services.values()
    declared = {each.name: each.defaults for each in site.declared()}
    return [shown(site, each, declared.get(each.name), live) for each in every]


def one(site: Site, tx: Tx | None, name: str) -> Shown:
    """One service, with more than the listing has: description, options and where each value comes from."""
    live = look(site, tx)
    each = whole(site.settings.catalogue.modules)[name]
    declared = next((one.defaults for one in site.declared() if one.name == name), None)
    row = live.rows.get(name)
    values = values_of(each, declared, row)
    live_values = json.loads(row["live"]) if row else {}
    more = {
        "description": each.summary,
        "options": values["options"],
        "edited": sorted(live_values),
        "revision": row["revision"] if row else None,
        "logging_until": rfc3339(row["logging_until"]) if row else None,
        "paused_until": rfc3339(row["paused_until"]) if row else None,
        "last_run_id": row["last_run_id"] if row else None,
        "last_success_at": rfc3339(row["last_success_at"]) if row else None,
        "last_failure_at": rfc3339(row["last_failure_at"]) if row else None,
        "processes": [_process(one) for one in live.daemons.get(name, [])],
    }
    found = shown(site, each, declared, live) | more
    for task, shown_task in zip(each.tasks, found["tasks"], strict=True):
        known = live.steps.get((name, task.title), {})
        shown_task |= task_more(tx, each, task, known, live.now)
    return found


def look(site: Site, tx: Tx | None) -> Live:
    """All that the listing needs, in a handful of statements."""
    now = site.clock.now()
    if tx is None:
        return Live(now)
    open_runs = lookup.open_runs(tx)
    waits = any(row["state"] == "queued" for rows in open_runs.values() for row in rows)
    return Live(
        now=now,
        rows=service.all_by_name(tx),
        open_runs=open_runs,
        explained=explain_all(tx, site.rules, now, site.zone) if waits else {},
        steps=step.states(tx),
        daemons=daemon.by_service(tx),
        switched=change.last_by_object(tx, ("enable", "disable")),
        live_families=live_family.live(tx),
    )


def shown(site: Site, each: Service, declared: Mapping[str, Any] | None, live: Live) -> Shown:
    """One service as the contract says."""
    row = live.rows.get(each.name)
    values = values_of(each, declared, row)
    rule = from_json(values["rule"])
    status, reason = status_of(site, each, values, row, live.switched.get(f"service {each.name}"), live.now)
    return {
        **_identity(each, rule),
        "status": status,
        "status_reason": reason,
        **_schedule(each, rule, values, row),
        **_limits(values),
        **_switches(row, live.now),
        **_history(row, live.open_runs.get(each.name, [])),
        **_instances(rule, live.daemons.get(each.name, [])),
        "next_due_at": rfc3339(_next_due(rule, row, status, live.now, site.zone)),
        **_waiting(live.open_runs.get(each.name, []), live.explained),
        "observing": is_observing(each, live.live_families),
        "tasks": [task_row(task, live.steps.get((each.name, task.title), {})) for task in each.tasks],
        "proof": each.proof,
        "proof_note": each.proof_note,
        "replaced_by": list(each.replaced_by),
    }


def _identity(each: Service, rule: Rule) -> Shown:
    return {
        "name": each.name,
        "title": each.title,
        "aliases": list(each.aliases),
        "profile": each.profile,
        "family": each.family,
        "origin": each.origin,
        "kind": rule.kind,
    }


def _schedule(each: Service, rule: Rule, values: Mapping[str, Any], row: Mapping[str, Any] | None) -> Shown:
    return {
        "schedule": "" if each.legacy else describe(rule),
        "schedule_source": _source(each, values, row),
        "period": rule.minutes if isinstance(rule, Periodic) else None,
        "align": rule.align if isinstance(rule, Periodic) else None,
        "times": list(rule.times) if isinstance(rule, FixedTime) else [],
        "zone": rule.zone if isinstance(rule, FixedTime) else None,
        "weekdays": list(rule.weekdays) if isinstance(rule, FixedTime) else [],
        "days": list(rule.days) if isinstance(rule, FixedTime) else [],
    }


def _source(each: Service, values: Mapping[str, Any], row: Mapping[str, Any] | None) -> str:
    if row and "rule" in json.loads(row["live"]):
        return "live"
    return "code" if values["rule"] == to_json(each.schedule) else "file"


def _limits(values: Mapping[str, Any]) -> Shown:
    return {
        "allowed_nodes": list(values["roles"]),
        "instances": values["instances"],
        "run_groups": list(values["run_groups"]),
        "priority": values["priority"],
        "parallel": values["parallel"],
        "misfire": values["misfire"],
        "misfire_window": float(values["misfire_window"]),
        "overlap": values["overlap"],
        "retries": values["retries"],
        "retry_lost": bool(values["retry_lost"]),
        "time_limit": float(values["time_limit"]),
    }


def _switches(row: Mapping[str, Any] | None, now: float) -> Shown:
    if row is None:
        return {"paused": False, "logging": False}
    return {
        "paused": is_paused(row, now),
        "logging": bool(row["logging"]) and (row["logging_until"] is None or row["logging_until"] > now),
    }


def is_paused(row: Mapping[str, Any], now: float) -> bool:
    """True while a service row says that it is paused."""
    return row["paused_at"] is not None and (row["paused_until"] is None or row["paused_until"] > now)


def _history(row: Mapping[str, Any] | None, open_runs: list[dict[str, Any]]) -> Shown:
    started = [run["started_at"] for run in open_runs if run["state"] == "running"]
    before = row["last_start_at"] if row else None
    return {
        "last_run_at": rfc3339(max([*started, *([before] if before is not None else [])], default=None)),
        "last_outcome": row["last_outcome"] if row else None,
        "last_duration": row["last_duration"] if row else None,
        "running": len(started),
        "consecutive_failures": row["consecutive_failures"] if row else 0,
    }


def _instances(rule: Rule, daemons: list[dict[str, Any]]) -> Shown:
    """How a daemon is: its processes that run, the last start, and crashes in a row."""
    if rule.kind != "daemon" or not daemons:
        return {}
    started = [one["started_at"] for one in daemons if one["started_at"] is not None]
    looping = [one for one in daemons if one["state"] == "crash_loop"]
    return {
        "last_run_at": rfc3339(max(started, default=None)),
        "last_outcome": "crash loop" if looping else None,
        "running": sum(one["state"] == "running" for one in daemons),
        "consecutive_failures": max(one["crashes"] for one in daemons),
    }


def _process(one: Mapping[str, Any]) -> Shown:
    """One instance of a daemon."""
    return {
        "node": one["node"] or one["for_node"] or None,
        "state": one["state"],
        "since": rfc3339(one["state_at"]),
        "ready_at": rfc3339(one["ready_at"]),
        "restarts": one["restarts"],
        "next_start_at": rfc3339(one["next_start_at"])
        if one["state"] in ("backing_off", "crash_loop")
        else None,
        "last_end": one["last_end"],
        "last_words": one["last_words"],
    }


def _next_due(
    rule: Rule, row: Mapping[str, Any] | None, status: str, now: float, zone: ZoneInfo
) -> float | None:
    """The first planned time not accounted for; None while nothing is planned."""
    if row is None or status != "enabled" or row["accounted_until"] is None:
        return None
    after = int(row["accounted_until"])
    if is_paused(row, now):
        if row["paused_until"] is None:
            return None
        after = max(after, int(row["paused_until"]) - 1)
    return _first_after(rule, after, zone)


@lru_cache(maxsize=4096)
def _first_after(rule: Rule, after: int, zone: ZoneInfo) -> float | None:
    times = next_times(rule, after, 1, zone)
    return float(times[0].at) if times else None


def _waiting(open_runs: list[dict[str, Any]], explained: Mapping[int, Explained]) -> Shown:
    waiting = [run for run in open_runs if run["state"] == "queued"]
    waiting += [run for run in open_runs if run["state"] == "granted"]
    if not waiting:
        return {"queued_since": None, "waiting_reason": None}
    return {
        "queued_since": rfc3339(waiting[0]["queued_at"]),
        "waiting_reason": sentence_of(waiting[0], explained),
    }


def values_of(
    each: Service, declared: Mapping[str, Any] | None, row: Mapping[str, Any] | None
) -> Mapping[str, Any]:
    """The settings in force: of the database, else of the file, else of the code."""
    if row is not None:
        return service.settings_in_force(row["defaults"], row["live"])
    if declared is not None:
        return declared
    window = each.misfire_window.total_seconds() if each.misfire_window else default_window(each.schedule)
    return {
        "enabled": each.enabled,
        "rule": to_json(each.schedule),
        "priority": each.priority,
        "parallel": each.parallel,
        "misfire": each.misfire,
        "misfire_window": window,
        "overlap": each.overlap,
        "time_limit": each.time_limit.total_seconds(),
        "retries": each.retries,
        "retry_lost": each.retry_lost,
        "instances": each.instances,
        "roles": list(each.roles),
        "run_groups": list(each.run_groups),
        "options": {},
    }
