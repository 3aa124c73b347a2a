"""Services that take arguments: declared ones, any, and none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from actors import Context, Daemon, OnDemand, Outcome, Task, service


@dataclass(frozen=True)
class Asked:
    """`day`: the one that is billed; `how`: what becomes of it; `dry`: only tell."""

    day: str
    how: Literal["draft", "final"] = "draft"
    most: int = 100
    within: timedelta = timedelta(hours=1)
    dry: bool = False


def _step(context: Context) -> Outcome:
    return Outcome.done()


@service(
    title="Bills",
    schedule=OnDemand(),
    arguments=Asked,
    run_groups=("bills",),
    tasks=(Task("Collect", _step), Task("Print", _step)),
)
def bills(context: Context) -> Outcome:
    return context.run_steps(None)


@service(title="Anything", schedule=OnDemand())
def anything(context: Context) -> Outcome:
    return Outcome.done()


@service(title="Gateway", schedule=Daemon())
def gateway(context: Context) -> None:
    """Always on."""
