"""Carries out the queued changes to Active Directory users, groups and organisational units.

It runs each minute, because a customer watches an object stay "provisioning" until its job ends.
"""

from __future__ import annotations

from datetime import timedelta

from actors import Context, Outcome, Periodic, Task, service
from domain.directory.job_limits import JobLimits

HOUR = timedelta(hours=1)
EXTENDED = "Store extended data of AD organisations and AD users"
LOGINS_OFF = "Disable logins of AD users whose mailbox type forbids one"


def carry_out(context: Context, options: JobLimits) -> Outcome:
    """The jobs that may run now, one at a time for each organisation."""
    from actors.directory_jobs.kinds import JOB_KINDS
    from actors.shapes.queue_drain import drain

    return drain(context, JOB_KINDS, at_once=options.at_once)


def store_attributes(context: Context, options: JobLimits) -> Outcome:
    """Titles, departments, addresses: the attributes that the options name."""
    from actors.directory_steps.extended import store_attributes

    return store_attributes(context, options)


def store_services(context: Context, options: JobLimits) -> Outcome:
    """By groups of use ``service``; remote desktops are RDSSyncWork's."""
    from actors.directory_steps.memberships import store_all_but_rds

    return store_all_but_rds(context, options.timeout, options.vanishing_share)


def switch_off(context: Context, options: JobLimits) -> Outcome:
    """Nobody signs in as a room."""
    from actors.directory_steps.logins_off import switch_off

    return switch_off(context, options)


def follow_logins(context: Context, options: JobLimits) -> Outcome:
    """Rename logins with their users; switch off and at last drop those of users who are gone."""
    from actors.directory_steps.sql_logins import follow_logins

    return follow_logins(context, options)


@service(
    title="GroupActionWorkAD",
    family="directory",
    profile="hosting",
    origin="machpanel",
    schedule=Periodic(minutes=1),
    options=JobLimits,
    proof="real",
    tasks=(
        Task("Carry out queued AD group actions", carry_out, effect="outward", prompt=True),
        Task(EXTENDED, store_attributes, every=HOUR, effect="read"),
        Task("Store which services each AD user has", store_services, every=HOUR / 4, effect="read"),
        Task(LOGINS_OFF, switch_off, every=HOUR / 12, effect="outward"),
        Task(
            "Rename and drop Hostmatic database users along with AD users",
            follow_logins,
            every=HOUR / 4,
            effect="destroy",
        ),
    ),
)
def run(context: Context, options: JobLimits) -> Outcome:
    """Run the steps that are due."""
    return context.run_steps(options)
