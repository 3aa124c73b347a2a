"""Watches this installation itself: workers, queues, database, disks and remote agents.

What is wrong is a finding, told in the outcome, and no failure of the run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from actors import Context, Outcome, Periodic, Task, service

if TYPE_CHECKING:
    from store.sample import Figure


@dataclass(frozen=True)
class Options:
    """What is beyond these is told; percent and seconds. ``window``: the time that rates are over."""

    min_free_percent: float = 10.0
    max_queue_age: float = 900.0
    max_beat_age: float = 180.0
    max_lease_age: float = 60.0
    window: float = 300.0

    def __post_init__(self) -> None:
        if wrong := [each.name for each in fields(self) if not getattr(self, each.name) > 0]:
            raise ValueError(f"{', '.join(wrong)}: expected more than 0")


@service(
    title="SyncHealthMetricsWork",
    family="system",
    profile="core",
    origin="machpanel",
    schedule=Periodic(minutes=5, align=1),
    options=Options,
    proof="real",
    tasks=(Task("Store health figures of the control server and of remote servers"),),
)
def run(context: Context, options: Options) -> Outcome:
    """Measure, keep the figures as the whole system's, and name what is beyond its limit."""
    from store import database, health, sample

    now = context.now.timestamp()
    figures = [*health.figures(database.read(), now, options.window), *disks(context, database.folder())]
    kept = database.write(lambda tx: sample.add(tx, "", figures, now))
    found = warnings(figures, options)
    for warning in found:
        context.log.warning(warning)
    return Outcome.done("; ".join(found), samples=kept, warnings=len(found))


def disks(context: Context, database_folder: Path | None) -> Iterable[Figure]:
    """What is free on the disks of this node that we write to."""
    from backends import machine

    for name, folder in (("logs", context.log_folder), ("database", database_folder)):
        if folder is not None:
            yield "engine.disk_free_percent", f"{context.node}/{name}", machine.free_percent(folder)


def warnings(figures: Iterable[Figure], options: Options) -> list[str]:
    """One short sentence for each figure beyond its limit."""
    found = []
    for metric, about, value in figures:
        if metric == "engine.disk_free_percent" and value < options.min_free_percent:
            found.append(f"disk of {about}: {value:.1f} % free, below {options.min_free_percent:g} %")
        elif metric == "engine.oldest_queued_seconds" and value > options.max_queue_age:
            found.append(f"a run has waited for {value:.0f} s")
        elif metric == "engine.beat_age_seconds" and value > options.max_beat_age:
            found.append(f"the beat has not ticked for {value:.0f} s")
        elif metric == "engine.lease_age_seconds" and value > options.max_lease_age:
            found.append(f"a process of {about} has not been heard of for {value:.0f} s")
        elif metric == "engine.nodes" and about == "lost" and value:
            found.append(f"lost nodes: {value:g}")
    return found
