"""Builds the table that tells intrastate from interstate calls in the US.

The new table replaces the old one in one step, so that rating never sees half of it.
"""

from actors import FixedTime, Task, planned

SERVICE = planned(
    name="jurisdiction_manager",
    title="Jurisdiction Manager",
    family="rating",
    profile="voice",
    origin="jerasoft",
    schedule=FixedTime(("00:20",)),
    tasks=(Task("Build the jurisdiction table from LERG data"),),
)
