"""Removes what the helpdesk keeps no longer: deleted tickets after their term, old notes of mails."""

from __future__ import annotations

from actors.context import Context
from actors.outcome import Outcome
from domain.mail_in.limits import DeskLimits

DAY = 86_400.0


def remove_deleted(context: Context, limits: DeskLimits, remembered: float) -> Outcome:
    """Tickets deleted `deletion_days` ago go with their files; small transactions, until none is left."""
    from store import database
    from store.helpdesk import command, seen, ticket

    now, gone, mails = context.now.timestamp(), 0, 0
    before = now - limits.deletion_days * DAY
    while not context.stopping():
        number = database.write(lambda tx: ticket.forget_deleted(tx, before))
        gone += number
        context.progress(gone)
        if not number:
            break
    while not context.stopping():
        number = database.write(lambda tx: seen.forget(tx, now - remembered * DAY))
        mails += number
        if not number:
            break
    database.write(lambda tx: command.forget(tx, now - remembered * DAY))
    counts = {"removed": gone, "mails_forgotten": mails}
    return Outcome("partial" if context.stopping() else "done", counts)
