"""Usage reports become mails: each planned time of a schedule exactly once, late ones as one report."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from domain.mail.draft import LARGEST_KEPT, checked
from domain.report.draft import minute
from domain.report.period import LONGEST, Span
from domain.report.query import ReportProblem
from domain.report.schedule import UsageLimits, due
from domain.report.usage_draft import Sending, usage_draft
from domain.time.planned import planned_times
from domain.time.rule import FixedTime
from store import database
from store.report import usage_schedules as schedules
from store.report.file import file_of
from store.report.serving import Book, Made, NotSent, Served
from store.report.serving import serve as serve_settled
from store.report.usage import answer
from store.report.usage_schedules import UsageSchedule


def serve(each: UsageSchedule, now: float, limits: UsageLimits, family: str | None) -> Served:
    """Deliver what is due of one schedule; nothing when somebody else has done so."""
    if not each.known:
        database.write(lambda tx: schedules.note(tx, each))
    if not each.enabled:
        return Served({})
    if each.rule is None:
        return Served({}, f"{each.name}: {each.why_not}")
    rule, zone = each.rule, ZoneInfo(limits.zone)
    settled = due(rule, each.accounted_until, now, zone, limits.window_hours * 3600)
    if not settled:
        return Served({})
    since = before(rule, settled[0].at, zone)
    book = Book(
        account=lambda tx, until, sent: schedules.account(tx, each, until, now, sent=sent),
        deliver=lambda tx, done: schedules.deliver(tx, each, done, now),
    )

    def made(at: int, also: int) -> Made:
        return make(each, Span(since, at), now, limits, family, also)

    return serve_settled(each.name, settled, made, book, now)


def make(
    each: UsageSchedule, over: Span, now: float, limits: UsageLimits, family: str | None, also: int = 0
) -> Made:
    """The mail of a schedule's report over a span. Raises NotSent, ReportProblem, MailProblem."""
    if each.kind is None or each.rule is None or each.why_not:
        raise ReportProblem(each.why_not)
    to = _recipients(each, now)
    if not to:
        raise NotSent("nobody is left to send it to: all its recipients are archived")
    zone = ZoneInfo(each.rule.zone or limits.zone)
    table = answer(each.kind, each.organisation_id, over, zone, now, limits)
    note = f"{each.kind.title}: {minute(over.since, zone)} to {minute(over.until, zone)} ({zone})"
    file = file_of(table, each.form, f"{limits.site}: {each.name}", note, LARGEST_KEPT)
    mail = usage_draft(
        Sending(each.name, each.kind, each.organisation, each.form, to, family),
        file,
        over=over,
        zone=zone,
        site=limits.site,
        once_key=f"usage:{each.id}:{over.until}",
        also=also,
    )
    return Made(checked(mail), file.rows)


def before(rule: FixedTime, at: int, zone: ZoneInfo) -> int:
    """The planned time before this one, from which on its report is; at most 400 days."""
    earlier = planned_times(rule, at - LONGEST, at - 1, zone)
    return earlier[-1].at if earlier else at - LONGEST


def _recipients(each: UsageSchedule, now: float) -> tuple[str, ...]:
    """Those who are still there; of each that is gone the event log tells once."""
    gone = schedules.gone(database.read(), each.recipients)
    if gone:
        database.write(lambda tx: schedules.tell_gone(tx, each, gone, now))
    return tuple(address for address in each.recipients if address not in gone)
