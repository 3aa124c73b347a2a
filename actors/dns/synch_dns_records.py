"""Keeps our copy of the DNS records of hosted domains."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="synch_dns_records",
    title="SynchDNSRecordsWork",
    family="dns",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=60, align=47),
    tasks=(
        Task("Copy the DNS data of Hostmatic domains"),
        Task("Mail notices about domains that await verification", effect="outward"),
    ),
)
