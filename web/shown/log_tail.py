"""The log of a run as a page follows it: only new lines, and of a long one its head and its tail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.run_state import FINAL
from node.site import Site
from store.run import log, lookup
from store.tx import Tx

Shown = dict[str, Any]

#: How many lines a page keeps: the first ones, and the last ones. ``static/log.js`` does the same.
HEAD, TAIL = 1_000, 4_000
#: So many lines are sent in one piece.
AT_ONCE = 500


def tail(site: Site, tx: Tx, run_id: int, after: int) -> Shown | None:
    """The next lines after number `after`; None: there is no such run.

    ``{lines, left_out, next, complete, state}``: lines are [number, wall clock of the site, level,
    text]; ``left_out``: so many before them are not sent; ``next`` is the number to go on from;
    ``complete``: the run has ended and nothing comes any more.
    """
    # The state first: what is written before an end is then surely among the lines.
    state = lookup.states(tx, [run_id]).get(run_id)
    if state is None:
        return None
    newest = log.next_number(tx, run_id) - 1
    start = skipped_to(after, newest)
    lines = log.read(tx, run_id, start, AT_ONCE)
    last = lines[-1]["n"] if lines else start
    return {
        "lines": [[each["n"], _clock(each["at"], site), each["level"], each["text"]] for each in lines],
        "left_out": start - after,
        "next": last,
        "complete": state in FINAL and last >= newest,
        "state": state,
    }


def skipped_to(after: int, newest: int) -> int:
    """Where somebody who has the lines up to `after` goes on: past the head, only the tail is sent."""
    return after if after < HEAD else max(after, newest - TAIL)


def _clock(at: float, site: Site) -> str:
    local = datetime.fromtimestamp(at, site.zone)
    return f"{local:%H:%M:%S}.{local.microsecond // 1000:03d}"
