"""Reports that go out at set times, whatever they are about: each schedule on its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from actors.context import Context
from actors.outcome import Outcome

if TYPE_CHECKING:
    from store.report.serving import Served


def serve_each(context: Context, found: Sequence[Any], serve: Callable[[Any], Served]) -> Outcome:
    """Put the mail of each report that is due into the outbox; one that fails keeps no other back.

    `found` are schedules with ``id`` and ``name``. Counts: ``mailed``, ``merged``, ``missed``, ``skipped``,
    ``failed``. Raises DatabaseError.
    """
    from store.errors import DatabaseError
    from store.report.serving import Served

    counts: Counter[str] = Counter()
    problems: list[str] = []
    for done, each in enumerate(found):
        context.progress(done, len(found))
        if context.stopping():
            return Outcome("partial", counts, "stopped; the next run goes on")
        try:
            served = serve(each)
        except DatabaseError:
            raise
        except Exception as error:
            # Nothing of it is written: the next run tries it again, within the window.
            served = Served({}, f"{each.name}: {type(error).__name__}: {error}")
        counts.update(served.counts)
        if served.problem:
            context.log.error("report cannot be mailed", schedule=each.id, error=served.problem)
            problems.append(served.problem)
    if problems:
        return Outcome("partial" if counts["mailed"] else "failed", counts, "; ".join(problems))
    return Outcome("done", counts)
