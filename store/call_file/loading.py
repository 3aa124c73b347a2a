"""Reading a file into chunks: each block of it is one transaction, so a crash neither loses nor doubles one.

The file's row says how many bytes are read; a block is written only where that is still what its reader
saw, with the chunks and the bad rows in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence

from domain.calls.formats.table import Bad
from domain.calls.packed import clean
from domain.calls.raw import RawLegs
from store.call_file.known import Known
from store.calls import chunk
from store.tx import Tx

#: Bad rows of one file that are kept with their text, and characters of each; the others are counted.
MOST_BAD = 1_000
LONGEST = 500


class TakenOver(Exception):
    """Somebody else reads this file now, or it was changed meanwhile."""


def begin(tx: Tx, known: Known, sha256: str) -> bool:
    """Read it from its beginning; False if a file with this content was read before, or it is taken."""
    taken = tx.run(
        """UPDATE xdr_file SET state = 'loading', sha256 = ?, bytes_read = 0, cursor = '', legs = 0,
               bad = 0, text = ''
           WHERE id = ? AND state = 'found' AND NOT EXISTS (
               SELECT 1 FROM xdr_file o WHERE o.collector_id = xdr_file.collector_id AND o.sha256 = ?
                   AND o.state IN ('loading', 'loaded'))""",
        (sha256, known.id, sha256),
    )
    if taken:
        tx.run("DELETE FROM xdr_bad_row WHERE file_id = ?", (known.id,))
    return taken > 0


def add(
    tx: Tx,
    file_id: int,
    parts: Sequence[RawLegs],
    bad: Sequence[Bad],
    *,
    gateway: str,
    gateway_id: int,
    before: int,
    after: int,
    cursor: str,
    now: float,
) -> None:
    """One block: its legs wait to be rated, the file is read up to `after` bytes. Raises TakenOver."""
    legs = sum(map(len, parts))
    row = tx.one(
        """UPDATE xdr_file SET bytes_read = ?, cursor = ?, legs = legs + ?, bad = bad + ?
           WHERE id = ? AND state = 'loading' AND bytes_read = ? RETURNING bad""",
        (after, cursor, legs, len(bad), file_id, before),
    )
    if row is None:
        raise TakenOver(f"file {file_id} is not read from byte {before} any more")
    for part in parts:
        if len(part):
            chunk.add(tx, part, gateway=gateway, now=now, file_id=file_id, gateway_id=gateway_id)
    kept = bad[: max(0, MOST_BAD - (row[0] - len(bad)))]
    if kept:
        texts = clean([each.text[:LONGEST] for each in kept])
        reasons = clean([each.reason[:LONGEST] for each in kept])
        tx.many(
            "INSERT INTO xdr_bad_row (file_id, line, reason, text) VALUES (?, ?, ?, ?)",
            [
                (file_id, each.line, reason, text)
                for each, reason, text in zip(kept, reasons, texts, strict=True)
            ],
        )


def end(tx: Tx, file_id: int, read: int, now: float) -> str:
    """All of it is read; ``loaded``, or ``quarantined`` if not one row was right. Raises TakenOver."""
    row = tx.one(
        """UPDATE xdr_file SET loaded_at = ?, cursor = '',
               state = CASE WHEN legs = 0 AND bad > 0 THEN 'quarantined' ELSE 'loaded' END,
               text = CASE WHEN legs = 0 AND bad > 0 THEN 'none of its rows is right' ELSE '' END
           WHERE id = ? AND state = 'loading' AND bytes_read = ? RETURNING state""",
        (now, file_id, read),
    )
    if row is None:
        raise TakenOver(f"file {file_id} is not read up to byte {read} any more")
    return str(row[0])


def close(tx: Tx, file_id: int, state: str, text: str, now: float, *, sha256: str | None = None) -> bool:
    """It is ``repeated`` or ``quarantined``, and why; False if somebody else went on with it."""
    return (
        tx.run(
            """UPDATE xdr_file SET state = ?, text = ?, loaded_at = ?, cursor = '',
                   sha256 = COALESCE(?, sha256)
               WHERE id = ? AND state IN ('found', 'loading')""",
            (state, text[:LONGEST], now, sha256, file_id),
        )
        > 0
    )


def again(tx: Tx, file_id: int, text: str, now: float) -> bool:
    """Let it be read once more, from where it lies; False unless it is quarantined or has bad rows."""
    return (
        tx.run(
            """UPDATE xdr_file SET state = 'found', bytes_read = 0, cursor = '', text = ?, found_at = ?
               WHERE id = ? AND (state = 'quarantined' OR (state = 'loaded' AND bad > 0))""",
            (text[:LONGEST], now, file_id),
        )
        > 0
    )
