"""Tells customers about changes of their rates as early as their agreement demands."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="rates_notificator",
    title="Rates Notificator",
    family="rating",
    profile="voice",
    origin="jerasoft",
    schedule=Periodic(minutes=5, align=2),
    tasks=(Task("Mail rate changes to customers", effect="outward"),),
)
