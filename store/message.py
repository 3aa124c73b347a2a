"""The messages of the database broker: those that wait, those in work, and the rejected ones.

A message waits while it has no owner. A run message is deleted in the transaction that claims
its run; any other is taken by an owner, who renews it until it is settled or given back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from store.tx import Tx, marks

_PUT = "INSERT INTO message (queue, body, origin, name, at) VALUES (?, ?, ?, ?, ?)"

# SQLite gives text where a foreign program wrote text, and fails if that is no UTF-8.
_BODY = {"sqlite": "CAST(body AS BLOB)", "postgresql": "body"}

_FETCH = """
    SELECT id, queue, {body}, deliveries, origin, name FROM message
    WHERE queue = ? AND owner IS NULL ORDER BY id LIMIT ?"""

_FETCHES = {
    "sqlite": _FETCH.format(body=_BODY["sqlite"]),
    "postgresql": _FETCH.format(body=_BODY["postgresql"]) + " FOR UPDATE SKIP LOCKED",
}

_REJECT = """
    INSERT INTO message (queue, body, origin, name, reason, at)
    SELECT ?, substr(body, 1, ?), queue, name, ?, ? FROM message WHERE id = ? AND owner = ?"""


class Sent(NamedTuple):
    """A message to be put: `origin` is its routing key, `name` its sender's id, if it has them."""

    queue: str
    body: bytes
    origin: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A message as it lay in its queue; `deliveries` counts how often it was taken before."""

    id: int
    queue: str
    body: bytes
    deliveries: int
    origin: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Held:
    """A message in work; its owner moves `renewal` as long as it lives."""

    id: int
    owner: str
    deliveries: int
    renewal: int


def put(tx: Tx, messages: Sequence[Sent], now: float) -> None:
    """Add messages in order; `now` in epoch seconds."""
    tx.many(_PUT, [(*one, now) for one in messages])


def waiting_in(tx: Tx, queues: Sequence[str]) -> list[str]:
    """Those of `queues`, in the given order, that have a waiting message. A plain read."""
    if not queues:
        return []
    names = ", ".join(["(CAST(? AS TEXT))"] * len(queues))
    rows = tx.all(
        f"""WITH wanted(name) AS (VALUES {names}) SELECT name FROM wanted
            WHERE EXISTS (SELECT 1 FROM message WHERE queue = wanted.name AND owner IS NULL)""",
        queues,
    )
    found = {row[0] for row in rows}
    return [queue for queue in queues if queue in found]


def fetch(tx: Tx, queues: Sequence[str], limit: int) -> list[Fetched]:
    """The first `limit` waiting messages, by queue in the given order, then oldest first.

    They are this transaction's alone until it ends; it must delete or take each of them.
    """
    fetched: list[Fetched] = []
    for queue in queues:
        if len(fetched) < limit:
            rows = tx.all(_FETCHES[tx.dialect], (queue, limit - len(fetched)))
            fetched += [Fetched(*row) for row in rows]
    return fetched


def delete(tx: Tx, ids: Sequence[int]) -> None:
    """These were fetched in this transaction and are done for good."""
    if ids:
        tx.run(f"DELETE FROM message WHERE id IN ({marks(ids)})", ids)


def take(tx: Tx, ids: Sequence[int], owner: str) -> None:
    """These were fetched in this transaction and are now in work with `owner`."""
    if ids:
        tx.run(
            f"""UPDATE message SET owner = ?, renewal = 0, deliveries = deliveries + 1
                WHERE id IN ({marks(ids)})""",
            (owner, *ids),
        )


def settle(tx: Tx, ids: Sequence[int], owner: str) -> None:
    """These are done for good; those that `owner` no longer holds are passed over."""
    if ids:
        tx.run(f"DELETE FROM message WHERE id IN ({marks(ids)}) AND owner = ?", (*ids, owner))


def give_back(tx: Tx, ids: Sequence[int], owner: str, *, counted: bool) -> list[str]:
    """Let these of `owner` wait again; the queue of each that was met.

    With ``counted=False`` the delivery does not count: nothing was wrong with the message.
    """
    if not ids:
        return []
    rows = tx.all(
        f"""UPDATE message SET owner = NULL, deliveries = deliveries - ?
            WHERE id IN ({marks(ids)}) AND owner = ? RETURNING queue""",
        (0 if counted else 1, *ids, owner),
    )
    return [row[0] for row in rows]


def give_back_all(tx: Tx, owner: str) -> list[str]:
    """Let all that `owner` holds wait again, uncounted, because it stops; their queues."""
    rows = tx.all(
        "UPDATE message SET owner = NULL, deliveries = deliveries - 1 WHERE owner = ? RETURNING queue",
        (owner,),
    )
    return [row[0] for row in rows]


def renew(tx: Tx, owner: str) -> None:
    """Show that `owner` lives."""
    tx.run("UPDATE message SET renewal = renewal + 1 WHERE owner = ?", (owner,))


def held(tx: Tx) -> list[Held]:
    """Every message in work."""
    rows = tx.all("SELECT id, owner, deliveries, renewal FROM message WHERE owner IS NOT NULL ORDER BY id")
    return [Held(*row) for row in rows]


def take_back(tx: Tx, lapsed: Sequence[Held]) -> list[str]:
    """Let these wait again, unless they were renewed or settled meanwhile; the queues of those met."""
    statement = """
        UPDATE message SET owner = NULL WHERE id = ? AND owner = ? AND deliveries = ? AND renewal = ?
        RETURNING queue"""
    answers = tx.batch([(statement, (one.id, one.owner, one.deliveries, one.renewal)) for one in lapsed])
    return [row[0] for rows in answers for row in rows]


def reject(tx: Tx, message: int, owner: str, *, queue: str, reason: str, now: float, longest: int) -> bool:
    """Move a message of `owner` to `queue` with its origin and reason; False if it was not its own.

    `longest` is how many bytes of the body are kept.
    """
    if not tx.run(_REJECT, (queue, longest, reason, now, message, owner)):
        return False
    settle(tx, [message], owner)
    return True


def rejected(tx: Tx, queue: str) -> list[tuple[str, bytes, str, float]]:
    """What lies in the queue of rejected ones: (origin, body, reason, epoch seconds), oldest first."""
    rows = tx.all(
        f"SELECT origin, {_BODY[tx.dialect]}, reason, at FROM message WHERE queue = ? ORDER BY id", (queue,)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def counts(tx: Tx) -> dict[str, int]:
    """Waiting messages per queue that has some."""
    rows = tx.all("SELECT queue, COUNT(*) FROM message WHERE owner IS NULL GROUP BY queue")
    return {row[0]: row[1] for row in rows}
