"""Finds subscriptions that use more of a resource than they have bought."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="quota_over_used",
    title="QuotaOverUsedWork",
    family="billing",
    profile="billing",
    origin="machpanel",
    schedule=Periodic(minutes=15, align=3),
    tasks=(
        Task("Record resources of subscriptions that are over quota"),
        Task("Mark subscriptions whose usage needs another look"),
    ),
)
