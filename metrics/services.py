"""Services: their switches, their schedule, their last and open runs, and what daemons should run."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from domain.time.planned import interval, next_times
from domain.time.stored import rule_of
from metrics.look import Look
from metrics.samples import Samples
from store.measure import nodes, services

_IDLE: dict[str, Any] = {
    "waiting": 0,
    "running": 0,
    "oldest_waiting": None,
    "oldest_start": None,
    "last_start": None,
}


def read(samples: Samples, look: Look) -> None:
    """The families of services."""
    open_runs = {row["service"]: row for row in services.open_runs(look.tx)}
    for row in look.services:
        name = row["name"]
        works = bool(row["enabled"]) and not row["missing"]
        samples.add("service_info", 1, name, row["title"], row["kind"], row["family"])
        samples.add("service_enabled", works, name)
        if look.rests(row):
            samples.add("service_paused", 1, name)
        if row["kind"] != "daemon":
            _schedule(samples, row, look, works)
            _runs(samples, row, open_runs.get(name, _IDLE))


def waiting_for_slot(samples: Samples, look: Look) -> None:
    """Runs that wait for a slot; 0 for the roles of every service, so that an autoscaler sees it end."""
    found = services.waiting_for_slot(look.tx)
    for roles in sorted({row["roles"] for row in look.services if row["roles"]} | found.keys()):
        samples.add("runs_waiting_for_slot", found.get(roles, 0), "+".join(roles.split()))


def daemons(samples: Samples, look: Look) -> None:
    """What should run of each daemon, and what does."""
    found = nodes.daemons(look.tx)
    looping: dict[str, int] = {}
    for row in found:
        looping[row["service"]] = looping.get(row["service"], 0) + int(row["looping"])
        if row["running"] and row["node"]:
            samples.add("daemon_running_instances", int(row["running"]), row["service"], row["node"])
    for row in look.services:
        if row["kind"] == "daemon":
            samples.add("daemon_desired_instances", _desired(row, look), row["name"])
            samples.add("daemon_crash_loop_instances", looping.get(row["name"], 0), row["name"])


def _desired(row: dict[str, Any], look: Look) -> int:
    """0 while it rests; one in all, or one on each node that is up and able."""
    if not row["enabled"] or row["missing"] or look.rests(row):
        return 0
    if row["instances"] != "each":
        return 1
    roles = set(row["roles"].split())
    able = [
        node
        for node in look.nodes
        if node["state"] == "up"
        and not roles.isdisjoint(node["roles"].split())
        and row["name"] in node["services"].split()
    ]
    return len(able)


def _schedule(samples: Samples, row: dict[str, Any], look: Look, works: bool) -> None:
    name = row["name"]
    samples.add("service_expected_interval_seconds", _interval(row["rule"]), name)
    samples.add("service_time_limit_seconds", row["time_limit"], name)
    if works and row["accounted_until"] is not None:
        after = int(row["accounted_until"])
        if look.rests(row):
            if row["paused_until"] is None:
                return
            after = max(after, int(row["paused_until"]) - 1)
        samples.add("service_next_due_timestamp_seconds", _first_after(row["rule"], after, look.zone), name)


def _runs(samples: Samples, row: dict[str, Any], now: dict[str, Any]) -> None:
    name = row["name"]
    starts = [at for at in (row["last_start_at"], now["last_start"]) if at is not None]
    samples.add("service_last_start_timestamp_seconds", max(starts, default=None), name)
    samples.add("service_last_success_timestamp_seconds", row["last_success_at"], name)
    samples.add("service_last_failure_timestamp_seconds", row["last_failure_at"], name)
    samples.add("service_last_duration_seconds", row["last_duration"], name)
    samples.add("service_running_runs", now["running"], name)
    samples.add("service_oldest_running_timestamp_seconds", now["oldest_start"], name)
    samples.add("service_queued_runs", now["waiting"], name)
    samples.add("service_oldest_queued_timestamp_seconds", now["oldest_waiting"], name)
    samples.add("service_consecutive_failures", row["consecutive_failures"], name)


@lru_cache(maxsize=4096)
def _interval(rule: str) -> float | None:
    """None also for a rule with problems, which plans nothing: one service must not silence the rest."""
    try:
        return interval(rule_of(rule))
    except ValueError:
        return None


@lru_cache(maxsize=8192)
def _first_after(rule: str, after: int, zone: ZoneInfo) -> float | None:
    if _interval(rule) is None:
        return None
    times = next_times(rule_of(rule), after, 1, zone)
    return float(times[0].at) if times else None
