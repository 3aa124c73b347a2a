"""Shows which directory users are locked out, so that support knows before they call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from actors import Context, Outcome, Periodic, Task, service
from domain.directory.limits import LockLimits


@dataclass(frozen=True)
class Arguments:
    """`directory`: this one only; `whole`: also when the passwords of all its users end."""

    directory: str = ""
    whole: bool = False


def store_locks(context: Context, options: LockLimits) -> Outcome:
    """Look who is locked; an alert is open for each as long as that lasts."""
    from actors.directories.locks import read_locks

    asked = Arguments(**context.args)
    return read_locks(context, options, only=asked.directory, whole=asked.whole)


@service(
    title="SyncLockedUsersWork",
    family="directory",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=5, align=1),
    time_limit=timedelta(minutes=10),
    options=LockLimits,
    arguments=Arguments,
    proof="real",
    proof_note="A Samba domain controller that locks after three wrong passwords.",
    tasks=(Task("Store users and lock states of all AD organisations", store_locks, effect="read"),),
)
def run(context: Context, options: LockLimits) -> Outcome:
    """Run the step."""
    return context.run_steps(options)
