"""Counts the traffic of each hosted website against its quota.

Counting goes on from the last place in the log: the same line is never counted twice.
"""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="bandwidth_quota",
    title="BandwidthQuotaWork",
    family="hosting",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=60, align=19),
    tasks=(Task("Measure the bandwidth of Hostmatic websites against quota"),),
)
