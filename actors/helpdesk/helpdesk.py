"""Turns incoming mail into tickets and replies.

A mail is deleted from its account only after the ticket is stored.
"""

from __future__ import annotations

from datetime import timedelta

from actors import Context, Outcome, Periodic, Task, service
from domain.mail_in.limits import DeskLimits

DAY = timedelta(days=1)
#: Days that a mail is remembered after it is gone from the mailbox, and a command after it was done.
REMEMBERED = 180


def fetch(context: Context, limits: DeskLimits) -> Outcome:
    """Read the mail accounts; observing, the mails stay there."""
    from actors.desk.reading import read_accounts

    return read_accounts(context, limits)


def purge(context: Context, limits: DeskLimits) -> Outcome:
    """Remove tickets whose term after deletion is over, with their files, and what is remembered of mails."""
    from actors.desk.purging import remove_deleted

    return remove_deleted(context, limits, REMEMBERED)


def unlock(context: Context, limits: DeskLimits) -> Outcome:
    """Give back the locks whose time has run out."""
    from store import database
    from store.helpdesk import ticket

    freed = database.write(lambda tx: ticket.free_locks(tx, context.now.timestamp()))
    return Outcome.done(unlocked=len(freed))


@service(
    title="HelpDeskWork",
    family="helpdesk",
    profile="helpdesk",
    origin="machpanel",
    schedule=Periodic(minutes=1),
    options=DeskLimits,
    proof="real",
    proof_note="Dovecot over IMAP and POP3, fed by LMTP; Postfix takes the answers.",
    tasks=(
        Task("Fetch POP accounts and turn mails into tickets", fetch, effect="outward"),
        Task("Remove deleted tickets for good", purge, every=DAY),
        Task("Unlock tickets whose lock has run out", unlock),
    ),
)
def run(context: Context, limits: DeskLimits) -> Outcome:
    """Run the steps that are due."""
    return context.run_steps(limits)
