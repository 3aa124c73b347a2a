"""Batches: what one turn of the calculator rates, part by part, and who may write of it.

The fence of the turn stands in the batch. Who takes an open batch up puts its own, larger one there; a part
that was begun before finds that out when it is to be written, and writes nothing.
"""

from __future__ import annotations

from typing import NamedTuple

from store.calls.chunk import FREE
from store.tx import Tx, marks

#: A machine that vanishes with a part in its hands must not hold it for the two hours of Linux (a quarter of
#: one, if an answer is under way to it), nor a process that is stopped for as long as it is.
_SHORT_LEASH = """SELECT set_config('tcp_keepalives_idle', '5', true),
    set_config('tcp_keepalives_interval', '2', true), set_config('tcp_keepalives_count', '3', true),
    set_config('tcp_user_timeout', '11s', true),
    set_config('idle_in_transaction_session_timeout', '20s', true)"""
#: Chunks that are looked at to make a batch.
LOOKED_AT = 1000


class Batch(NamedTuple):
    """`shards` parts, by client; the legs of no client are in part 0."""

    id: int
    shards: int
    legs: int


def unfinished(tx: Tx) -> Batch | None:
    """The oldest that a turn left behind."""
    row = tx.one(
        "SELECT id, shards, legs FROM rating_batch WHERE state = 'open' AND kind = 'rate' ORDER BY id LIMIT 1"
    )
    return Batch(*row) if row else None


def take_up(tx: Tx, batch_id: int, fence: int, node: str) -> bool:
    """Go on with an open batch of an earlier turn: from now on only this `fence` counts."""
    return (
        tx.run(
            "UPDATE rating_batch SET fence = ?, node = ? WHERE id = ? AND state = 'open' AND fence < ?",
            (fence, node, batch_id, fence),
        )
        == 1
    )


def begin(
    tx: Tx, *, fence: int, node: str, most: int, shards: int, now: float, also: int = 0, worth: int = 0
) -> Batch | None:
    """Take the oldest chunks of together at most `most` legs (one, if it has more); None if none waits.

    `also` so many parts more if it has `worth` legs.
    """
    rows = tx.all(
        f"SELECT c.id, c.legs FROM xdr_chunk c WHERE {FREE} ORDER BY c.id LIMIT {LOOKED_AT}{_locked(tx)}"
    )
    taken: list[int] = []
    legs = 0
    for chunk, many in rows:
        if taken and legs + many > most:
            break
        taken.append(chunk)
        legs += many
    if not taken:
        return None
    shards += also if legs >= worth else 0
    batch: int = tx.value(
        """INSERT INTO rating_batch (kind, state, shards, fence, node, legs, opened_at)
           VALUES ('rate', 'open', ?, ?, ?, ?, ?) RETURNING id""",
        (shards, fence, node, legs, now),
    )
    tx.run(f"UPDATE xdr_chunk SET batch_id = ? WHERE id IN ({marks(taken)})", (batch, *taken))
    tx.many(
        "INSERT INTO rating_shard (batch_id, shard, state) VALUES (?, ?, 'open')",
        [(batch, shard) for shard in range(shards)],
    )
    return Batch(batch, shards, legs)


def undone(tx: Tx, batch_id: int) -> list[int]:
    """The parts that are not written yet."""
    rows = tx.all(
        "SELECT shard FROM rating_shard WHERE batch_id = ? AND state = 'open' ORDER BY shard", (batch_id,)
    )
    return [row[0] for row in rows]


def is_open(tx: Tx, batch_id: int, shard: int, fence: int) -> bool:
    """Whether this part is still to be done under `fence`; only a look, see `hold_shard`."""
    return bool(
        tx.value(
            """SELECT 1 FROM rating_batch b JOIN rating_shard s ON s.batch_id = b.id
               WHERE b.id = ? AND b.state = 'open' AND b.fence = ? AND s.shard = ? AND s.state = 'open'""",
            (batch_id, fence, shard),
        )
    )


def hold_shard(tx: Tx, batch_id: int, shard: int, fence: int) -> bool:
    """Whether this part may be written under `fence`; nobody takes the batch away before the end.

    Who comes second waits for the first, and then it is False.
    """
    if tx.dialect == "postgresql":
        tx.value(_SHORT_LEASH)  # not `later`: PostgreSQL starts no such clock after a pipeline
    lock = " FOR SHARE OF b FOR UPDATE OF s" if tx.dialect == "postgresql" else ""
    return bool(
        tx.value(
            f"""SELECT 1 FROM rating_batch b JOIN rating_shard s ON s.batch_id = b.id
                WHERE b.id = ? AND b.state = 'open' AND b.fence = ? AND s.shard = ? AND s.state = 'open'
                {lock}""",
            (batch_id, fence, shard),
        )
    )


def shard_done(
    tx: Tx, batch_id: int, shard: int, *, node: str, rated: int, mismatched: int, repeated: int, now: float
) -> bool:
    """Say that this part is written, with what; False if it was before."""
    return (
        tx.run(
            """UPDATE rating_shard
           SET state = 'done', node = ?, rated = ?, mismatched = ?, repeated = ?, done_at = ?
           WHERE batch_id = ? AND shard = ? AND state = 'open'""",
            (node, rated, mismatched, repeated, now, batch_id, shard),
        )
        == 1
    )


def finish(tx: Tx, batch_id: int, fence: int, now: float) -> bool:
    """End a batch all of whose parts are written; its chunks are not needed any more."""
    ended = tx.run(
        """UPDATE rating_batch SET state = 'done', done_at = ?
           WHERE id = ? AND state = 'open' AND fence = ?
               AND NOT EXISTS (SELECT 1 FROM rating_shard WHERE batch_id = ? AND state = 'open')""",
        (now, batch_id, fence, batch_id),
    )
    if ended:
        tx.run("DELETE FROM xdr_chunk WHERE batch_id = ?", (batch_id,))
    return ended == 1


def counts(tx: Tx, batch_id: int) -> dict[str, int]:
    """What its parts say: ``rated``, ``mismatched``, ``repeated``."""
    row = tx.one(
        "SELECT SUM(rated), SUM(mismatched), SUM(repeated) FROM rating_shard WHERE batch_id = ?", (batch_id,)
    )
    return {
        name: int(value or 0)
        for name, value in zip(("rated", "mismatched", "repeated"), row or (0, 0, 0), strict=True)
    }


def add_done(
    tx: Tx, kind: str, *, fence: int, node: str, legs: int, rerating_id: int | None, now: float
) -> int:
    """A batch that is done with the transaction it is made in (``rerate``). Its id."""
    found: int = tx.value(
        """INSERT INTO rating_batch
               (kind, state, shards, fence, node, legs, rerating_id, opened_at, done_at)
           VALUES (?, 'done', 1, ?, ?, ?, ?, ?, ?) RETURNING id""",
        (kind, fence, node, legs, rerating_id, now, now),
    )
    return found


def older_open(tx: Tx, opened_before: float) -> bool:
    """Whether a batch that began before then is still being rated."""
    return bool(
        tx.value(
            """SELECT 1 FROM rating_batch
               WHERE state = 'open' AND kind = 'rate' AND opened_at <= ? LIMIT 1""",
            (opened_before,),
        )
    )


def _locked(tx: Tx) -> str:
    return tx.for_update("c")
