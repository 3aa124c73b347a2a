"""Reports the phones and tablets that synchronise with Exchange mailboxes.

The back end prepares the report while we do other work; a run that finds it unfinished comes back.
"""

from actors import FixedTime, Task, planned

SERVICE = planned(
    name="exchange_mailbox_mobile_devices_report",
    title="ExchangeMailboxMobileDevicesReportWork",
    family="mail",
    profile="hosting",
    origin="machpanel",
    schedule=FixedTime(("03:40",)),
    tasks=(Task("Request the Exchange mailbox device report, then fetch it"),),
)
