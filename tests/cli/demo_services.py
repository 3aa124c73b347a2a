"""Small services that tests of the command line force, stop and watch."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta

from actors import Context, Daemon, FixedTime, OnDemand, Outcome, Periodic, Task, service


@dataclass(frozen=True)
class Figures:
    """The arguments of `adder`."""

    left: int
    right: int = 1


@service(title="Adder", arguments=Figures, schedule=OnDemand(), aliases=("The Adder",))
def adder(context: Context) -> Outcome:
    return Outcome.done(sum=context.args["left"] + context.args["right"])


@service(title="Holder", run_groups=("disk",), time_limit=timedelta(minutes=5))
def holder(context: Context) -> Outcome:
    """Holds its group until it is told to stop."""
    context.progress(1, 4)
    while not context.stopping():
        threading.Event().wait(0.02)
    context.check_stop()
    return Outcome.done()


@service(title="Rival", run_groups=("disk",))
def rival(context: Context) -> Outcome:
    """Needs the group of the holder."""
    return Outcome.done()


@service(title="Breaker")
def breaker(context: Context) -> Outcome:
    """Always fails."""
    raise RuntimeError("the disk is on fire")


@service(title="Talker")
def talker(context: Context) -> Outcome:
    """Writes a line to its log."""
    context.log.info("counted", files=3)
    return Outcome.done("said it")


@service(title="Everywhere", instances="each", schedule=FixedTime(("04:00",)))
def everywhere(context: Context) -> Outcome:
    """Runs on each node."""
    return Outcome.done()


@service(title="Sleeping", enabled=False, schedule=Periodic(minutes=60))
def sleeping(context: Context) -> Outcome:
    """Disabled unless a site enables it."""
    return Outcome.done()


@service(title="Needy", needs=("moon.enabled",))
def needy(context: Context) -> Outcome:
    """Lacks a setting."""
    return Outcome.done()


@service(title="Watcher", schedule=Daemon())
def watcher(context: Context) -> None:
    """A daemon."""


def _step(context: Context) -> Outcome:
    return Outcome.done(done=2)


@service(title="Stepper", tasks=(Task("Count the sheep", _step), Task("Shear the sheep", _step)))
def stepper(context: Context) -> Outcome:
    """Has two steps."""
    return context.run_steps()
