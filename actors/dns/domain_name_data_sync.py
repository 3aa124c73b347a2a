"""Keeps contacts, expiry and registrar data of the registered domains up to date."""

from actors import FixedTime, Task, planned

SERVICE = planned(
    name="domain_name_data_sync",
    title="DomainNameDataSyncThread",
    family="dns",
    profile="hosting",
    origin="machpanel",
    schedule=FixedTime(("01:50",)),
    tasks=(Task("Store contacts and registrar data of domains"),),
)
