"""Samples CPU and memory of the Exchange servers."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="exchange_cpu_memory_stats",
    title="ExchangeCPUMemoryStatsWork",
    family="monitoring",
    profile="monitoring",
    origin="machpanel",
    schedule=Periodic(minutes=5, align=3),
    tasks=(Task("Sample CPU and memory of Exchange servers"),),
)
