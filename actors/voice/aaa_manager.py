"""Clears away AAA sessions and routing results, and frees the capacity of calls that never ended."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="aaa_manager",
    title="AAA manager",
    aliases=("AAA Manager",),
    family="voice",
    profile="voice",
    origin="jerasoft",
    schedule=Periodic(minutes=1),
    tasks=(Task("Drop AAA sessions and routing results past their term"),),
)
