"""Tells the customer once that their new O365 tenant has been read completely."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="office365_tenant_first_sync",
    title="Office365TenantFirstSyncWork",
    family="cloud",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=5, align=2),
    tasks=(Task("Mail the notice of an O365 tenant's first complete sync", effect="outward"),),
)
