"""Prepares the traffic rules for the nodes that apply them, and drops expired ones."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="traffic_rules_manager",
    title="Traffic Rules Manager",
    family="voice",
    profile="voice",
    origin="jerasoft",
    schedule=Periodic(minutes=6, align=5),
    roles=("master", "processing", "calculation"),
    instances="each",
    tasks=(Task("Compile the traffic rules of this node"),),
)
