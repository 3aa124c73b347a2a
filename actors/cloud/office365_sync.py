"""Keeps our copy of each O365 tenant: domains, licences, policies, users, mailboxes, groups, contacts.

A read that ends halfway marks nothing as gone.
"""

from datetime import timedelta

from actors import Periodic, Task, planned

SERVICE = planned(
    name="office365_sync",
    title="Office365SyncWork",
    family="cloud",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=60, align=11),
    time_limit=timedelta(hours=1),
    tasks=(Task("Copy the entities of each O365 tenant to the database"),),
)
