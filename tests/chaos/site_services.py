"""The services of the chaos site: short and long, in groups and in none, planned, asked for and always on."""

from __future__ import annotations

import os
import threading
import time
from datetime import timedelta
from typing import Any

from actors import Context, Daemon, HoldLost, Periodic, service
from tests.chaos import clock_offset
from tests.chaos.journal import journal_of_site

#: How often code at work says that it still is, in s.
SIGN = 0.05

#: How long the holder works that is to be late (tests/chaos/late_holder.py), in s.
BUSY = 10.0

#: The groups of the short services; those of more than one must not be overtaken for ever.
SHORT = [("a",), ("b",), ("a", "b"), ("c",), ("b", "c", "d"), ("d", "e"), ("e", "f"), ("a", "c", "f"), ()]

clock_offset.follow()


def note(context: Context, what: str, fence: int | None = None) -> None:
    """One line on this run, or on the hold with this fence."""
    journal_of_site().write(
        what,
        service=context.service.name,
        run=None if fence is not None else context.run_id,
        attempt=None if fence is not None else context.attempt,
        fence=context.fence if fence is None else fence,
        groups=list(context.service.run_groups),
        node=context.node,
        pid=os.getpid(),
        number=context.args.get("number"),
    )


def work(context: Context, seconds: float) -> None:
    """Be at work for so long, or until it is asked to stop."""
    pause = threading.Event()
    note(context, "start")
    context.log.info("at work", seconds=seconds)
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0 and not context.stopping():
        pause.wait(min(SIGN, left))
        note(context, "alive")
    note(context, "end")
    context.check_stop()


def short(context: Context) -> None:
    note(context, "start")
    threading.Event().wait(0.003)
    note(context, "end")


def busy(context: Context) -> None:
    """At work without a pause, so that it goes on in the very moment in which it thaws."""
    note(context, "start")
    until, next_sign = time.monotonic() + BUSY, 0.0
    while (now := time.monotonic()) < until and not context.stopping():
        if now > next_sign:
            note(context, "alive")
            next_sign = now + SIGN / 10
    note(context, "end")
    context.check_stop()


def made(name: str, seconds: float | None = None, **header: Any) -> Any:
    """A service of this name that works for so long; None: a few milliseconds."""
    return service(name=name, **header)(short if seconds is None else lambda context: work(context, seconds))


def keeper(context: Context) -> None:
    pause = threading.Event()
    while not context.stopping():
        try:
            with context.exclusive() as fence:
                note(context, "start", fence)
                context.log.info("its turn", fence=fence)
                pause.wait(0.02)
                note(context, "end", fence)
        except HoldLost:
            journal_of_site().write("revoked", fence=fence)
        else:
            journal_of_site().write("released", fence=fence)
        pause.wait(0.1)


EACH_MINUTE: dict[str, Any] = {
    "schedule": Periodic(minutes=1),
    # So that every minute has a record of its own: others are folded into one.
    "misfire": "all",
    "misfire_window": timedelta(hours=1),
    "retry_lost": True,
}

ASKED = [
    *(made(f"short_{i}", run_groups=groups, retry_lost=True) for i, groups in enumerate(SHORT)),
    made("long_in_groups", 2.0, run_groups=("a", "f"), retry_lost=True),
    made("long_alone", 3.0, retry_lost=True, parallel=3),
    made("own_process", 2.5, run_groups=("e",), retry_lost=True, time_limit=timedelta(hours=1)),
    made("only_once", 0.5, run_groups=("b",)),
]

PLANNED = [
    made("each_minute", run_groups=("c",), **EACH_MINUTE),
    made("on_each_node", **EACH_MINUTE, instances="each"),
]

SERVICES = [
    *ASKED,
    *PLANNED,
    service(name="keeper", schedule=Daemon(), run_groups=("a", "d"))(keeper),
    service(name="busy", run_groups=("late",))(busy),
    service(name="after_busy", run_groups=("late",))(short),
]
