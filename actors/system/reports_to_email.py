"""Mails saved statistics reports at the times their owners have set.

Mail leaves through the SMTP of the reseller whose report it is, else through the system's. Until
organisations have SMTP settings of their own, that is always the system's: the Mail Manager sends it.
"""

from __future__ import annotations

from collections import Counter

from actors import Context, Outcome, Periodic, Task, service
from domain.report.schedule import Limits


def make_and_mail(context: Context, limits: Limits) -> Outcome:
    """Put the mail of each report that is due into the outbox; one that fails keeps no other back."""
    from store import database
    from store.errors import DatabaseError
    from store.report import mailing, schedules

    counts: Counter[str] = Counter()
    problems: list[str] = []
    found = schedules.on(database.read())
    for done, each in enumerate(found):
        context.progress(done, len(found))
        if context.stopping():
            return Outcome("partial", counts, "stopped; the next run goes on")
        try:
            served = mailing.serve(each, context.now.timestamp(), limits)
        except DatabaseError:
            raise
        except Exception as error:
            # Nothing of it is written: the next run tries it again, within the window.
            served = mailing.Served({}, f"{each.name}: {type(error).__name__}: {error}")
        counts.update(served.counts)
        if served.problem:
            context.log.error("report cannot be mailed", schedule=each.id, error=served.problem)
            problems.append(served.problem)
    if problems:
        return Outcome("partial" if counts["mailed"] else "failed", counts, "; ".join(problems))
    return Outcome("done", counts)


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
