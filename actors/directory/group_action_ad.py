"""Carries out the queued changes to Active Directory users, groups and organisational units.

It runs each minute, because a customer watches an object stay "provisioning" until its job ends.
"""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="group_action_ad",
    title="GroupActionWorkAD",
    family="directory",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=1),
    tasks=(
        Task("Carry out queued AD group actions", effect="outward"),
        Task("Store extended data of AD organisations and AD users"),
        Task("Store which services each AD user has"),
        Task("Disable logins of AD users whose mailbox type forbids one", effect="outward"),
        Task("Rename and drop Hostmatic database users along with AD users", effect="destroy"),
    ),
)
