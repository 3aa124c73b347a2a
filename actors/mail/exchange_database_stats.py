"""Measures the Exchange mailbox databases: size, free space inside, mailboxes, last backup."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="exchange_database_stats",
    title="ExchangeDatabaseStatsWork",
    family="mail",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=60, align=27),
    tasks=(Task("Store figures of each Exchange mailbox database"),),
)
