"""Keeps the current use of SIP companies and subscribers beside their limits."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="voice_current_limit_sync",
    title="VoiceCurrentLimitSyncWork",
    family="hosted_voice",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=5, align=4),
    tasks=(
        Task("Set ExternalRef of SIP bundles on subscriber usage"),
        Task("Store current SIP usage of subscribers of all companies"),
        Task("Store current SIP usage of companies"),
        Task("Delete orphan records of SIP subscriptions"),
    ),
)
