"""Keeps staff records equal to the Active Directory users they are linked to."""

from datetime import timedelta

from actors import Context, Outcome, Periodic, Task, service


def update(context: Context) -> Outcome:
    """From our copy of the directories; who is gone there is switched off here."""
    from actors.directory_steps.staff import follow

    return follow(context)


@service(
    title="SyncStaffUsersWork",
    family="directory",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=60, align=39),
    time_limit=timedelta(minutes=10),
    proof="real",
    proof_note="A Samba domain controller, by way of the copy that SyncADUsersWork makes.",
    tasks=(Task("Update staff records from their linked AD users", update),),
)
def run(context: Context) -> Outcome:
    """Run the step."""
    return context.run_steps()
