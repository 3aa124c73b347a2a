"""Rebuilds each node's cache of customers, accounts and rates for RADIUS and SIP.

A customer's very first account, package, preset or translation waits for this run; later ones count at once.
"""

from actors import ALL_ROLES, Periodic, Task, planned

SERVICE = planned(
    name="cache_manager",
    title="Cache Manager",
    family="voice",
    profile="voice",
    origin="jerasoft",
    schedule=Periodic(minutes=6, align=3),
    roles=ALL_ROLES,
    instances="each",
    tasks=(Task("Rebuild the customer cache of this node"),),
)
