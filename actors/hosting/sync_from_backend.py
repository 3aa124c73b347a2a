"""Brings CRM, SharePoint and contact data into our tables from the systems that own it.

When far more objects vanish than usual the run stops and asks, instead of marking them all as gone.
"""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="sync_from_backend",
    title="SyncFromBackendWork",
    family="hosting",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=60, align=43),
    tasks=(
        Task("Copy CRM data from its back end"),
        Task("Copy SharePoint data from its back end"),
        Task("Copy AD contacts from their back end"),
    ),
)
