"""Rates collected call records: finds account, rate and package of each one, and charges it.

It holds its run group for one batch at a time, so that others who share the group get their turn.
"""

from actors import Daemon, Task, planned

SERVICE = planned(
    name="calculator",
    title="Calculator",
    family="rating",
    profile="voice",
    origin="jerasoft",
    schedule=Daemon(),
    roles=("master", "calculation"),
    run_groups=("stats_processing",),
    tasks=(Task("Rate collected xDRs in batches"),),
)
