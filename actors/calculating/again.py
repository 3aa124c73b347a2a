"""Legs that lie there are rated again: by the same rater; what differs is written, and only that is booked.

An invoiced call is never changed without a word: it is refused and counted, or the difference becomes an
entry of its own kind (``credit``), which the next invoice shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from actors.calculating.shard import TAKING, lines
from domain.calls import row
from domain.calls.raw import TAG
from domain.calls.row import Rows
from domain.rating.arrays import NONE
from store.calls import balance, batch, day_state, dirty, rewriting
from store.tx import Tx

if TYPE_CHECKING:
    from domain.rating.arrays import Flags, Ints
    from domain.rating.book import Book
    from domain.rating.legs import Legs

Invoiced = Literal["refuse", "credit"]

#: What of a leg decides on how its difference is written and booked.
_COMPARED = ("id", "day", "at", "origin", "invoice_id", "version", *row.RESULT)


@dataclass(frozen=True, slots=True)
class Compared:
    """Legs whose results differ now: as they were read, and as they would be."""

    old: Rows
    new: Rows

    def __len__(self) -> int:
        return len(self.old)

    def picked(self, places: Ints) -> Compared:
        """Those legs only."""
        return Compared(self.old.picked(places), self.new.picked(places))


@dataclass(frozen=True, slots=True)
class Done:
    """How many were changed, and how many refused because they are invoiced; the batch, if there is one."""

    changed: int = 0
    refused: int = 0
    batch: int | None = None


def compare(book: Book, stored: Rows) -> Compared:
    """Rate legs again; outside a transaction, for it is most of the work."""
    import numpy as np

    from domain.rating.rating import rate

    rated = rate(book, legs(stored))
    results = row.results(rated, np.arange(len(stored)))
    differ = np.nonzero(~row.same(stored, results))[0]
    old = {name: row.pick(stored[name], differ) for name in _COMPARED}
    fresh: dict[str, Any] = {name: row.pick(column, differ) for name, column in results.items()}
    return Compared(Rows(old), Rows({**old, **fresh, "version": old["version"] + 1}))


def legs(stored: Rows) -> Legs:
    """What the rater takes, from what lies in the table."""
    from domain.rating.legs import Legs, Words
    from domain.rating.numbers import Numbers

    words = Words.of(stored["tags"])
    sets = tuple(frozenset(filter(None, each.split(TAG))) for each in words.values)
    return Legs(
        stored["at"],
        stored["volume"],
        stored["origin"],
        Numbers.of(stored["dst"]),
        Numbers.of(stored["src"]),
        Words.of(stored["host"]),
        Words.of(stored["name"]),
        Words.of(stored["pin"]),
        Words.of(stored["gateway"]),
        Words(words.place, sets),
    )


def write(
    tx: Tx,
    book: Book,
    found: Compared,
    *,
    kind: str,
    invoiced: Invoiced,
    fence: int,
    node: str,
    rerating_id: int | None,
    now: float,
) -> Done:
    """Write and book the differences in this transaction, as a batch of kind ``rerate``.

    `kind` of the entries: ``rerating``, or ``calls`` for what was never rated before. What somebody
    changed since it was read is left as it is, and so are days that take no calls.
    """
    import numpy as np

    if not len(found):
        return Done()
    days = tuple(np.unique(found.old["day"]).tolist())
    states = day_state.locked(tx, days, now)
    rewriting.hold(tx, days)
    taking = np.isin(found.old["day"], [one for one, state in states.items() if state in TAKING])
    found = found.picked(np.nonzero(taking)[0])
    kept = _kept(tx, found, invoiced)
    if not rewriting.change(tx, kept.found.old, kept.found.new):
        # Somebody was faster with some of them, which seldom happens: the others are held, and done.
        kept = _kept(tx, found.picked(rewriting.unchanged(tx, found.old)), invoiced)
        if not rewriting.change(tx, kept.found.old, kept.found.new):
            raise RuntimeError("calls changed while they were held")
    old, new = kept.found.old, kept.found.new
    if not len(old):
        return Done(refused=kept.refused)
    batch_id = batch.add_done(
        tx, "rerate", fence=fence, node=node, legs=len(old), rerating_id=rerating_id, now=now
    )
    booked = [
        *_lines(tx, book, old, kept.before, kind, back=True),
        *_lines(tx, book, new, kept.after, kind, back=False),
    ]
    balance.book(tx, booked, ref_kind="rating_batch", ref_id=batch_id, now=now)
    dirty.mark(tx, batch_id, _parts(old) | _parts(new))
    return Done(len(old), kept.refused, batch_id)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is to be changed; which of it an invoice holds as it was, or would hold; how many are refused."""

    found: Compared
    before: Flags
    after: Flags
    refused: int


def _kept(tx: Tx, found: Compared, invoiced: Invoiced) -> _Kept:
    import numpy as np

    before, after = _invoiced(tx, found.old, found.new)
    refused = before | after
    if invoiced != "refuse" or not refused.any():
        return _Kept(found, before, after, 0)
    keep = np.nonzero(~refused)[0]
    return _Kept(found.picked(keep), before[keep], after[keep], int(refused.sum()))


def _parts(rows: Rows) -> set[tuple[int, int]]:
    """(day, client) of these legs; 0 is no client."""
    import numpy as np

    clients = np.where(rows["client_id"] == NONE, 0, rows["client_id"])
    return set(zip(rows["day"].tolist(), clients.tolist(), strict=True))


def _invoiced(tx: Tx, old: Rows, new: Rows) -> tuple[Flags, Flags]:
    """Which legs an invoice holds as they were; and which would come into an invoiced day."""
    import numpy as np

    clients = set(np.unique(np.concatenate([old["client_id"], new["client_id"]])).tolist()) - {NONE}
    accounts = balance.of(tx, clients, locked=True)
    until = {each: account.invoiced_until for each, account in accounts.items()}

    def closed(rows: Rows) -> Flags:
        ids, place = np.unique(rows["client_id"], return_inverse=True)
        last = np.array([_until(until.get(each)) for each in ids.tolist()], np.int64)
        return np.asarray((rows["day"] <= last[place]) & (rows["reason"] == 0), np.bool_)

    return (old["invoice_id"] != NONE) | closed(old), closed(new)


def _until(day: int | None) -> int:
    return -(2**62) if day is None else day


def _lines(tx: Tx, book: Book, rows: Rows, invoiced: Flags, kind: str, *, back: bool) -> list[balance.Line]:
    import numpy as np

    found: list[balance.Line] = []
    for marked, of_kind in ((False, kind), (True, "credit")):
        those: Ints = np.nonzero(invoiced == marked)[0]
        if len(those):
            found += lines(book, rows.picked(those), of_kind, back=back, currencies=_gone(tx, book, rows))
    return found


def _gone(tx: Tx, book: Book, rows: Rows) -> dict[int, str]:
    """The currencies of clients that are in no book any more: those of their balances."""
    known = {each.id for each in book.parties.clients}
    lost = set(rows["client_id"].tolist()) - known - {NONE}
    return {each: account.currency for each, account in balance.of(tx, lost).items()}
