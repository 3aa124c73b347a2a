"""Records which Active Directory users have remote desktop (RDS), nested groups included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from actors import Context, Outcome, Periodic, Task, service
from domain.directory.limits import CopyLimits


@dataclass(frozen=True)
class Arguments:
    """`directory`: this one only; `believe`: also where many members have vanished."""

    directory: str = ""
    believe: bool = False


def store_users(context: Context, options: CopyLimits) -> Outcome:
    """Ask each directory who is in the groups of remote desktop, by any number of groups between."""
    from actors.directory_steps.memberships import is_rds, store_services

    asked = Arguments(**context.args)
    return store_services(
        context,
        is_rds,
        timeout=options.timeout,
        share=options.vanishing_share,
        believe=asked.believe,
        only=asked.directory,
    )


@service(
    title="RDSSyncWork",
    family="directory",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=60, align=35),
    time_limit=timedelta(minutes=15),
    options=CopyLimits,
    arguments=Arguments,
    proof="real",
    proof_note="A Samba domain controller: nested groups, loops, 10,000 members.",
    tasks=(Task("Find AD users with RDS and store them", store_users),),
)
def run(context: Context, options: CopyLimits) -> Outcome:
    """Run the step."""
    return context.run_steps(options)
