"""Keeps the list of cloud offers that each CSP profile may sell, with their prices."""

from actors import FixedTime, Task, planned

SERVICE = planned(
    name="sync_csp_offers",
    title="SyncCSPOffers",
    family="cloud",
    profile="hosting",
    origin="machpanel",
    schedule=FixedTime(("02:40",)),
    tasks=(Task("Store all offers of every CSP profile"),),
)
