"""Moves files and database backups between servers, and drops backups past their term.

The last good backup of a database stays, however old it is.
"""

from datetime import timedelta

from actors import Periodic, Task, planned

DAY = timedelta(days=1)

SERVICE = planned(
    name="transfer",
    title="TransferWork",
    family="hosting",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=1),
    time_limit=timedelta(hours=2),
    tasks=(
        Task("Work off the transfer queue", effect="outward"),
        Task("Dump Hostmatic databases and put them on their remote servers", effect="outward"),
        Task("Delete backups older than 90 days", every=DAY, effect="destroy"),
    ),
)
