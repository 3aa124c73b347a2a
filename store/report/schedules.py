"""When reports are mailed, and what became of each planned time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.report.query import Query, ReportProblem
from domain.report.schedule import as_values, rule
from domain.time.rule import FixedTime
from domain.time.stored import to_json
from store.report import queries
from store.tx import Tx, marks

#: Where what became of planned times is kept; that of usage reports has the same columns.
DELIVERIES = "report_delivery"

#: A schedule with its query; the names of the query's columns begin with q_.
_JOINED = """
    SELECT s.*, q.name AS q_name, q.kind AS q_kind, q.filters AS q_filters, q.columns AS q_columns,
           q.group_by AS q_group_by, q.owner AS q_owner, q.archived_at AS q_archived_at,
           u.disabled_at AS owner_disabled_at
    FROM report_schedule s JOIN report_query q ON q.id = s.query_id
         LEFT JOIN app_user u ON LOWER(u.name) = LOWER(q.owner)"""


@dataclass(frozen=True)
class Scheduled:
    """A schedule that is on. `problem` says why no report can be made by it, "" if one can."""

    id: int
    name: str
    query: Query | None
    rule: FixedTime | None
    recipients: tuple[str, ...]
    form: str
    accounted_until: int
    owner_disabled: bool
    problem: str = ""


@dataclass(frozen=True)
class Delivery:
    """What became of a planned time; `count` of them from `planned_at` on, for one that was missed."""

    planned_at: int | None
    state: str
    mail_id: int | None = None
    rows: int | None = None
    error: str | None = None
    count: int = 1
    asked_by: str | None = None


def add(tx: Tx, query_id: int, when: FixedTime, recipients: Sequence[str], form: str, now: float) -> int:
    """Keep a new schedule; its first planned time is after `now`."""
    return int(
        tx.value(
            """INSERT INTO report_schedule (query_id, rule, recipients, format, accounted_until, created_at)
               VALUES (?, ?, ?, ?, ?, ?) RETURNING id""",
            (query_id, json.dumps(to_json(when)), json.dumps(list(recipients)), form, int(now), now),
        )
    )


def enable(tx: Tx, schedule_id: int, now: float) -> bool:
    """Plan it again, from now on; False if it was on or is gone."""
    return (
        tx.run(
            """UPDATE report_schedule SET enabled = TRUE, accounted_until = ?
               WHERE id = ? AND NOT enabled AND removed_at IS NULL""",
            (int(now), schedule_id),
        )
        > 0
    )


def disable(tx: Tx, schedule_id: int) -> bool:
    """Plan it no more; False if it was off or is gone."""
    sql = "UPDATE report_schedule SET enabled = FALSE WHERE id = ? AND enabled AND removed_at IS NULL"
    return tx.run(sql, (schedule_id,)) > 0


def remove(tx: Tx, schedule_id: int, now: float) -> bool:
    """Take it away, its deliveries stay; False if it is gone already."""
    sql = "UPDATE report_schedule SET removed_at = ? WHERE id = ? AND removed_at IS NULL"
    return tx.run(sql, (now, schedule_id)) > 0


def of(tx: Tx, query_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The schedules of these queries, in order."""
    if not query_ids:
        return []
    return tx.dicts(
        f"""SELECT * FROM report_schedule WHERE removed_at IS NULL AND query_id IN ({marks(query_ids)})
            ORDER BY query_id, id""",
        query_ids,
    )


def one(tx: Tx, schedule_id: int) -> dict[str, Any] | None:
    """A schedule's row with its query's (q_…), or None."""
    rows = tx.dicts(f"{_JOINED} WHERE s.id = ? AND s.removed_at IS NULL", (schedule_id,))
    return rows[0] if rows else None


def on(tx: Tx) -> list[Scheduled]:
    """All schedules that are on, of queries that are not archived."""
    where = "WHERE s.enabled AND s.removed_at IS NULL AND q.archived_at IS NULL ORDER BY s.id"
    return [read(row) for row in tx.dicts(f"{_JOINED} {where}")]


def read(row: dict[str, Any]) -> Scheduled:
    """The schedule of a row of `one`."""
    asked, when, problem = None, None, ""
    try:
        when = rule(**as_values(json.loads(row["rule"])))
        names = ("name", "kind", "filters", "columns", "group_by")
        asked = queries.read({name: row[f"q_{name}"] for name in names})
    except ReportProblem as error:
        problem = str(error)
    return Scheduled(
        id=row["id"],
        name=row["q_name"],
        query=asked,
        rule=when,
        recipients=tuple(json.loads(row["recipients"])),
        form=row["format"],
        accounted_until=row["accounted_until"],
        owner_disabled=row["owner_disabled_at"] is not None,
        problem=problem,
    )


def account(tx: Tx, each: Scheduled, until: int, now: float, *, sent: bool) -> bool:
    """All planned times up to `until` have their deliveries in this transaction.

    False when somebody else came first, or it was switched off: then nothing may be written.
    """
    return (
        tx.run(
            """UPDATE report_schedule
               SET accounted_until = ?, last_sent_at = CASE WHEN ? THEN ? ELSE last_sent_at END
               WHERE id = ? AND accounted_until = ? AND enabled AND removed_at IS NULL""",
            (until, sent, now, each.id, each.accounted_until),
        )
        > 0
    )


def deliver(tx: Tx, schedule_id: int, done: Delivery, now: float, table: str = DELIVERIES) -> int:
    """Write what became of a planned time; the delivery's id."""
    return int(
        tx.value(
            f"""INSERT INTO {table} (schedule_id, planned_at, planned_count, at, state, asked_by,
                                            mail_id, rows, error)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id""",
            (
                *(schedule_id, done.planned_at, done.count, now, done.state, done.asked_by),
                *(done.mail_id, done.rows, done.error),
            ),
        )
    )


def sent_by_hand(tx: Tx, schedule_id: int, now: float) -> None:
    """A report was sent that no planned time stands for."""
    tx.run("UPDATE report_schedule SET last_sent_at = ? WHERE id = ?", (now, schedule_id))


def of_mail(tx: Tx, once_key: str) -> dict[str, Any] | None:
    """The delivery whose mail has this key, or None."""
    rows = tx.dicts(
        """SELECT d.* FROM mail m JOIN report_delivery d ON d.mail_id = m.id WHERE m.once_key = ?""",
        (once_key,),
    )
    return rows[0] if rows else None


def latest(
    tx: Tx, schedule_ids: Sequence[int], each: int = 10, table: str = DELIVERIES
) -> dict[int, list[dict[str, Any]]]:
    """The newest deliveries of these schedules, with the state of their mail as `mail_state`."""
    return {
        schedule_id: tx.dicts(
            f"""SELECT d.*, m.state AS mail_state, m.answer AS mail_answer
               FROM {table} d LEFT JOIN mail m ON m.id = d.mail_id
               WHERE d.schedule_id = ? ORDER BY d.id DESC LIMIT ?""",
            (schedule_id, each),
        )
        for schedule_id in schedule_ids
    }
