"""Answers of the API as its description shows them; a test compares their keys with real ones."""

from __future__ import annotations

from typing import Any

_SERVICE: dict[str, Any] = {
    "name": "server_stats",
    "title": "ServerStatsWork",
    "aliases": ["Server Stats"],
    "profile": "monitoring",
    "family": "monitoring",
    "origin": "machpanel",
    "kind": "periodic",
    "status": "enabled",
    "status_reason": None,
    "schedule": "5 min at :02",
    "schedule_source": "code",
    "period": 5,
    "align": 2,
    "times": [],
    "zone": None,
    "weekdays": [],
    "days": [],
    "allowed_nodes": ["master"],
    "instances": "one",
    "run_groups": [],
    "priority": 3,
    "parallel": 1,
    "misfire": "once",
    "misfire_window": 300.0,
    "overlap": "queue_one",
    "retries": 0,
    "retry_lost": False,
    "time_limit": 600.0,
    "paused": False,
    "logging": False,
    "last_run_at": "2027-01-15T07:57:00.012Z",
    "last_outcome": "succeeded",
    "last_duration": 0.42,
    "running": 0,
    "consecutive_failures": 0,
    "next_due_at": "2027-01-15T08:02:00.000Z",
    "queued_since": None,
    "waiting_reason": None,
    "tasks": [],
    "proof": "real",
    "proof_note": "",
    "replaced_by": [],
}
_MORE_OF_SERVICE: dict[str, Any] = {
    "description": "Samples this machine.",
    "options": {},
    "edited": ["priority"],
    "revision": 2,
    "logging_until": None,
    "paused_until": None,
    "last_run_id": 4711,
    "last_success_at": "2027-01-15T07:57:00.433Z",
    "last_failure_at": None,
    "processes": [],
}
_RUN: dict[str, Any] = {
    "id": 4711,
    "service": "server_stats",
    "trigger": "schedule",
    "planned_at": "2027-01-15T07:57:00.000Z",
    "requested_at": "2027-01-15T07:57:00.003Z",
    "granted_at": "2027-01-15T07:57:00.003Z",
    "started_at": "2027-01-15T07:57:00.012Z",
    "ended_at": "2027-01-15T07:57:00.433Z",
    "state": "succeeded",
    "outcome": "done",
    "reason": None,
    "waiting_reason": None,
    "node": "n1",
    "attempt": 1,
    "attempts": [
        {
            "n": 1,
            "node": "n1",
            "started_at": "2027-01-15T07:57:00.012Z",
            "ended_at": "2027-01-15T07:57:00.433Z",
            "end": "succeeded",
            "error": None,
        }
    ],
    "fence": 8123,
    "merged_into": None,
    "priority": 5,
    "args": {},
    "progress": None,
    "steps": [],
    "error": None,
}
_MORE_OF_RUN: dict[str, Any] = {
    "message": None,
    "counts": {"samples": 12},
    "requested_by": None,
    "run_groups": [],
    "allowed_nodes": ["master"],
    "preempt": False,
    "step": None,
}
_GROUP: dict[str, Any] = {
    "name": "stats_processing",
    "services": ["backup_manager", "rating_report"],
    "holder": {
        "run": 4712,
        "service": "backup_manager",
        "title": "Backup Manager",
        "hold": False,
        "run_groups": ["stats_processing"],
        "state": "running",
        "node": "n1",
        "since": "2027-01-15T08:00:00.000Z",
    },
    "waiting": [
        {
            "run": 4713,
            "service": "rating_report",
            "title": "Rating Report",
            "hold": False,
            "run_groups": ["stats_processing"],
            "priority": 5,
            "since": "2027-01-15T08:00:00.000Z",
            "waiting_reason": "waits for group stats_processing, held by Backup Manager on n1 for 12 s",
        }
    ],
}
_NODE: dict[str, Any] = {
    "name": "n1",
    "state": "up",
    "state_since": "2027-01-15T08:00:00.000Z",
    "drain_until": None,
    "roles": ["master", "processing"],
    "services": ["backup_manager", "server_stats"],
    "slots": 2,
    "busy": 1,
    "host": "jobs1",
    "version": "0.1.0",
    "started_at": "2027-01-15T08:00:00.000Z",
    "seen_at": "2027-01-15T08:00:00.000Z",
    "processes": [
        {
            "kind": "worker",
            "name": "n1.w1",
            "pid": 4242,
            "state": "up",
            "slots": 2,
            "memory": 41000000,
            "started_at": "2027-01-15T08:00:00.000Z",
            "seen_at": "2027-01-15T08:00:00.000Z",
        }
    ],
}
_CHANGE: dict[str, Any] = {
    "id": 97,
    "at": "2027-01-15T08:00:00.000Z",
    "actor": "ann",
    "via": "page",
    "address": "192.0.2.7",
    "action": "edit",
    "object": "service server_stats",
    "before": {"priority": 5},
    "after": {"priority": 3},
    "changes": [{"key": "priority", "before": "5", "after": "3"}],
    "reason": "after the backup",
}
_LOG: dict[str, Any] = {
    "run": 4711,
    "state": "succeeded",
    "lines": [
        {"n": None, "at": "2027-01-15T07:57:00.012Z", "level": "info", "text": "start: attempt 1 on n1"}
    ],
    "next": "0.1800000000001000",
    "complete": True,
}
_PREVIEW: dict[str, Any] = {
    "service": "server_stats",
    "schedule": "05:30",
    "zone": "UTC",
    "next": [{"at": "2027-01-16T05:30:00.000Z", "local": "Sat 2027-01-16 05:30 UTC", "note": None}],
    "warnings": [],
    "problems": {},
}

#: By method and path below ``/api/v1/``.
EXAMPLES: dict[str, Any] = {
    "GET services": {"services": [_SERVICE]},
    "GET services/{name}": _SERVICE | _MORE_OF_SERVICE,
    "PATCH services/{name}": _SERVICE | _MORE_OF_SERVICE,
    "POST services/{name}/schedule/preview": _PREVIEW,
    "POST services/{name}/runs": {"runs": [_RUN | _MORE_OF_RUN], "merged": False},
    "GET runs": {"runs": [_RUN], "next": None},
    "GET runs/{run_id}": _RUN | _MORE_OF_RUN,
    "GET runs/{run_id}/log": _LOG,
    "POST runs/{run_id}/cancel": {"run": 4711, "service": "server_stats", "ended": True, "again": False},
    "GET groups": {"groups": [_GROUP]},
    "GET nodes": {"nodes": [_NODE]},
    "GET audit": {"audit": [_CHANGE], "next": None},
}
