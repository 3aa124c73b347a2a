"""Follows traffic swaps with other carriers: volume, profit, and whether they end in time."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="swap_deals_manager",
    title="Swap Deals Manager",
    family="retail",
    profile="voice",
    origin="jerasoft",
    schedule=Periodic(minutes=60, align=12),
    tasks=(Task("Refresh swap deals and mail notices about them", effect="outward"),),
)
