"""Rates past calls again after a correction and books only the difference."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from actors import Context, Outcome, Periodic, Task, service


@dataclass(frozen=True)
class Options:
    """Calls that are read, rated and written at once."""

    portion: int = 20_000


def work_off(context: Context, options: Options) -> Outcome:
    """Work the jobs off, the oldest first; a later run goes on where this one had to stop."""
    from actors.calculating.off import work_jobs_off

    return work_jobs_off(context, options.portion)


@service(
    title="Rerating",
    aliases=("Rerating Manager",),
    family="rating",
    profile="voice",
    origin="jerasoft",
    schedule=Periodic(minutes=1),
    time_limit=timedelta(minutes=15),
    options=Options,
    proof="real",
    tasks=(Task("Work off rerating jobs", work_off),),
)
def run(context: Context, options: Options) -> Outcome:
    """Run the step."""
    return context.run_steps(options)
