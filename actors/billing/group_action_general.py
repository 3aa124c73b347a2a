"""Carries out the queued actions that no other back end owns, shared hosting among them."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="group_action_general",
    title="GroupActionWorkGeneral",
    family="billing",
    profile="billing",
    origin="machpanel",
    schedule=Periodic(minutes=1),
    tasks=(Task("Work off general group actions, those of shared hosting included", effect="outward"),),
)
