"""Follows mailbox migration batches until each one is complete or has failed."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="mailbox_migration",
    title="MailboxMigrationWork",
    family="mail",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=5, align=3),
    tasks=(Task("Update the state of mailbox migration batches"),),
)
