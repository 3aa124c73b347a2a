"""One part of a batch: of its own clients all is rated, written and booked, in one transaction.

A process that comes to it again, after a crash in the midst of a batch, may know newer rates, by which a leg
belongs to another client and so to another part. So in a batch that is taken up again (`again`) the first
open part also takes the legs of parts that are done, as far as they do not lie in the table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from actors.calculating.books import Books
from domain.calls import row
from domain.calls.raw import RawLegs
from domain.calls.row import Rows
from domain.rating.arrays import NONE
from domain.rating.at_work import LEFT
from store import database
from store.calls import balance, batch, chunk, day, day_state, xdr
from store.calls.chunk import Chunk
from store.tx import Tx

if TYPE_CHECKING:
    from domain.rating.arrays import Flags, Ints
    from domain.rating.book import Book
    from domain.rating.rating import Rated

#: States of a day that takes calls.
TAKING = ("open", "rerating")


@dataclass(frozen=True, slots=True)
class Order:
    """Do `shard` of `shards` of this batch; `version` is that of the book that all parts go by."""

    batch: int
    shard: int
    shards: int
    fence: int
    version: str
    node: str
    again: bool
    now: float


@dataclass(frozen=True, slots=True)
class Reply:
    """``done``; ``moved``: `text` is the newer version of the book; ``gone``: it is not ours any more."""

    state: Literal["done", "moved", "gone", "failed"]
    text: str = ""
    rated: int = 0
    mismatched: int = 0
    repeated: int = 0

    def said(self) -> dict[str, Any]:
        """As it goes over a pipe."""
        return asdict(self)


def do(books: Books, order: Order, before_commit: Callable[[], None] = lambda: None) -> Reply:
    """Rate, write and book it. Raises DatabaseError, or ValueError for a book that is wrong."""
    import numpy as np

    from domain.rating.rating import rate

    known = books.now()
    if known.version != order.version:
        return Reply("moved", known.version)
    tx = database.read()
    others = frozenset(range(order.shards)) - frozenset(batch.undone(tx, order.batch))
    parts: list[_Part] = []
    for each in chunk.of_batch(tx, order.batch):
        raw = each.raw
        rated = rate(known.book, raw.legs(each.gateway), lambda client: _own(order, client, others))
        parts.append(_Part(each, raw, np.nonzero(rated.reason != LEFT)[0], rated, order))
    day.prepare({one for part in parts for one in part.days()})
    return database.write(lambda tx: _written(tx, order, parts, known.book, before_commit))


class _Part:
    """What of one chunk belongs to the part of the batch: `rows`, and their places among its legs."""

    def __init__(self, given: Chunk, raw: RawLegs, own: Ints, rated: Rated, order: Order) -> None:
        keys = raw.keys(given.gateway, own)
        self.chunk, self.raw = given, raw
        self.places = row.ordered(raw, keys, own)
        self.rows = row.rows(raw, keys, given.gateway, given.file_id, order.batch, rated, self.places)

    def days(self) -> set[int]:
        return set(self.rows["day"].tolist())


def _own(order: Order, client: Ints, others: frozenset[int]) -> Flags:
    """Which legs are of this part's clients; see above for what else it takes."""
    import numpy as np

    shard = np.where(client == NONE, 0, client % order.shards)
    mine: Flags = shard == order.shard
    if order.again:
        mine |= np.isin(shard, list(others))
    return mine


def _written(
    tx: Tx, order: Order, parts: list[_Part], book: Book, before_commit: Callable[[], None]
) -> Reply:
    if not batch.hold_shard(tx, order.batch, order.shard, order.fence):
        return Reply("gone")
    wanted = {one for part in parts for one in part.days()}
    states = day_state.locked(tx, tuple(sorted(wanted)), order.now)
    closed = [one for one, state in states.items() if state not in TAKING]
    reply = Reply("done")
    booked: list[balance.Line] = []
    for part in parts:
        rows = _open_days(tx, part, closed, order) if closed else part.rows
        written = xdr.insert(tx, rows)
        booked += lines(book, written, "calls")
        reply = _counted(reply, len(rows), written, order)
    balance.book(tx, booked, ref_kind="rating_batch", ref_id=order.batch, now=order.now)
    batch.shard_done(
        tx,
        order.batch,
        order.shard,
        node=order.node,
        rated=reply.rated,
        mismatched=reply.mismatched,
        repeated=reply.repeated,
        now=order.now,
    )
    before_commit()
    return reply


def _open_days(tx: Tx, part: _Part, closed: list[int], order: Order) -> Rows:
    """Without the legs of days that take none now: those wait again, as a chunk for each such day."""
    import numpy as np

    given, day_of = part.chunk, part.rows["day"]
    for one in np.unique(day_of[np.isin(day_of, closed)]).tolist():
        chunk.add(
            tx,
            row.picked(part.raw, part.places[day_of == one]),
            gateway=given.gateway,
            now=order.now,
            file_id=given.file_id,
            gateway_id=given.gateway_id,
        )
    return part.rows.picked(np.nonzero(~np.isin(day_of, closed))[0])


def _counted(before: Reply, many: int, written: Rows, order: Order) -> Reply:
    """Of what is done again nobody can say what was repeated by a file, and what by us."""
    rated = int((written["reason"] == 0).sum())
    return replace(
        before,
        rated=before.rated + rated,
        mismatched=before.mismatched + len(written) - rated,
        repeated=before.repeated + (0 if order.again else many - len(written)),
    )


def lines(
    book: Book, rows: Rows, kind: str, *, back: bool = False, currencies: Mapping[int, str] | None = None
) -> list[balance.Line]:
    """What these legs mean for the balances of their clients; `back`: that they are taken back.

    `currencies`: of clients that the book does not know any more.
    """
    import numpy as np

    booked = (rows["client_id"] != NONE) & (rows["reason"] == 0)
    signs = np.array(balance.SIGNS, np.int64)[rows["origin"][booked]] * (-1 if back else 1)
    amounts, clients = rows["cost"][booked] * signs, rows["client_id"][booked]
    known = {**(currencies or {}), **{each.id: each.currency for each in book.parties.clients}}
    order = np.argsort(clients, kind="stable")
    ids, first = np.unique(clients[order], return_index=True)
    if not len(ids):
        return []
    # Of any size: a sum in numpy would go round at 2**63 without a word. Of halves it does not.
    halves = (np.add.reduceat(each[order], first).tolist() for each in (amounts >> 32, amounts & 0xFFFFFFFF))
    sums = [(high << 32) + low for high, low in zip(*halves, strict=True)]
    return [
        balance.Line(client, kind, known[client], amount)
        for client, amount in zip(ids.tolist(), sums, strict=True)
    ]
