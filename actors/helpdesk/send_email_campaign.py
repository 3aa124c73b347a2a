"""Sends mail campaigns in batches, to nobody twice and to nobody who unsubscribed."""

from __future__ import annotations

from actors import Context, Outcome, Periodic, Task, service
from actors.campaigns import CampaignMail, send_campaigns


@service(
    title="SendEmailCampaignWork",
    family="helpdesk",
    profile="helpdesk",
    origin="machpanel",
    schedule=Periodic(minutes=1),
    options=CampaignMail,
    needs=("mail.host", "mail.sender", "web.public_url"),
    proof="real",
    tasks=(Task("Send due campaign mails", send_campaigns, effect="outward"),),
)
def run(context: Context, options: CampaignMail) -> Outcome:
    """Send what is due, and say what became of it."""
    return context.run_steps(options)
