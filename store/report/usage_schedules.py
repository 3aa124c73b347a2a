"""When usage reports are due: the objects that people keep, and how far each is accounted for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.report.query import ReportProblem
from domain.report.schedule import rule
from domain.report.usage_kinds import KINDS, UsageKind, problem
from domain.time.rule import FixedTime
from store import event
from store.object import read as objects
from store.report import schedules
from store.report.schedules import Delivery
from store.tx import Tx

DELIVERIES = "usage_report_delivery"

#: Everybody with an address, and whether they are still there.
_PEOPLE = """
    SELECT archived_at IS NULL FROM contact WHERE email <> '' AND LOWER(email) = LOWER(?)
    UNION ALL SELECT archived_at IS NULL AND enabled FROM staff WHERE LOWER(email) = LOWER(?)"""


@dataclass(frozen=True)
class UsageSchedule:
    """A schedule. `why_not` says why no report can be made by it, "" if one can.

    All planned times up to `accounted_until` are served. `planned` is the schedule as text: another one
    is planned from the moment it was changed.
    """

    id: int
    name: str
    kind: UsageKind | None
    organisation: str | None
    organisation_id: int | None
    rule: FixedTime | None
    recipients: tuple[str, ...]
    form: str
    enabled: bool
    revision: int
    planned: str
    accounted_until: int
    known: bool
    why_not: str = ""


def listed(tx: Tx) -> list[UsageSchedule]:
    """All that are not archived, by name."""
    known = {row["schedule_id"]: row for row in tx.dicts("SELECT * FROM usage_report_progress")}
    return [read(row, known.get(row["id"])) for row in objects.live(tx, "report_schedule")]


def read(row: Mapping[str, Any], known: Mapping[str, Any] | None) -> UsageSchedule:
    """The schedule of an object, and of its row of `usage_report_progress` if it has one."""
    values = {name: list(row[name]) for name in ("times", "weekdays", "days")}
    planned = json.dumps({**values, "zone": row["zone"], "enabled": bool(row["enabled"])}, sort_keys=True)
    made, said = None, problem(row["report"], row["organisation"])
    try:
        made = rule(values["times"], row["zone"] or None, values["weekdays"], values["days"])
    except ReportProblem as error:
        said = str(error)
    same = known is not None and known["planned"] == planned
    return UsageSchedule(
        id=row["id"],
        name=row["name"],
        kind=KINDS.get(row["report"]),
        organisation=row["organisation"],
        organisation_id=row["organisation_id"],
        rule=made,
        recipients=tuple(row["recipients"]),
        form=row["format"],
        enabled=bool(row["enabled"]),
        revision=row["revision"],
        planned=planned,
        accounted_until=known["accounted_until"] if known is not None and same else int(row["changed_at"]),
        known=same,
        why_not=said or "",
    )


def note(tx: Tx, each: UsageSchedule) -> None:
    """Remember from when on this schedule is planned as it is."""
    tx.run(
        """INSERT INTO usage_report_progress (schedule_id, planned, accounted_until) VALUES (?, ?, ?)
           ON CONFLICT (schedule_id) DO UPDATE SET planned = excluded.planned,
               accounted_until = excluded.accounted_until
           WHERE usage_report_progress.planned <> excluded.planned""",
        (each.id, each.planned, each.accounted_until),
    )


def account(tx: Tx, each: UsageSchedule, until: int, now: float, *, sent: bool) -> bool:
    """As `store.report.schedules.account`, for the schedule as it was looked at."""
    return (
        tx.run(
            """UPDATE usage_report_progress
               SET accounted_until = ?, last_sent_at = CASE WHEN ? THEN ? ELSE last_sent_at END
               WHERE schedule_id = ? AND accounted_until = ? AND planned = ?
                 AND EXISTS (SELECT 1 FROM usage_report_schedule
                             WHERE id = ? AND revision = ? AND enabled AND archived_at IS NULL)""",
            (until, sent, now, each.id, each.accounted_until, each.planned, each.id, each.revision),
        )
        > 0
    )


def deliver(tx: Tx, each: UsageSchedule, done: Delivery, now: float) -> int:
    """Write what became of a planned time; the delivery's id."""
    return schedules.deliver(tx, each.id, done, now, DELIVERIES)


def gone(tx: Tx, addresses: Sequence[str]) -> list[str]:
    """Those addresses whose contact is archived, or whose staff member is not active, and of nobody else."""
    found = []
    for address in addresses:
        there = [bool(row[0]) for row in tx.all(_PEOPLE, (address, address))]
        if there and not any(there):
            found.append(address)
    return found


def tell_gone(tx: Tx, each: UsageSchedule, addresses: Sequence[str], now: float) -> None:
    """An event that says so, once for each address of a schedule."""
    for address in addresses:
        event.add(
            tx,
            at=now,
            type="failure",
            severity="warning",
            sender="usage_report_schedule",
            text=f"{address} is archived and gets report {each.name} no more: take the address out of it",
            key=f"usage_report:{each.id}:gone:{address}",
        )
