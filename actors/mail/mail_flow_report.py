"""Keeps a searchable log of the mail that passed through Exchange."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="mail_flow_report",
    title="MailFlowReport",
    family="mail",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=15, align=1),
    tasks=(Task("Append new Exchange mail flow events"),),
)
