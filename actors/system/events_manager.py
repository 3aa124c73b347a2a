"""Mails events to the people who asked for them.

Many equal events become one mail with a count, and a mail that fails makes no new event.
"""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="events_manager",
    title="Events Manager",
    family="system",
    profile="core",
    origin="jerasoft",
    schedule=Periodic(minutes=5, align=3),
    tasks=(Task("Mail new events to the addresses configured for them", effect="outward"),),
)
