"""Saved reports become mails: each planned time of a schedule exactly once, whoever else tries at once."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from domain.mail.draft import LARGEST_KEPT, checked
from domain.report.draft import draft
from domain.report.period import Span, span
from domain.report.query import Query, ReportProblem
from domain.report.schedule import Limits, due
from domain.report.table import Table, table
from domain.report.written import written
from store.outbox.put import put
from store.report import schedules
from store.report.rows import rows
from store.report.schedules import Delivery, Scheduled
from store.report.serving import Book, Made, NotSent, Served
from store.report.serving import serve as serve_settled
from store.tx import Tx


def answer(asked: Query, at: int, zone: ZoneInfo, limits: Limits) -> tuple[Table, Span]:
    """The table of a query at an instant, and the span it is over."""
    over = span(asked.period, at, zone)
    return table(asked, rows(asked, over), zone, limits.most_rows, limits.most_read), over


def serve(each: Scheduled, now: float, limits: Limits) -> Served:
    """Deliver what is due of one schedule, late times as one; nothing when somebody else has done so."""
    if each.rule is None:
        return Served({}, f"{each.name}: {each.problem}")

    def made(at: int, also: int) -> Made:
        if each.owner_disabled:
            raise NotSent("its owner is disabled")
        return make(each, at, limits, f"report:{each.id}:{at}", also)

    settled = due(each.rule, each.accounted_until, now, ZoneInfo(limits.zone), limits.window_hours * 3600)
    book = Book(
        account=lambda tx, until, sent: schedules.account(tx, each, until, now, sent=sent),
        deliver=lambda tx, done: schedules.deliver(tx, each.id, done, now),
    )
    return serve_settled(each.name, settled, made, book, now)


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
