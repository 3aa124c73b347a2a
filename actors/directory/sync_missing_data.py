"""Fills the backup tables with directory and mail data that no synchronisation has brought yet.

It completes what is absent and never overwrites what is there.
"""

from actors import FixedTime, Task, planned

SERVICE = planned(
    name="sync_missing_data",
    title="SyncMissingDataWork",
    family="directory",
    profile="hosting",
    origin="machpanel",
    schedule=FixedTime(("04:40",)),
    tasks=(
        Task("Back up AD user data that is missing here"),
        Task("Back up missing Exchange objects (mailboxes, DLs, contacts)"),
    ),
)
