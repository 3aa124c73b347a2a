"""The shape *due-date sweep*: each due date is told of some days before, once for each stage.

def run(context: Context, options: Options) -> Outcome:
    return tell_due(context, certificates(), days=options.days)

What was missed while nothing ran is told once. A date that moves (a renewal) begins anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from itertools import islice
from string import Template
from typing import TYPE_CHECKING, Any

from actors.context import Context
from actors.outcome import Outcome
from domain.due import DueDate, days_left, stage

if TYPE_CHECKING:
    from store.outbox.notification import Notice

__all__ = ["DueDate", "tell_due"]

#: So many notices are kept in one transaction.
BATCH = 200


def tell_due(
    context: Context, dates: Iterable[DueDate], *, days: Collection[float] = (30, 14, 7, 1, 0)
) -> Outcome:
    """Put a notice into the outbox for each date that has reached its next stage, `days` before it.

    Counts: ``told``, ``known`` (told before), ``ahead`` (none due), ``refused`` (no mail can be made of
    it). While the service's family observes, the mails are kept as files. ``partial`` if it was to stop.
    """
    from store import database

    counts: Counter[str] = Counter(told=0)
    troubles: list[str] = []
    left = iter(dates)
    while batch := list(islice(left, BATCH)):
        if context.stopping():
            return Outcome("partial", counts, "stopped; the next run goes on")
        now = context.now.timestamp()
        reached = [(each, stage(each.at, days, now)) for each in batch]
        notices = [_notice(context, each, at, now) for each, at in reached if at is not None]
        counts["ahead"] += len(batch) - len(notices)
        said = database.write(lambda tx, notices=notices, now=now: _put(tx, notices, now))  # type: ignore[misc]
        for what, trouble in said:
            counts[what] += 1
            troubles += [trouble] if trouble else []
        context.progress(sum(counts.values()))
    for text in troubles:
        context.log.error("no notice", error=text)
    return Outcome("partial" if troubles else "done", counts, "; ".join(troubles[:3]))


def _notice(context: Context, each: DueDate, reached: float, now: float) -> Notice:
    from store.outbox.notification import Notice

    days = days_left(each.at, now)
    text = Template(each.text or each.what).safe_substitute(days=days)
    return Notice(
        # The date is part of the key: what is renewed is told of again.
        once_key=f"{context.service.name}:{each.key}:{each.at:.0f}:{reached:g}",
        recipients=each.to,
        due_at=now,
        values={"subject": Template(each.what).safe_substitute(days=days), "text": text},
        owner=each.owner,
        source=context.service.name,
        family=context.mail_family,
    )


def _put(tx: Any, notices: list[Notice], now: float) -> list[tuple[str, str]]:
    """For each notice what became of it, and the trouble with it or ""."""
    from domain.mail.problem import MailProblem
    from store.outbox import notification

    said = []
    for each in notices:
        try:
            said.append(("told" if notification.add(tx, each, now) else "known", ""))
        except MailProblem as problem:
            said.append(("refused", f"{each.once_key}: {problem}"))
    return said
