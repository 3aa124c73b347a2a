"""Sends invoices, notices and other mail from the queue through the owner's SMTP server.

A mail that cannot be sent waits for its next try and never blocks those behind it.
"""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="mail_manager",
    title="Mail Manager",
    family="system",
    profile="core",
    origin="jerasoft",
    schedule=Periodic(minutes=5, align=4),
    tasks=(Task("Send queued mails", effect="outward"),),
)
