"""Sends the notices that other services have put into the outbox.

Each notice that is due becomes one mail; those mails go out in the same run, so that a notice need
not wait for the Mail Manager.
"""

from __future__ import annotations

from functools import partial

from actors import Context, Outcome, Periodic, Task, service
from domain.mail.account import MailAccount


@service(
    title="SendEmailNotificationsWork",
    family="system",
    profile="core",
    origin="machpanel",
    schedule=Periodic(minutes=1),
    options=MailAccount,
    needs=("mail.host", "mail.sender"),
    proof="real",
    tasks=(Task("Send notification mails that are due", effect="outward"),),
)
def run(context: Context, account: MailAccount) -> Outcome:
    """Make mails of the notices that are due, then send them."""
    from actors.outgoing import send_waiting

    mailed, failed = make_mails(context, account.per_run)
    sent = send_waiting(context, account, notices=True)
    counts = {name: count for name, count in (("notices", mailed), ("bad_notices", failed)) if count}
    return Outcome(sent.kind, {**counts, **sent.counts}, sent.message)


def make_mails(context: Context, most: int) -> tuple[int, int]:
    """How many notices became mails, and how many cannot; each in a transaction of its own."""
    from domain.mail.problem import MailProblem
    from store import database
    from store.outbox import notification

    now = context.now.timestamp()
    mailed = failed = 0
    for notice_id in notification.due(database.read(), now, most):
        if context.stopping():
            break
        try:
            mailed += database.write(partial(notification.to_mail, notice_id=notice_id, now=now))
        except MailProblem as problem:
            text = str(problem)
            context.log.error("notice cannot be sent", notice=notice_id, error=text)
            failed += database.write(partial(notification.failed, notice_id=notice_id, error=text, now=now))
    return mailed, failed
