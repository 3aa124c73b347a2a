"""Activates, renews and closes customers' packages."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="packages_manager",
    title="Packages Manager",
    family="retail",
    profile="voice",
    origin="jerasoft",
    schedule=Periodic(minutes=10, align=4),
    tasks=(Task("Activate, renew and close package subscriptions"),),
)
