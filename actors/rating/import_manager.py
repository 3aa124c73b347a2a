"""Imports rate files into rate tables, by the template that their sender uses."""

from actors import Daemon, Task, planned

SERVICE = planned(
    name="import_manager",
    title="Import Manager",
    family="rating",
    profile="voice",
    origin="jerasoft",
    schedule=Daemon(),
    tasks=(Task("Work off rate import jobs"),),
)
