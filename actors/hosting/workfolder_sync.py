"""Measures the storage that each user's Work Folder takes."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="workfolder_sync",
    title="WorkfolderSyncWork",
    family="hosting",
    profile="retired",
    origin="machpanel",
    schedule=Periodic(minutes=60, align=51),
    tasks=(Task("Store Work Folder figures such as used storage"),),
)
