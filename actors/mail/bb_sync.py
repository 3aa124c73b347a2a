"""Reads device and user figures from a BlackBerry server.

Off unless a site enables it: the product is at its end of life.
"""

from actors import FixedTime, Task, planned

SERVICE = planned(
    name="bb_sync",
    title="BBSyncWork",
    family="mail",
    profile="retired",
    origin="machpanel",
    schedule=FixedTime(("05:10",)),
    enabled=False,
    tasks=(Task("Store BlackBerry statistics"),),
)
