"""Carries out the queued changes to Exchange mailboxes, lists, contacts and mail policies.

Prompt work comes first; the policies, connectors and filters that it needs follow in the same run.
"""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="group_action_exchange",
    title="GroupActionWorkEx",
    family="mail",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=1),
    tasks=(
        Task("Carry out queued Exchange group actions", effect="outward"),
        Task("Create pending OWA policies", effect="outward"),
        Task("Assign OWA policies to mailboxes", effect="outward"),
        Task("Bring smart host send connectors in step", effect="outward"),
        Task("Correct mailbox states from their last group action"),
        Task("Maintain the OSS spam filters", effect="outward"),
        Task("Purge mailboxes from the recycle bin for good", effect="destroy"),
        Task("Bring external remote domains in step", effect="outward"),
    ),
)
