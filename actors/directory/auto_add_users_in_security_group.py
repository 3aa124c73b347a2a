"""Puts users into the security groups that every user of their organisation belongs to.

It only ever adds: a member that somebody put into the group by hand stays there.
"""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="auto_add_users_in_security_group",
    title="AutoAddUsersInSecurityGroupWork",
    family="directory",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=15, align=4),
    tasks=(
        Task("Fill the security groups that take in users automatically", effect="outward"),
        Task("Bring the CN in line after a changed UPN", effect="outward"),
        Task("Collect all system alerts in the database"),
    ),
)
