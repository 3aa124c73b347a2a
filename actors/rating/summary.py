"""Condenses rated calls by the hour for reports, watchers and routing."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="summary",
    title="Summary",
    family="rating",
    profile="voice",
    origin="jerasoft",
    schedule=Periodic(minutes=1),
    tasks=(Task("Aggregate new and changed xDRs into the summary"),),
)
