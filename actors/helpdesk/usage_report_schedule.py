"""Mails enterprise reports on the days that customers have chosen."""

from __future__ import annotations

from actors import Context, Outcome, Periodic, Task, service
from actors.reporting import serve_each
from domain.report.schedule import UsageLimits


def make_and_mail(context: Context, limits: UsageLimits) -> Outcome:
    """Put the mail of each report that is due into the outbox."""
    from store import database
    from store.report import usage_mailing, usage_schedules

    now, family = context.now.timestamp(), context.mail_family
    found = usage_schedules.listed(database.read())
    return serve_each(context, found, lambda each: usage_mailing.serve(each, now, limits, family))


@service(
    title="UsageReportScheduleWork",
    family="helpdesk",
    profile="helpdesk",
    origin="machpanel",
    schedule=Periodic(minutes=15, align=7),
    options=UsageLimits,
    proof="real",
    tasks=(Task("Make and mail enterprise reports that are due", make_and_mail, effect="outward"),),
)
def run(context: Context, limits: UsageLimits) -> Outcome:
    """Mail the reports that are due."""
    return context.run_steps(limits)
