"""Keeps staff records equal to the Active Directory users they are linked to."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="sync_staff_users",
    title="SyncStaffUsersWork",
    family="directory",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=60, align=39),
    tasks=(Task("Update staff records from their linked AD users"),),
)
