"""Reports become mails: each planned time of a schedule exactly once, whoever else tries at the same moment.

The report is made first, outside of any transaction. Then one transaction moves the schedule's
`accounted_until`, writes what became of each planned time and puts the mail into the outbox: all of
it or nothing, so that a process that dies on the way leaves the time to the next run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from domain.mail.draft import LARGEST_KEPT, Draft, checked
from domain.mail.problem import MailProblem
from domain.report.draft import draft
from domain.report.period import Span, span
from domain.report.query import Query, ReportProblem
from domain.report.schedule import Limits, due
from domain.report.table import Table, table
from domain.report.written import written
from domain.time.settle import Settled
from store import database
from store.outbox.put import put
from store.report import schedules
from store.report.rows import rows
from store.report.schedules import Delivery, Scheduled
from store.tx import Tx


@dataclass(frozen=True)
class Made:
    """A report that is ready to be mailed, and how many rows it has."""

    draft: Draft
    rows: int


@dataclass(frozen=True)
class Served:
    """What a look at one schedule came to: counts by state, and one line if no report could be made."""

    counts: dict[str, int]
    problem: str = ""


def answer(asked: Query, at: int, zone: ZoneInfo, limits: Limits) -> tuple[Table, Span]:
    """The table of a query at an instant, and the span it is over."""
    over = span(asked.period, at, zone)
    return table(asked, rows(asked, over), zone, limits.most_rows, limits.most_read), over


def serve(each: Scheduled, now: float, limits: Limits) -> Served:
    """Deliver what is due of one schedule, late times as one; nothing when somebody else has done so."""
    if each.rule is None:
        return Served({}, f"{each.name}: {each.problem}")
    site_zone = ZoneInfo(limits.zone)
    settled = due(each.rule, each.accounted_until, now, site_zone, limits.window_hours * 3600)
    if not settled:
        return Served({})
    made: Made | None = None
    done = [_unserved(one) for one in settled if one.result in ("merged", "missed")]
    problem = ""
    for one in settled:
        if one.result not in ("run", "catch_up"):
            continue
        try:
            if each.owner_disabled:
                done.append(Delivery(one.at, "skipped", error="its owner is disabled"))
                continue
            also = sum(other.into == one.at for other in settled)
            made = make(each, one.at, limits, f"report:{each.id}:{one.at}", also)
            done.append(Delivery(one.at, "mailed", rows=made.rows))
        except (ReportProblem, MailProblem) as error:
            problem = f"{each.name}: {error}"
            done.append(Delivery(one.at, "failed", error=str(error)))
    until = max(one.last for one in settled)
    if not database.write(lambda tx: _write(tx, each, until, done, made, now)):
        return Served({})
    return Served(_counts(done), problem)


def make(each: Scheduled, at: int, limits: Limits, once_key: str, also: int = 0) -> Made:
    """The mail of a schedule's report at an instant. Raises ReportProblem, MailProblem."""
    if each.query is None or each.rule is None:
        raise ReportProblem(each.problem)
    zone = ZoneInfo(each.rule.zone or limits.zone)
    found, over = answer(each.query, at, zone, limits)
    file = written(found, each.form, f"{limits.site}: {each.name}", LARGEST_KEPT)
    mail = draft(
        each.query,
        file,
        form=each.form,
        over=over,
        zone=zone,
        site=limits.site,
        to=each.recipients,
        once_key=once_key,
        also=also,
    )
    return Made(checked(mail), file.rows)


def send(tx: Tx, schedule_id: int, made: Made, by: str, now: float) -> int | None:
    """Mail a report that somebody asked for; the delivery's id, None if its key was used before."""
    mail_id = put(tx, made.draft, now)
    if mail_id is None:
        return None
    schedules.sent_by_hand(tx, schedule_id, now)
    done = Delivery(None, "mailed", mail_id, made.rows, asked_by=by)
    return schedules.deliver(tx, schedule_id, done, now)


def skip_due(tx: Tx, each: Scheduled, now: float, limits: Limits, why: str) -> None:
    """What is due of a schedule that is being switched off is skipped, and written down as that."""
    if each.rule is None:
        return
    window = limits.window_hours * 3600
    settled = due(each.rule, each.accounted_until, now, ZoneInfo(limits.zone), window)
    if settled and schedules.account(tx, each, max(one.last for one in settled), now, sent=False):
        count = sum(one.count for one in settled)
        schedules.deliver(tx, each.id, Delivery(settled[0].at, "skipped", error=why, count=count), now)


def _unserved(one: Settled) -> Delivery:
    return Delivery(one.at, one.result, error=one.reason, count=one.count)


def _write(
    tx: Tx, each: Scheduled, until: int, done: Sequence[Delivery], made: Made | None, now: float
) -> bool:
    if not schedules.account(tx, each, until, now, sent=made is not None):
        return False
    mail_id = None if made is None else _put(tx, made.draft, now)
    for one in done:
        mailed = replace(one, mail_id=mail_id) if one.state == "mailed" else one
        schedules.deliver(tx, each.id, mailed, now)
    return True


def _put(tx: Tx, mail: Draft, now: float) -> int:
    mail_id = put(tx, mail, now)
    # An older backup may know less than its outbox did: the mail that is there stands for this one.
    return int(mail_id or tx.value("SELECT id FROM mail WHERE once_key = ?", (mail.once_key,)))


def _counts(done: Sequence[Delivery]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in done:
        counts[one.state] = counts.get(one.state, 0) + one.count
    return counts
