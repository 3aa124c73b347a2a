"""The log of a run in pages: what came after a cursor, from a level on, with a word in it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from domain.run_state import FINAL
from domain.time.clock import rfc3339
from node.site import Site
from store.run import log
from store.tx import Tx
from web.shown import runs
from web.shown.run_log import Line, with_starts_and_ends

Shown = dict[str, Any]

LEVELS = ("debug", "info", "warning", "error")


def page(
    site: Site,
    tx: Tx,
    run_id: int,
    *,
    cursor: str | None = None,
    level: str | None = None,
    text: str | None = None,
    limit: int = 1000,
) -> Shown | None:
    """``{run, state, lines, next, complete}`` of one run; None: there is none.

    Lines are ``n`` (None for a start or end that was not kept), ``at`` (RFC 3339), ``level`` and
    ``text``. ``next`` is the cursor for what comes later; ``complete``: nothing comes any more. At most
    `limit` stored lines are looked at; `level` is the least. Raises ValueError for a wrong cursor.
    """
    after, since = _read(cursor)
    # The run first: what is written before an end is then surely among the lines.
    run = runs.one(site, tx, run_id)
    if run is None:
        return None
    new = log.read(tx, run_id, after, limit + 1)
    more, new = len(new) > limit, new[:limit]
    known = log.edges(tx, run_id, after) if after else []
    horizon = _micro(new[-1]["at"]) if more else None
    lines = [
        line for line in with_starts_and_ends(run, [*known, *new]) if _is_new(line, after, since, horizon)
    ]
    last = max((_micro(line["at"]) for line in lines), default=since)
    return {
        "run": run_id,
        "state": run["state"],
        "lines": [_shown(line) for line in lines if _is_wanted(line, level, text)],
        "next": f"{new[-1]['n'] if new else after}.{max(last, since)}",
        "complete": run["state"] in FINAL and not more,
    }


def as_text(site: Site, tx: Tx, run_id: int) -> str | None:
    """The whole log as lines of text, in the site's zone; None: there is no such run."""
    run = runs.one(site, tx, run_id)
    if run is None:
        return None
    return "".join(_text(site, line) for line in with_starts_and_ends(run, log.read(tx, run_id)))


def _text(site: Site, line: Line) -> str:
    at = datetime.fromtimestamp(line["at"], site.zone)
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d} {line['level']:<7} {line['text']}\n"


def _is_new(line: Line, after: int, since: int, horizon: int | None) -> bool:
    if "n" in line:
        return bool(line["n"] > after)
    # One that was not kept stands at its time: not before those of the last page, nor after this one.
    return _micro(line["at"]) > since and (horizon is None or _micro(line["at"]) <= horizon)


def _is_wanted(line: Line, level: str | None, text: str | None) -> bool:
    if level is not None and line["level"] in LEVELS and LEVELS.index(line["level"]) < LEVELS.index(level):
        return False
    return text is None or text.casefold() in line["text"].casefold()


def _shown(line: Line) -> Shown:
    return {
        "n": line.get("n"),
        "at": rfc3339(line["at"]),
        "level": line["level"],
        "text": line["text"],
    }


def _read(cursor: str | None) -> tuple[int, int]:
    """The number of the last stored line, and the time up to which lines were given, in µs."""
    if cursor is None:
        return 0, -1
    known = re.fullmatch(r"([0-9]{1,18})[.](-?[0-9]{1,18})", cursor)
    if known is None:
        raise ValueError(f"expected the next of the last page, got {cursor!r}")
    return int(known[1]), int(known[2])


def _micro(at: float) -> int:
    return round(at * 1_000_000)
