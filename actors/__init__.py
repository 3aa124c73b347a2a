"""What an author of services imports."""

from actors.context import Context, HoldLost
from actors.outcome import Outcome
from actors.service import ALL_ROLES, MASTER, Service, Task, legacy, planned, service
from domain.time.rule import Daemon, FixedTime, OnDemand, Periodic

__all__ = [
    "ALL_ROLES",
    "MASTER",
    "Context",
    "Daemon",
    "FixedTime",
    "HoldLost",
    "OnDemand",
    "Outcome",
    "Periodic",
    "Service",
    "Task",
    "legacy",
    "planned",
    "service",
]
