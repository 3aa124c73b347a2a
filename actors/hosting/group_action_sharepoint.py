"""Carries out the queued changes to SharePoint sites, owners, users and quotas."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="group_action_sharepoint",
    title="GroupActionWorkSP",
    family="hosting",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=1),
    tasks=(Task("Carry out queued SharePoint group actions", effect="outward"),),
)
