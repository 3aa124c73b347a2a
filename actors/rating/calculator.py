"""Rates collected call records: finds account, rate and package of each one, and charges it.

It holds its run group for one batch at a time, so that others who share the group get their turn.
"""

from __future__ import annotations

from dataclasses import dataclass

from actors import Context, Daemon, Outcome, Task, service


@dataclass(frozen=True)
class Options:
    """At most `batch_legs` legs in a turn, in `shards` parts by client (0: one for each core, at most 4; on
    SQLite one).

    `pause`: seconds between two looks when nothing waits. Legs without a charge are tried again after a
    change of the rates, the newest first, `again` at a time; 0: never.
    """

    batch_legs: int = 100_000
    shards: int = 0
    pause: float = 0.5
    again: int = 10_000


def rate_calls(context: Context, options: Options) -> None:
    """Take turns until told to stop."""
    from actors.calculating.loop import Calculator

    with Calculator(context, options) as calculator:
        calculator.work()


@service(
    title="Calculator",
    family="rating",
    profile="voice",
    origin="jerasoft",
    schedule=Daemon(),
    roles=("master", "calculation"),
    run_groups=("stats_processing",),
    options=Options,
    proof="real",
    tasks=(Task("Rate collected xDRs in batches", rate_calls),),
)
def run(context: Context, options: Options) -> Outcome:
    """Run the step, which ends with the daemon."""
    return context.run_steps(options)
