"""Gathers each night what customers used of mail, add-ons, SharePoint and Lync, for reports and bills.

Every line is a step of its own, so that one silent server does not cost the other figures.
"""

from datetime import timedelta

from actors import FixedTime, Task, planned

SERVICE = planned(
    name="usage_report",
    title="UsageReportWork",
    family="mail",
    profile="hosting",
    origin="machpanel",
    schedule=FixedTime(("00:40",)),
    time_limit=timedelta(hours=1),
    tasks=(
        Task("Read mailbox usage from Exchange and write the report"),
        Task("Write the Add-On usage report"),
        Task("Delete PST files after their term", effect="destroy"),
        Task("Average the mailbox size of each Exchange database"),
        Task("Write the SharePoint portal usage report"),
        Task("Calculate the Lync SPLA report"),
        Task("Remove orphan records of AD organisations"),
    ),
)
