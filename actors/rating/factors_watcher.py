"""Watches traffic for the patterns an operator has set up, then alerts or blocks."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="factors_watcher",
    title="Factors Watcher",
    family="rating",
    profile="voice",
    origin="jerasoft",
    schedule=Periodic(minutes=5, align=1),
    run_groups=("factors",),
    tasks=(Task("Evaluate the factors that are due", effect="outward"),),
)
