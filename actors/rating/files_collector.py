"""Reads finished call record files of the switches into raw records.

A file is known by path, size and content: the same one is never read twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from actors import Context, Outcome, Periodic, Task, service


@dataclass(frozen=True)
class Options:
    """Seconds after which a run ends between two blocks of a file, for others of the run group wait."""

    turn_seconds: int = 240

    def __post_init__(self) -> None:
        if not 1 <= self.turn_seconds <= 900:
            raise ValueError(f"turn_seconds: expected 1 to 900, got {self.turn_seconds}")


def parse(context: Context, options: Options) -> Outcome:
    """Read what is finished in the folders of all collectors."""
    from actors.collecting.collect import collect

    return collect(context, options.turn_seconds)


@service(
    title="Files Collector",
    family="rating",
    profile="voice",
    origin="jerasoft",
    schedule=Periodic(minutes=10, align=8),
    run_groups=("stats_processing",),
    time_limit=timedelta(minutes=18),
    options=Options,
    proof="real",
    proof_note="FreeRADIUS and our own format; FreeSWITCH and Asterisk by rows as they document them.",
    tasks=(Task("Parse new xDR files into raw records", parse),),
)
def files_collector(context: Context, options: Options) -> Outcome:
    """Run the step."""
    return context.run_steps(options)
