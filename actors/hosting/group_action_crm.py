"""Carries out the queued changes to users of an on-premises CRM."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="group_action_crm",
    title="GroupActionWorkCRM",
    family="hosting",
    profile="retired",
    origin="machpanel",
    schedule=Periodic(minutes=1),
    tasks=(
        Task("Carry out queued CRM group actions", effect="outward"),
        Task("Bring first and last names of users in step"),
    ),
)
