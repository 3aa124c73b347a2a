"""Samples CPU, memory and disks of all servers and condenses the samples over time.

The node it runs on has its figures under its own name; every server object that is read has them
under its id.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from actors import Context, Outcome, Periodic, Task, service

if TYPE_CHECKING:
    from actors.outcome import OutcomeKind
    from backends.machine import Meter


@dataclass(frozen=True)
class Options:
    """``shortest``: over how many seconds a rate is measured when the last sample is too old for it.

    ``longest``: how old that may be. How long samples are kept is said by the Cleaner's options.
    """

    shortest: float = 1.0
    longest: float = 900.0

    def __post_init__(self) -> None:
        if not 0.1 <= self.shortest <= 10:
            raise ValueError(f"shortest: expected 0.1 to 10 s, got {self.shortest:g}")
        if self.longest <= self.shortest:
            raise ValueError(f"longest: expected more than shortest, got {self.longest:g}")


def sample_all(context: Context, options: Options) -> Outcome:
    """This machine first, in one transaction; then all servers, over one event loop."""
    from actors.watching.sampled import readable, sample_servers
    from backends import machine
    from store import database, sample

    figures = [*_meter().rates(options.shortest, options.longest), *machine.levels(), *machine.disks()]
    at = context.now.timestamp()
    kept = database.write(lambda tx: sample.add(tx, context.node, figures, at))
    servers = readable()
    if not servers:
        return Outcome.done(samples=kept)
    told = sample_servers(context, servers)
    # Servers that cannot be read are told of, but this machine was: the run has not failed.
    kind: OutcomeKind = "done" if told.kind == "failed" else told.kind
    return replace(told, kind=kind, counts={**told.counts, "samples": kept + told.counts["samples"]})


@service(
    title="ServerStatsWork",
    family="monitoring",
    profile="monitoring",
    origin="machpanel",
    schedule=Periodic(minutes=5, align=2),
    options=Options,
    proof="real",
    tasks=(Task("Sample CPU, disk and memory of servers", sample_all),),
)
def run(context: Context, options: Options) -> Outcome:
    """Run the step."""
    return context.run_steps(options)


@cache
def _meter() -> Meter:
    from backends.machine import Meter

    return Meter()
