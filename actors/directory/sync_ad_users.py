"""Keeps our copy of the Active Directory users of all domains up to date.

Users are matched by their GUID, so that a rename is a rename and a deletion is noticed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from actors import Context, Outcome, Periodic, Task, service
from domain.directory.limits import CopyLimits


@dataclass(frozen=True)
class Arguments:
    """`directory`: this one only; `full`: read all of it; `believe`: also where many users have vanished."""

    directory: str = ""
    full: bool = False
    believe: bool = False


def copy_users(context: Context, options: CopyLimits) -> Outcome:
    """Read what has changed in each directory; everything at first and from time to time."""
    from actors.directories.copying import Asked, copy_directories

    asked = Arguments(**context.args)
    return copy_directories(context, options, Asked(asked.directory, asked.full, asked.believe))


@service(
    title="SyncADUsersWork",
    family="directory",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=5),
    time_limit=timedelta(minutes=30),
    options=CopyLimits,
    arguments=Arguments,
    proof="real",
    proof_note="A Samba domain controller: LDAPS, DirSync, tombstones, a restore from an old copy.",
    tasks=(Task("Copy the AD users of every domain to the database", copy_users, effect="read"),),
)
def run(context: Context, options: CopyLimits) -> Outcome:
    """Run the step."""
    return context.run_steps(options)
