"""A holder that writes although it is retired: the one case in which nobody could kill it before.

Its agent, which kills a worker whose lease has lapsed before its groups are granted again, stands still
too. So both sleep until somebody else is at work in the group; then the holder wakes before its agent.
"""

from __future__ import annotations

import signal
from collections.abc import Callable

import psutil

from tests.chaos.api import Away
from tests.chaos.journal import WORK, Line
from tests.chaos.moment import Moment, send, thaw
from tests.support.until import until

#: A service that holds a group for seconds and writes all the time, and one that wants the same group.
SERVICE, NEXT = "busy", "after_busy"
#: s for each of its turns at most: to hold, to be retired with the next at work, to write late.
HOLDS, RETIRED, WRITES = 20.0, 20.0, 3.0
#: A thawed holder may learn that it is retired before it writes: then another one is tried.
TRIES = 4
_LOOK = 0.02


def late_holder(moment: Moment) -> None:
    """SIGSTOP of a holder and its agent until its group has another; the holder thaws first.

    Raises Away when it could not be brought about: nobody held, nobody came after, or nobody wrote.
    """
    for left in reversed(range(TRIES)):
        try:
            _hold_late(moment)
        except Away:
            if not left or moment.stop.is_set():
                raise
        else:
            return


def _hold_late(moment: Moment) -> None:
    journal, api, key = moment.site.journal, moment.site.api, moment.rng.random()
    size = journal.size()
    api.force(SERVICE, {}, key=f"{SERVICE} {key}")
    holder = _wait(moment, lambda: _at_work(journal.after(size)), "nobody held a group", HOLDS)
    pids = [psutil.Process(holder["pid"]).ppid(), holder["pid"]]
    moment.site.healers.append(lambda: thaw(pids))
    size = journal.size()
    send(pids, signal.SIGSTOP)
    try:
        api.force(NEXT, {}, key=f"{NEXT} {key}")
        _wait(moment, lambda: _next_one(holder, journal.after(size)), "nobody came after the holder", RETIRED)
        thaw(pids[1:])
        _wait(moment, lambda: _late(holder, journal.after(size)), "a thawed holder did not write", WRITES)
    finally:
        moment.site.heal()


def _wait(moment: Moment, look: Callable[[], Line | None], otherwise: str, seconds: float) -> Line:
    """The line once it is there; raises Away if it never is, or the run is interrupted."""
    found: list[Line] = []

    def there() -> bool:
        line = look()
        if line is not None:
            found.append(line)
        return line is not None or moment.stop.is_set()

    try:
        until(there, otherwise, seconds=seconds, every=_LOOK)
    except AssertionError as error:
        raise Away(str(error)) from None
    if not found:
        raise Away("interrupted")
    return found[0]


def _at_work(lines: list[Line]) -> Line | None:
    """One that has begun just now, by its own word."""
    over = {line["fence"] for line in lines if line["what"] == "end"}
    begun = [line for line in lines if line["what"] == "start" and line["service"] == SERVICE]
    return next((line for line in reversed(begun) if line["fence"] not in over), None)


def _next_one(holder: Line, lines: list[Line]) -> Line | None:
    """Who began in one of its groups, with a newer fence."""
    for line in lines:
        newer = line["what"] == "start" and line["fence"] > holder["fence"]
        if newer and set(line["groups"]) & set(holder["groups"]):
            return line
    return None


def _late(holder: Line, lines: list[Line]) -> Line | None:
    """What the holder wrote after that."""
    newer = _next_one(holder, lines)
    for line in lines:
        own = line["what"] in WORK and line["fence"] == holder["fence"]
        if own and newer is not None and line["mono"] > newer["mono"]:
            return line
    return None
