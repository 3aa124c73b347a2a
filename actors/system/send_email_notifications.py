"""Sends the notices that other services have put into the outbox."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="send_email_notifications",
    title="SendEmailNotificationsWork",
    family="system",
    profile="core",
    origin="machpanel",
    schedule=Periodic(minutes=1),
    tasks=(Task("Send notification mails that are due", effect="outward"),),
)
