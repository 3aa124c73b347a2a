"""Ends sessions that are idle or too old, and forgets old sign-in history."""

from datetime import timedelta

from actors import Periodic, Task, planned

DAY = timedelta(days=1)

SERVICE = planned(
    name="sessions_mgt",
    title="SessionsMgtWork",
    family="system",
    profile="core",
    origin="machpanel",
    schedule=Periodic(minutes=5, align=2),
    tasks=(
        Task("Expire sessions"),
        Task("Delete session history past its term", every=DAY),
    ),
)
