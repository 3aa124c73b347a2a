"""Warns users by mail before their directory password expires.

One mail per warning step: being asked twice on one day teaches people to ignore it.
"""

from __future__ import annotations

from datetime import timedelta

from actors import Context, FixedTime, Outcome, Task, service
from domain.directory.limits import NoticeLimits


def warn(context: Context, options: NoticeLimits) -> Outcome:
    """Mail each user once for each step of days; whom no mail reaches is told to their organisation."""
    from actors.directories.password_notices import tell_of_endings

    return tell_of_endings(context, options)


@service(
    title="UserPasswordExpiryNotificationWork",
    family="directory",
    profile="hosting",
    origin="machpanel",
    schedule=FixedTime(("08:00",)),
    time_limit=timedelta(minutes=30),
    options=NoticeLimits,
    proof="real",
    proof_note="A Samba domain controller computes when each password ends.",
    tasks=(Task("Mail AD users whose password expires soon", warn, effect="outward"),),
)
def run(context: Context, options: NoticeLimits) -> Outcome:
    """Run the step."""
    return context.run_steps(options)
