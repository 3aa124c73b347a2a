"""Mails enterprise reports on the days that customers have chosen."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="usage_report_schedule",
    title="UsageReportScheduleWork",
    family="helpdesk",
    profile="helpdesk",
    origin="machpanel",
    schedule=Periodic(minutes=15, align=7),
    tasks=(Task("Make and mail enterprise reports that are due", effect="outward"),),
)
