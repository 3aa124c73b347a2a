"""What is due of one schedule becomes one mail, whatever kind of schedule it is.

The report is made first, outside of any transaction. Then one transaction moves the schedule's
`accounted_until`, writes what became of each planned time and puts the mail into the outbox: all of
it or nothing, so that a process that dies on the way leaves the time to the next run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from domain.mail.draft import Draft
from domain.mail.problem import MailProblem
from domain.report.query import ReportProblem
from domain.time.settle import Settled
from store import database
from store.outbox.put import put
from store.report.schedules import Delivery
from store.tx import Tx


class NotSent(Exception):
    """Nothing is to be mailed this time; the text says why."""


@dataclass(frozen=True)
class Made:
    """A report that is ready to be mailed, and how many rows it has."""

    draft: Draft
    rows: int


@dataclass(frozen=True)
class Served:
    """What a look at one schedule came to: counts by state, and one line if no report could be made."""

    counts: dict[str, int]
    problem: str = ""


@dataclass(frozen=True)
class Book:
    """Where one schedule is accounted for.

    `account(tx, until, sent)` says whether all up to `until` is ours to write; `deliver(tx, done)` writes
    one line.
    """

    account: Callable[[Tx, int, bool], bool]
    deliver: Callable[[Tx, Delivery], int]


def serve(
    name: str, settled: Sequence[Settled], make: Callable[[int, int], Made], book: Book, now: float
) -> Served:
    """Deliver what is due, late times as one; nothing when somebody else has done so.

    `make(at, also)` gives the mail of a planned time that stands for `also` earlier ones too. It raises
    NotSent, ReportProblem, MailProblem.
    """
    if not settled:
        return Served({})
    made: Made | None = None
    done = [unserved(one) for one in settled if one.result in ("merged", "missed")]
    problem = ""
    for one in settled:
        if one.result not in ("run", "catch_up"):
            continue
        try:
            made = make(one.at, sum(other.into == one.at for other in settled))
            done.append(Delivery(one.at, "mailed", rows=made.rows))
        except NotSent as why:
            done.append(Delivery(one.at, "skipped", error=str(why)))
        except (ReportProblem, MailProblem) as error:
            problem = f"{name}: {error}"
            done.append(Delivery(one.at, "failed", error=str(error)))
    until = max(one.last for one in settled)
    if not database.write(lambda tx: _write(tx, book, until, done, made, now)):
        return Served({})
    return Served(_counts(done), problem)


def unserved(one: Settled) -> Delivery:
    """The line of planned times for which no mail goes."""
    return Delivery(one.at, one.result, error=one.reason, count=one.count)


def _write(tx: Tx, book: Book, until: int, done: Sequence[Delivery], made: Made | None, now: float) -> bool:
    if not book.account(tx, until, made is not None):
        return False
    mail_id = None if made is None else _put(tx, made.draft, now)
    for one in done:
        book.deliver(tx, replace(one, mail_id=mail_id) if one.state == "mailed" else one)
    return True


def _put(tx: Tx, mail: Draft, now: float) -> int:
    mail_id = put(tx, mail, now)
    # An older backup may know less than its outbox did: the mail that is there stands for this one.
    return int(mail_id or tx.value("SELECT id FROM mail WHERE once_key = ?", (mail.once_key,)))


def _counts(done: Sequence[Delivery]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in done:
        counts[one.state] = counts.get(one.state, 0) + one.count
    return counts
