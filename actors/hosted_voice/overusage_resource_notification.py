"""Warns customers whose voice bundle is nearly or wholly used up.

One mail per threshold and period.
"""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="overusage_resource_notification",
    title="OverusageResourceNotification",
    family="hosted_voice",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=15, align=2),
    tasks=(Task("Mail notices of voice bundle quota over-use", effect="outward"),),
)
