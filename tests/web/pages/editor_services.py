"""Services with everything that the editor can change."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from actors import Context, Daemon, FixedTime, Outcome, Periodic, Task, service


@dataclass(frozen=True)
class Plan:
    """``keep``: how many stay. ``mode``: what is kept."""

    keep: int = field(default=14, metadata={"min": 1, "max": 365})
    mode: Literal["full", "tables"] = "full"
    grace: timedelta = timedelta(minutes=15)
    notify: tuple[str, ...] = ()
    verify: bool = True
    note: str = ""


def _sweep(context: Context) -> Outcome:
    return Outcome.done()


@service(
    title="Keeper",
    schedule=Periodic(6, align=3),
    options=Plan,
    instances="each",
    tasks=(
        Task("Sweep old archives", _sweep, every=timedelta(hours=1), effect="destroy"),
        Task("Send the list", _sweep, effect="outward"),
    ),
)
def keeper(context: Context, options: Plan) -> Outcome:
    """Keeps what was archived."""
    return context.run_steps(options)


@service(title="Grouped", schedule=FixedTime(("05:30", "17:30")), run_groups=("disk",))
def grouped(context: Context) -> Outcome:
    """Holds a group."""
    return Outcome.done()


@service(title="Gateway", schedule=Daemon(), instances="each")
def gateway(context: Context) -> None:
    """Always on."""
