"""Delivers what happens to customers, accounts and subscriptions to the site's own HTTP handlers.

Delivery is asynchronous and in order for each object; a handler that is down is tried again.
"""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="provisioning_manager",
    title="Provisioning Manager",
    family="system",
    profile="core",
    origin="jerasoft",
    schedule=Periodic(minutes=5),
    tasks=(Task("Deliver queued events to their handlers", effect="outward"),),
)
