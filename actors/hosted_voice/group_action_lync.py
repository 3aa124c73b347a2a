"""Carries out the queued changes to Lync and OCS users, numbers and call bundles."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="group_action_lync",
    title="GroupActionWorkLync",
    family="hosted_voice",
    profile="retired",
    origin="machpanel",
    schedule=Periodic(minutes=1),
    tasks=(
        Task("Carry out queued Lync/OCS group actions", effect="outward"),
        Task("Assign, start, renew and end call bundles", effect="outward"),
    ),
)
