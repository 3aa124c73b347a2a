"""Mails saved statistics reports at the times their owners have set.

Mail leaves through the SMTP of the reseller whose report it is, else through the system's.
"""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="reports_to_email",
    title="Reports To Email",
    aliases=("Reports to Email",),
    family="system",
    profile="core",
    origin="jerasoft",
    schedule=Periodic(minutes=6, align=3),
    tasks=(Task("Make and mail saved reports that are due", effect="outward"),),
)
