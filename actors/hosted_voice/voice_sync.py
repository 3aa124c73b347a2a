"""Keeps our copy of the voice companies that are marked for synchronisation."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="voice_sync",
    title="VoiceSyncWork",
    family="hosted_voice",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=15, align=6),
    tasks=(Task("Copy voice companies with sync enabled"),),
)
