"""Rates past calls again after a correction and books only the difference."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="rerating",
    title="Rerating",
    aliases=("Rerating Manager",),
    family="rating",
    profile="voice",
    origin="jerasoft",
    schedule=Periodic(minutes=1),
    tasks=(Task("Work off rerating jobs"),),
)
