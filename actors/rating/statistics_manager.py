"""Manages the daily packages of call records: creates, archives, restores and deletes them."""

from __future__ import annotations

from datetime import timedelta

from actors import Context, Outcome, Periodic, Task, service
from domain.calls.packages import Asked, Packages


def manage(context: Context, options: Packages) -> Outcome:
    """What was asked for; else make room for the next days, and archive those past their term."""
    from actors.call_days import CallDays

    days = CallDays(context, options)
    asked = Asked.read(context.args)
    return days.done(asked) if asked else days.keep()


@service(
    title="Statistics Manager",
    family="rating",
    profile="voice",
    origin="jerasoft",
    schedule=Periodic(minutes=60, align=55),
    run_groups=("stats_processing",),
    time_limit=timedelta(hours=1),
    options=Packages,
    arguments=Asked,
    proof="real",
    tasks=(Task("Create and archive statistics packages", manage, effect="destroy"),),
)
def run(context: Context, options: Packages) -> Outcome:
    """Run the step."""
    return context.run_steps(options)
