"""Mails saved statistics reports at the times their owners have set.

Mail leaves through the SMTP of the reseller whose report it is, else through the system's. Until
organisations have SMTP settings of their own, that is always the system's: the Mail Manager sends it.
"""

from __future__ import annotations

from actors import Context, Outcome, Periodic, Task, service
from actors.reporting import serve_each
from domain.report.schedule import Limits


def make_and_mail(context: Context, limits: Limits) -> Outcome:
    """Put the mail of each report that is due into the outbox."""
    from store import database
    from store.report import mailing, schedules

    now = context.now.timestamp()
    return serve_each(context, schedules.on(database.read()), lambda each: mailing.serve(each, now, limits))


@service(
    title="Reports To Email",
    aliases=("Reports to Email",),
    family="system",
    profile="core",
    origin="jerasoft",
    schedule=Periodic(minutes=6, align=3),
    options=Limits,
    needs=("mail.host", "mail.sender"),
    proof="real",
    tasks=(Task("Make and mail saved reports that are due", make_and_mail, effect="outward"),),
)
def run(context: Context, limits: Limits) -> Outcome:
    """Mail the reports that are due."""
    return context.run_steps(limits)
