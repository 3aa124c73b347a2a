"""The shape *mirror sync*: a local copy of what a remote system has, with what is gone marked as gone.

def run(context: Context, options: Options) -> Outcome:
    return mirror(context, "ad", "users", lambda cookie: read_users(client, cookie))

A read is compared as a whole and published in one transaction: a half read changes nothing. Nothing
is deleted; what comes back is there again. An answer that lacks too much is not believed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from actors.context import Context
from actors.outcome import Outcome
from domain.mirror import Read, Remote, Vanishing, not_believed, plan

__all__ = ["Read", "Remote", "Vanishing", "mirror"]

#: ``read(cookie)``: what changed since that cookie, or with None all there is.
Reader = Callable[[str | None], Read]
#: After how many objects the run says how far it is, and looks whether it should stop.
LOOK = 1_000


def mirror(
    context: Context,
    source: str,
    kind: str,
    read: Reader,
    *,
    limits: Vanishing | None = None,
    full_every: timedelta = timedelta(days=1),
) -> Outcome:
    """Bring the mirror of `kind` at `source` up to date, by a full read at least every `full_every`.

    ``failed`` when the answer lacks more than `limits` allow: what it has is kept all the same, but
    nothing is marked as gone, and the next read begins where this one did.

    Raises what `read` raises, and StopRequested: then nothing is changed.
    """
    from store import database, mirror

    tx, began = database.read(), context.now.timestamp()
    cursor = mirror.cursor(tx, context.service.name, source, kind)
    fresh = cursor.full_at is not None and began - cursor.full_at < full_every.total_seconds()
    answer = read(cursor.cookie if fresh else None)
    planned = plan(mirror.known(tx, source, kind), replace(answer, objects=_counted(context, answer.objects)))
    refused = not_believed(planned, answer.full, limits or Vanishing(), kind)

    def publish(tx: Any) -> None:
        mirror.publish(
            tx,
            context.service.name,
            source,
            kind,
            planned,
            full=answer.full,
            believed=refused is None,
            cookie=answer.cookie,
            began=began,
            run=(context.run_id, context.fence),
        )

    database.write(publish)
    counts: dict[str, int | float] = {
        "read": planned.seen,
        "new": len(planned.new),
        "changed": len(planned.changed),
        "returned": len(planned.returned),
        "gone": 0 if refused else len(planned.gone),
    }
    return Outcome("failed", counts, refused) if refused else Outcome("done", counts)


def _counted(context: Context, objects: Iterable[Remote]) -> Iterator[Remote]:
    for number, each in enumerate(objects, 1):
        if number % LOOK == 0:
            context.progress(number)
            context.check_stop()
        yield each
