"""Sends invoices, notices and other mail from the queue through the owner's SMTP server.

A mail that cannot be sent waits for its next try and never blocks those behind it.
"""

from __future__ import annotations

from actors import Context, Outcome, Periodic, Task, service
from domain.mail.account import MailAccount


@service(
    title="Mail Manager",
    family="system",
    profile="core",
    origin="jerasoft",
    schedule=Periodic(minutes=5, align=4),
    options=MailAccount,
    needs=("mail.host", "mail.sender"),
    proof="real",
    tasks=(Task("Send queued mails", effect="outward"),),
)
def run(context: Context, account: MailAccount) -> Outcome:
    """Send all that is due, as fast as the server's rate allows."""
    from actors.outgoing import send_waiting

    return send_waiting(context, account)
