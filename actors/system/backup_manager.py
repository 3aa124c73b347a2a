"""Backs up the database, the configuration and the attachments, and proves that the copy is readable.

It shares its groups with statistics and factors, so that no figures change under the copy. Its misfire
window is short: a late backup must not hold them in business hours.
"""

from datetime import timedelta

from actors import FixedTime, Task, planned

SERVICE = planned(
    name="backup_manager",
    title="Backup Manager",
    family="system",
    profile="core",
    origin="jerasoft",
    schedule=FixedTime(("05:30",)),
    run_groups=("factors", "stats_processing"),
    time_limit=timedelta(hours=2),
    misfire_window=timedelta(hours=2),
    tasks=(Task("Back up, verify, and drop copies past their term", effect="outward"),),
)
