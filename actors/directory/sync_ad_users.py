"""Keeps our copy of the Active Directory users of all domains up to date.

Users are matched by their GUID, so that a rename is a rename and a deletion is noticed.
"""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="sync_ad_users",
    title="SyncADUsersWork",
    family="directory",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=5),
    tasks=(Task("Copy the AD users of every domain to the database"),),
)
