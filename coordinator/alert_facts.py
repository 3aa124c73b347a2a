"""From the tables to the plain facts that the rules of alerts look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from coordinator.sentence import Explained, explain_all
from coordinator.world import Rules
from domain.alert.facts import (
    CheckFact,
    DaemonFact,
    Facts,
    HookFact,
    JobsFact,
    LockedUser,
    LostNode,
    ProblemFact,
    RunningFact,
    ServiceFact,
    WaitFact,
)
from domain.alert.planned import OVERDUE
from domain.alert.waiting import LONG_LEAST, NEAR_LIMIT, QUEUE_STUCK, STUCK_LEAST, median
from domain.daemon_state import LOOP, STEADY
from domain.jobs.lanes import KindLimits
from domain.time.planned import interval, next_times
from domain.time.stored import rule_of
from store import alert_facts as stored
from store import daemon, problem, setting
from store.directory import listed as users
from store.hooks import state as hook_state
from store.job import limits as job_limits
from store.monitoring import listed
from store.tx import Tx

Row = Mapping[str, Any]

#: A planned time recorded as missed is told of for so long, in s.
MISSED = 3600.0
#: Who waits for a run group so many times longer than until it is kept for him is starved.
STARVED_TIMES = 10.0


def facts(tx: Tx, rules: Rules, zone: ZoneInfo, now: float, kinds: Mapping[str, str]) -> Facts:
    """Everything at this moment. `kinds`: job kind -> the service that carries it out."""
    services = stored.services(tx)
    missed = stored.missed(tx, now - MISSED)
    nodes = stored.nodes(tx)
    beat = setting.get(tx, "beat")
    starved_after = STARVED_TIMES * rules.reserve_after
    mails, mail_since = stored.mail(tx, now - QUEUE_STUCK)
    return Facts(
        now=now,
        services=[_service(row, missed.get(row["name"], 0), now, zone) for row in services],
        waits=_waits(tx, rules, zone, now, min(STUCK_LEAST, starved_after)),
        running=_running(tx, now),
        daemons=_daemons(tx, services, [row for row in nodes if row["state"] == "up"], now),
        lost=[LostNode(row["name"], row["state_at"]) for row in nodes if row["state"] == "lost"],
        jobs=_jobs(tx, kinds, now),
        checks=[CheckFact(**row) for row in listed.open_checks(tx)],
        hooks=[
            HookFact(row["name"], row["paused_at"], row["last_error"] or "") for row in hook_state.paused(tx)
        ],
        locked=[LockedUser(**row) for row in users.locked(tx)],
        problems=[ProblemFact(**row) for row in problem.all_found(tx)],
        mails=mails,
        mail_since=mail_since,
        beat_at=None if beat is None else float(beat["at"]),
        maintenance=setting.get(tx, "maintenance") is not None,
        starved_after=starved_after,
    )


def _service(row: Row, missed: int, now: float, zone: ZoneInfo) -> ServiceFact:
    rule, due = rule_of(row["rule"]), None
    # The beat accounts for each minute: where it has, nothing can be overdue.
    if row["accounted_until"] is not None and now - row["accounted_until"] > OVERDUE:
        following = next_times(rule, int(row["accounted_until"]), 1, zone)
        due = float(following[0].at) if following else None
    return ServiceFact(
        name=row["name"],
        title=row["title"],
        watched=_watched(row),
        resting=_paused(row, now),
        due_since=due,
        misfire_window=row["misfire_window"],
        interval=interval(rule),
        missed=missed,
        failures=row["consecutive_failures"],
        last_outcome=row["last_outcome"],
        last_success_at=row["last_success_at"],
    )


def _waits(tx: Tx, rules: Rules, zone: ZoneInfo, now: float, patience: float) -> list[WaitFact]:
    rows = stored.waiting(tx, now - patience)
    if not rows:
        return []
    explained = explain_all(tx, rules, now, zone)
    rows = [row for row in rows if row["id"] in explained]
    holders = {each.holder for row in rows if (each := explained[row["id"]]).holder is not None}
    services = stored.services_of(tx, sorted(holders))
    awaited: dict[int, str] = {
        row["id"]: services.get(explained[row["id"]].holder or 0) or row["service"] for row in rows
    }
    usual = stored.durations(tx, sorted(set(awaited.values())))
    return [_wait(row, explained[row["id"]], median(usual[awaited[row["id"]]])) for row in rows]


def _wait(row: Row, why: Explained, usual: float | None) -> WaitFact:
    return WaitFact(
        run_id=row["id"],
        service=row["service"],
        title=row["title"],
        # Until the time of its next try, a run waits for nobody.
        since=max(row["queued_at"], row["not_before"] or 0.0),
        code=why.code,
        sentence=why.sentence,
        group=why.group if why.code in ("group", "reserved") else None,
        usual=usual,
    )


def _running(tx: Tx, now: float) -> list[RunningFact]:
    rows = [
        row
        for row in stored.running(tx)
        if now - row["started_at"] > min(LONG_LEAST, NEAR_LIMIT * row["time_limit"])
    ]
    durations = stored.durations(tx, sorted({row["service"] for row in rows}))
    return [
        RunningFact(
            run_id=row["id"],
            service=row["service"],
            title=row["title"],
            node=row["node"],
            started_at=row["started_at"],
            time_limit=row["time_limit"],
            # What is usual is made of the service's whole runs.
            durations=[] if row["apart"] else durations[row["service"]],
        )
        for row in rows
    ]


def _daemons(tx: Tx, services: Sequence[Row], nodes: Sequence[Row], now: float) -> list[DaemonFact]:
    wanted = [row for row in services if row["kind"] == "daemon" and _watched(row) and not _paused(row, now)]
    if not wanted:
        return []
    known = {(row["service"], row["for_node"]): row for row in daemon.instances(tx)}
    return [fact for row in wanted if (fact := _daemon(row, nodes, known, now)).desired]


def _daemon(row: Row, nodes: Sequence[Row], known: Mapping[tuple[str, str], Row], now: float) -> DaemonFact:
    roles = set(row["roles"].split())
    able = [
        node["name"]
        for node in nodes
        if roles & set(node["roles"].split()) and row["name"] in node["services"].split()
    ]
    places = able if row["instances"] == "each" else [""]
    instances = [known[row["name"], place] for place in places if (row["name"], place) in known]
    looping = [each for each in instances if _loops(each, now)]
    running = [each for each in instances if each["state"] == "running" and each not in looping]
    ends = [each["last_end"] for each in instances if each not in running and each["last_end"]]
    return DaemonFact(
        service=row["name"],
        title=row["title"],
        desired=len(places),
        running=len(running),
        looping=len(looping),
        crashes=max((each["crashes"] for each in looping), default=0),
        last_end=ends[0] if ends else None,
        placeable=bool(able),
    )


def _loops(instance: Row, now: float) -> bool:
    """In a crash loop, also while it is tried again: until it has lived long enough to be steady."""
    if instance["crashes"] < LOOP:
        return False
    started = instance["started_at"]
    return instance["state"] != "running" or started is None or now - started < STEADY


def _jobs(tx: Tx, kinds: Mapping[str, str], now: float) -> list[JobsFact]:
    declared = {name: KindLimits(5, 1) for name in kinds}
    rows = stored.jobs(tx, job_limits.limits(tx, declared), now, now - QUEUE_STUCK)
    return [JobsFact(service=kinds[row["kind"]], **row) for row in rows if row["kind"] in kinds]


def _watched(row: Row) -> bool:
    return bool(row["enabled"]) and not row["missing"]


def _paused(row: Row, now: float) -> bool:
    return row["paused_at"] is not None and (row["paused_until"] is None or row["paused_until"] > now)
