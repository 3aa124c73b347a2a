"""Counts what each statistics package holds: records, paid, new, in rerating, volume."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="statistics_manager_meta_info",
    title="Statistics Manager / Meta Info",
    aliases=("Statistics meta info manager",),
    family="rating",
    profile="voice",
    origin="jerasoft",
    schedule=Periodic(minutes=5),
    tasks=(Task("Count the contents of statistics packages"),),
)
