"""Settles what each node has spent of the customers' balances, and hands out new shares.

Each node sends its differences with a number, so that a message that comes twice counts once.
"""

from actors import Daemon, Task, planned

SERVICE = planned(
    name="quotas_updater",
    title="Quotas Updater",
    family="voice",
    profile="voice",
    origin="jerasoft",
    schedule=Daemon(),
    tasks=(Task("Synchronise balances with the nodes"),),
)
