"""Records which services run on the Exchange servers, and what the servers are made of."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="exchange_service_stats",
    title="ExchangeServiceStatsWork",
    family="monitoring",
    profile="monitoring",
    origin="machpanel",
    schedule=Periodic(minutes=5, align=4),
    tasks=(
        Task("Store service states of Exchange servers"),
        Task("Store the inventory of Exchange servers"),
    ),
)
