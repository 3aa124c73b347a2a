"""Proves that a customer owns a domain by the TXT record they were asked to publish.

The authoritative servers are asked: a resolver's cache would keep an old "no" alive.
"""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="domain_verification",
    title="DomainVerification",
    family="dns",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=15),
    tasks=(Task("Check TXT records and confirm verified domains by mail", effect="outward"),),
)
