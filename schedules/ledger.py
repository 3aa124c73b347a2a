"""The ledger: every planned time of an enabled service ends in exactly one recorded outcome.

`service.accounted_until` moves forward in the transaction that inserts the occurrences, guarded
by the schedule's revision. So several beats, a late one and one whose clock steps back do no harm.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from domain.time.planned import Planned, planned_times
from domain.time.settle import ON_TIME, Settled, settle
from domain.time.stored import rule_of
from store import service, setting, tally
from store.run.created import NewRun, insert
from store.tx import Statement, Tx


@dataclass(slots=True)
class Accounted:
    """What one look at the schedules wrote."""

    queued: list[int] = field(default_factory=list)  # runs that wait now
    #: queued, merged, skipped or missed -> how many
    results: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    left: Sequence[str] = ()  # services that were changed since their rows were read: nothing was written

    def add(self, more: Accounted) -> None:
        """What a second look wrote."""
        self.queued += more.queued
        for result, count in more.results.items():
            self.results[result] += count
        self.left = more.left


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is to be written at `until` (epoch s), by service rows read then or shortly before."""

    until: int
    behind: Sequence[Mapping[str, Any]]  # rows of those that are accounted less far
    due: Sequence[tuple[Mapping[str, Any], list[Planned]]]  # those of them with planned times


def look_ahead(rows: Sequence[Mapping[str, Any]], until: int, zone: ZoneInfo) -> Ahead:
    """What these service rows have planned between the time they are accounted to and `until`."""
    behind = [row for row in rows if row["accounted_until"] is None or row["accounted_until"] < until]
    due = [(row, planned) for row in behind if (planned := _planned(row, until, zone))]
    return Ahead(until, behind, due)


def account(tx: Tx, rows: Sequence[Mapping[str, Any]], now: float, zone: ZoneInfo) -> Accounted:
    """Write the occurrences of these services that came due since they were last accounted.

    Under the grant lock. `rows` are service rows read in this transaction.
    """
    return write(tx, look_ahead(rows, int(now), zone), now)


def write(tx: Tx, ahead: Ahead, now: float) -> Accounted:
    """Write what was looked at before, under the grant lock; services changed since then are `left`."""
    behind = [(row["name"], row["revision"], row["accounted_until"]) for row in ahead.behind]
    *answers, maintenance, unended = tx.batch(
        [*service.accounting(tx, behind, ahead.until), setting.MAINTENANCE, _UNENDED]
    )
    met = {name for answer in answers for (name,) in answer}
    due = [(row, planned) for row, planned in ahead.due if row["name"] in met]
    left = [name for name, *_ in behind if name not in met]
    if not due:
        return Accounted(left=left)
    stopped = json.loads(maintenance[0][0]) if maintenance else None
    return replace(_insert(tx, due, now, stopped, _lines(unended)), left=left)


def _planned(row: Mapping[str, Any], until: int, zone: ZoneInfo) -> list[Planned]:
    since = row["accounted_until"]
    if since is None or since >= until or not row["enabled"] or row["missing"]:
        return []
    return planned_times(rule_of(row["rule"]), since, until, zone)


def _insert(
    tx: Tx,
    due: Sequence[tuple[Mapping[str, Any], list[Planned]]],
    now: float,
    stopped: Any,
    lines: Mapping[tuple[str, str], list[tuple[int, str]]],
) -> Accounted:
    nodes = _places(tx) if any(row["instances"] == "each" for row, _ in due) else []
    firsts: list[NewRun] = []
    later: list[tuple[NewRun, tuple[str, str, int]]] = []  # merged into an occurrence of this same tick
    for row, planned in due:
        for for_node in _for_nodes(row, nodes):
            new, follow = _occurrences(row, planned, for_node, now, stopped, lines[row["name"], for_node])
            firsts += new
            later += follow
    ids = insert(tx, firsts)
    by_time = {
        (new.service, new.for_node, new.planned_at): run_id for new, run_id in zip(firsts, ids, strict=True)
    }
    merged = [replace(new, merged_into=by_time[key]) for new, key in later if by_time.get(key) is not None]
    insert(tx, merged)
    return _counted(tx, [*firsts, *merged], ids)


def _occurrences(
    row: Mapping[str, Any],
    planned: Sequence[Planned],
    for_node: str,
    now: float,
    stopped: Any,
    line: Sequence[tuple[int, str]],
) -> tuple[list[NewRun], list[tuple[NewRun, tuple[str, str, int]]]]:
    """The rows for the planned times of one service on one node, and those merged into one of them."""
    template = _template(row, for_node, now)
    texts = {one.at: ", ".join(one.times) or None for one in planned}
    idle, times = _split_paused(row, [one.at for one in planned], stopped)
    new = _collapsed(template, idle, "maintenance" if stopped else "paused")
    follow: list[tuple[NewRun, tuple[str, str, int]]] = []
    waiting = next((run_id for run_id, state in line if state == "queued"), None)
    first_queued: int | None = None  # the occurrence of this tick that later ones merge into
    for settled in settle(times, now, row["misfire"], row["misfire_window"] + ON_TIME):
        run = _run(template, settled, texts, now)
        if settled.result in ("skipped", "missed"):
            new.append(run)
        elif row["overlap"] == "skip" and (line or first_queued is not None):
            new.append(replace(run, state="skipped", reason="overlap: an earlier run had not ended"))
        elif settled.result == "merged" and (waiting is None or row["overlap"] == "queue_all"):
            assert settled.into is not None
            follow.append((run, (row["name"], for_node, settled.into)))
        elif row["overlap"] == "queue_all":
            new.append(run)
        elif waiting is not None:
            new.append(replace(run, state="merged", merged_into=waiting))
        elif first_queued is not None:
            follow.append((replace(run, state="merged"), (row["name"], for_node, first_queued)))
        else:
            first_queued = settled.at
            new.append(run)
    return new, follow


def _run(template: NewRun, settled: Settled, texts: Mapping[int, str | None], now: float) -> NewRun:
    ran = settled.result in ("run", "catch_up")
    return replace(
        template,
        trigger="catch_up" if settled.result == "catch_up" else "schedule",
        state="queued" if ran else settled.result,
        reason=settled.reason,
        planned_at=settled.at,
        planned_until=settled.last if settled.count > 1 else None,
        planned_count=settled.count,
        planned_text=texts.get(settled.at),
        queued_at=float(settled.at) if now - settled.at < ON_TIME else now,
    )


def _split_paused(row: Mapping[str, Any], times: Sequence[int], stopped: Any) -> tuple[list[int], list[int]]:
    """Planned times within a pause (or maintenance), and the others."""
    since, until = row["paused_at"], row["paused_until"]

    def is_idle(at: int) -> bool:
        if stopped and at >= stopped["at"]:
            return True
        return since is not None and at >= since and (until is None or at < until)

    return [at for at in times if is_idle(at)], [at for at in times if not is_idle(at)]


def _collapsed(template: NewRun, times: Sequence[int], reason: str) -> list[NewRun]:
    """One skipped record for all of these."""
    if not times:
        return []
    return [
        replace(
            template,
            state="skipped",
            reason=reason,
            planned_at=times[0],
            planned_until=times[-1] if len(times) > 1 else None,
            planned_count=len(times),
        )
    ]


def _template(row: Mapping[str, Any], for_node: str, now: float) -> NewRun:
    return NewRun(
        service=row["name"],
        for_node=for_node,
        trigger="schedule",
        requested_at=now,
        queued_at=now,
        priority=row["priority"],
        roles=row["roles"],
        run_groups=row["run_groups"],
    )


#: The occurrences that have not ended.
_UNENDED: Statement = (
    """SELECT service, for_node, id, state FROM run
       WHERE state = 'queued' AND trigger IN ('schedule', 'catch_up') AND NOT apart
       UNION ALL SELECT service, for_node, id, state FROM run
       WHERE state IN ('granted', 'running') AND trigger IN ('schedule', 'catch_up') AND NOT apart""",
    (),
)


def _lines(unended: Sequence[tuple[Any, ...]]) -> dict[tuple[str, str], list[tuple[int, str]]]:
    """(service, node) -> [(run, state)] of those in `_UNENDED`."""
    lines: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for name, for_node, run_id, state in sorted(unended, key=lambda row: row[2]):
        lines[name, for_node].append((run_id, state))
    return lines


def _places(tx: Tx) -> list[tuple[str, frozenset[str]]]:
    """The nodes that owe their `each` services: all but those that left."""
    rows = tx.all("SELECT name, roles FROM node WHERE state <> 'left' ORDER BY name")
    return [(name, frozenset(roles.split())) for name, roles in rows]


def _for_nodes(row: Mapping[str, Any], nodes: Sequence[tuple[str, frozenset[str]]]) -> list[str]:
    if row["instances"] != "each":
        return [""]
    roles = set(row["roles"].split())
    return [name for name, has in nodes if not roles.isdisjoint(has)]


def _counted(tx: Tx, runs: Sequence[NewRun], ids: Sequence[int | None]) -> Accounted:
    inserted = [(run, run_id) for run, run_id in zip(runs, ids, strict=False) if run_id is not None]
    done = Accounted(queued=[run_id for run, run_id in inserted if run.state == "queued"])
    raises: list[tally.Raise] = []
    for run in runs:
        done.results[run.state] += run.planned_count
        if run.state != "queued":
            raises.append((run.service, "occurrences", run.state, float(run.planned_count)))
        elif run.planned_at is not None:
            late = run.requested_at - run.planned_at
            raises += tally.observed("", "schedule_lateness", late, tally.LATENESS_BUCKETS)
    tally.add(tx, raises)
    return done
