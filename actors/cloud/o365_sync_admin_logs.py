"""Keeps the administrators' audit log of each O365 tenant beyond the cloud's own term.

Entries may appear a day late, so each read overlaps the one before it.
"""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="o365_sync_admin_logs",
    title="O365SyncAdminLogsWork",
    family="cloud",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=60, align=15),
    tasks=(Task("Append new O365 admin audit entries"),),
)
