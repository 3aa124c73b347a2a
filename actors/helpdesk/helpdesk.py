"""Turns incoming mail into tickets and replies.

A mail is deleted from its account only after the ticket is stored.
"""

from datetime import timedelta

from actors import Periodic, Task, planned

DAY = timedelta(days=1)

SERVICE = planned(
    name="helpdesk",
    title="HelpDeskWork",
    family="helpdesk",
    profile="helpdesk",
    origin="machpanel",
    schedule=Periodic(minutes=1),
    tasks=(
        Task("Fetch POP accounts and turn mails into tickets", effect="outward"),
        Task("Remove deleted tickets for good", every=DAY),
        Task("Unlock tickets whose lock has run out"),
    ),
)
