"""Shows which directory users are locked out, so that support knows before they call."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="sync_locked_users",
    title="SyncLockedUsersWork",
    family="directory",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=5, align=1),
    tasks=(Task("Store users and lock states of all AD organisations"),),
)
