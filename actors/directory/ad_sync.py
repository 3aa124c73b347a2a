"""Synchronised Active Directory in older installations; SyncADUsersWork does so now.

The source calls it unused and names no successor; naming one is our choice.
"""

from actors import legacy

SERVICE = legacy(
    name="ad_sync",
    title="ADSyncWork",
    family="directory",
    profile="hosting",
    origin="machpanel",
    replaced_by=("SyncADUsersWork",),
)
