"""Counts what each statistics package holds: records, paid, new, in rerating, volume."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from actors import Context, Outcome, Periodic, Task, service


@dataclass(frozen=True)
class Options:
    """At most so many legs are counted by one transaction."""

    portion: int = 500_000


def count(context: Context, options: Options) -> Outcome:
    """Count the batches that are new since the last run, and the days that were changed."""
    from store import database
    from store.calls import meta

    counts = {"batches": 0, "legs": 0, "days": 0}
    while True:
        context.check_stop()
        done = database.write(
            partial(meta.count, fence=context.fence, now=context.now.timestamp(), most=options.portion)
        )
        if not done.batches:
            break
        for name, value in done._asdict().items():
            counts[name] += value
    database.write(lambda tx: meta.look_ahead(tx, context.now.timestamp()))
    return Outcome("done", counts)


@service(
    title="Statistics Manager / Meta Info",
    aliases=("Statistics meta info manager",),
    family="rating",
    profile="voice",
    origin="jerasoft",
    schedule=Periodic(minutes=5),
    options=Options,
    proof="real",
    tasks=(Task("Count the contents of statistics packages", count),),
)
def run(context: Context, options: Options) -> Outcome:
    """Run the step."""
    return context.run_steps(options)
