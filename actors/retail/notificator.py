"""Warns about low balances and full disks.

A warning repeats as often as its profile says and starts afresh after a refill.
"""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="notificator",
    title="Notificator",
    family="retail",
    profile="voice",
    origin="jerasoft",
    schedule=Periodic(minutes=60, align=5),
    tasks=(Task("Mail notices of low balances and disk space", effect="outward"),),
)
