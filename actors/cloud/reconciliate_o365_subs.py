"""Compares the O365 subscriptions we bill with those the distributor bills us for."""

from actors import FixedTime, Task, planned

SERVICE = planned(
    name="reconciliate_o365_subs",
    title="ReconciliateO365SubsWork",
    family="cloud",
    profile="hosting",
    origin="machpanel",
    schedule=FixedTime(("04:10",)),
    tasks=(Task("Reconcile O365 subscriptions with the distributor's records"),),
)
