"""The shape *retention*: rows past their term go in small transactions, until all are gone or time is up.

OLD_CALLS = Past("calls", "call", "ended_at < ?", free="invoice_id IS NOT NULL")

def run(context: Context, options: Options) -> Outcome:
    return retain(context, delete(OLD_CALLS, before(context, options.keep_days), options.batch))
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from actors.context import Context
from actors.outcome import Outcome
from domain.session_terms import DAY


def before(context: Context, days: float) -> float:
    """The instant (epoch seconds) that is so many days ago."""
    return context.now.timestamp() - days * DAY


def retain(
    context: Context,
    parts: Iterable[tuple[str, int]],
    *,
    longest: float | None = None,
    total: tuple[str, int] = ("", 0),
) -> Outcome:
    """Go through what `store.retention.delete` and its like give: what went, and how many of it.

    ``partial`` when the run was to stop, or after `longest` seconds; the next run goes on. `total` is
    what the progress counts, and how many of it there may be.
    """
    start = context.now.timestamp()
    counts: Counter[str] = Counter()
    what, most = total
    if what:
        context.progress(0, most)
    for name, gone in parts:
        counts[name] += gone
        done = counts[what] if what else sum(counts.values())
        context.progress(done, max(most, done) if what else None)
        if context.stopping() or (longest is not None and context.now.timestamp() - start > longest):
            return Outcome("partial", counts, "stopped; the next run goes on")
    return Outcome("done", counts)
