"""Expires and blocks calling cards, and takes their fees."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="calling_cards_manager",
    title="Calling Cards Manager",
    aliases=("Calling Card Manager",),
    family="retail",
    profile="voice",
    origin="jerasoft",
    schedule=Periodic(minutes=60, align=5),
    tasks=(Task("Update calling cards and their series"),),
)
