"""Carries out the queued changes to SIP trunks, numbers, limits and barring."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="group_action_sip",
    title="GroupActionWorkSIP",
    family="hosted_voice",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=1),
    tasks=(Task("Carry out queued SIP group actions", effect="outward"),),
)
