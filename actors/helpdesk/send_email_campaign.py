"""Sends mail campaigns in batches, to nobody twice and to nobody who unsubscribed."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="send_email_campaign",
    title="SendEmailCampaignWork",
    family="helpdesk",
    profile="helpdesk",
    origin="machpanel",
    schedule=Periodic(minutes=1),
    tasks=(Task("Send due campaign mails", effect="outward"),),
)
