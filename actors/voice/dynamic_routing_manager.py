"""Builds the routing tables that rank vendors by price, quality and debt."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="dynamic_routing_manager",
    title="Dynamic Routing Manager",
    family="voice",
    profile="voice",
    origin="jerasoft",
    schedule=Periodic(minutes=60, align=3),
    roles=("master", "processing"),
    instances="each",
    tasks=(Task("Build dynamic routing tables"),),
)
