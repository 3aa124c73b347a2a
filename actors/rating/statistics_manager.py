"""Manages the daily packages of call records: creates, archives, restores and deletes them."""

from datetime import timedelta

from actors import Periodic, Task, planned

SERVICE = planned(
    name="statistics_manager",
    title="Statistics Manager",
    family="rating",
    profile="voice",
    origin="jerasoft",
    schedule=Periodic(minutes=60, align=55),
    run_groups=("stats_processing",),
    time_limit=timedelta(hours=1),
    tasks=(Task("Create and archive statistics packages"),),
)
