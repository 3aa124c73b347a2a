"""Carries out the queued changes to O365 tenants and CSP subscriptions, and keeps our access alive.

Tokens are renewed well before they end; one that the cloud refuses needs a person, not a retry.
"""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="office365",
    title="Office365Work",
    family="cloud",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=5, align=1),
    tasks=(
        Task("Carry out queued O365 and CSP group actions", effect="outward"),
        Task("Close stale PowerShell runspaces"),
        Task("Renew access tokens of tenants before they end", effect="outward"),
        Task("Renew direct routing and tokens of O365 tenants", effect="outward"),
        Task("Renew subscriptions or let them lapse, as the back end says", effect="outward"),
    ),
)
