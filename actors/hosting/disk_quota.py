"""Measures the disk space of each hosted website against its quota.

A tree that cannot be read in full is reported as partial, never as empty.
"""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="disk_quota",
    title="DiskQuotaWork",
    family="hosting",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=60, align=23),
    tasks=(Task("Measure the disk space of Hostmatic websites against quota"),),
)
