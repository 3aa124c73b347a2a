"""Samples size and free space of the volumes of the Exchange servers."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="exchange_volume_stats",
    title="ExchangeVolumeStatsWork",
    family="monitoring",
    profile="monitoring",
    origin="machpanel",
    schedule=Periodic(minutes=15, align=5),
    tasks=(Task("Sample volumes of Exchange servers"),),
)
