"""Samples CPU, memory and disks of all servers and condenses the samples over time.

Built so far: the node it runs on. Its figures stand under that node's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from actors import Context, Outcome, Periodic, Task, service

if TYPE_CHECKING:
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


@service(
    title="ServerStatsWork",
    family="monitoring",
    profile="monitoring",
    origin="machpanel",
    schedule=Periodic(minutes=5, align=2),
    options=Options,
    proof="real",
    tasks=(Task("Sample CPU, disk and memory of servers"),),
)
def run(context: Context, options: Options) -> Outcome:
    """Measure, and keep the figures in one transaction."""
    from backends import machine
    from store import database, sample

    figures = [*_meter().rates(options.shortest, options.longest), *machine.levels(), *machine.disks()]
    at = context.now.timestamp()
    kept = database.write(lambda tx: sample.add(tx, context.node, figures, at))
    return Outcome.done(samples=kept)


@cache
def _meter() -> Meter:
    from backends.machine import Meter

    return Meter()
