"""Rotates, compresses and drops the log files of each node."""

from actors import ALL_ROLES, FixedTime, Task, planned

SERVICE = planned(
    name="log_rotator",
    title="Log Rotator",
    family="system",
    profile="core",
    origin="jerasoft",
    schedule=FixedTime(("01:10",)),
    roles=ALL_ROLES,
    instances="each",
    tasks=(Task("Rotate log files"),),
)
