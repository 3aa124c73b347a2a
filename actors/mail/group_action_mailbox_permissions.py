"""Shows who may open or send as which mailbox, and where mail is forwarded to."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="group_action_mailbox_permissions",
    title="GroupActionWorkMailBoxPermissions",
    family="mail",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=60, align=31),
    tasks=(
        Task("Store mailbox permissions"),
        Task("Store mailbox forwarding"),
    ),
)
