"""Condenses rated calls by the hour for reports, watchers and routing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from actors import Context, Outcome, Periodic, Task, service


@dataclass(frozen=True)
class Options:
    """At most so many legs are taken in by one transaction."""

    portion: int = 250_000


def condense(context: Context, options: Options) -> Outcome:
    """Take in all batches of calls that are rated, rated again or deleted since the last run."""
    from store import database
    from store.calls import summary, to_do

    counts = {"batches": 0, "legs": 0, "parts": 0}
    while True:
        context.check_stop()
        done = database.write(
            partial(summary.roll_up, fence=context.fence, now=context.now.timestamp(), most=options.portion)
        )
        if not done.batches:
            return Outcome("done", counts)
        for name, value in done._asdict().items():
            counts[name] += value
        context.progress(counts["batches"], counts["batches"] + to_do.left(database.read(), "is_summed"))


@service(
    title="Summary",
    family="rating",
    profile="voice",
    origin="jerasoft",
    schedule=Periodic(minutes=1),
    options=Options,
    proof="real",
    tasks=(Task("Aggregate new and changed xDRs into the summary", condense),),
)
def run(context: Context, options: Options) -> Outcome:
    """Run the step."""
    return context.run_steps(options)
