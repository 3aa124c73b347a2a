"""Warns users by mail before their directory password expires.

One mail per warning step: being asked twice on one day teaches people to ignore it.
"""

from actors import FixedTime, Task, planned

SERVICE = planned(
    name="user_password_expiry_notification",
    title="UserPasswordExpiryNotificationWork",
    family="directory",
    profile="hosting",
    origin="machpanel",
    schedule=FixedTime(("08:00",)),
    tasks=(Task("Mail AD users whose password expires soon", effect="outward"),),
)
