"""The state of zones, and how a read of one becomes our copy: aside, in batches, then seen all at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from domain.dns.zone_copy import Row
from store.tx import Tx

#: Records of one transaction: others may write in between.
BATCH = 5_000

#: The state of zone `s` says which rows `r` are there.
THERE = "r.first_read <= s.published AND (r.gone_read IS NULL OR r.gone_read > s.published)"
GONE = "r.gone_read <= s.published"

_PUT = """
    INSERT INTO dns_record (zone_id, name, ttl, type, rdata, hash, first_read, seen_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
_TYPES = f"""
    SELECT r.type, COUNT(*) FROM dns_record r JOIN zone_state s ON s.zone_id = r.zone_id
    WHERE r.zone_id = ? AND {THERE} GROUP BY r.type ORDER BY r.type"""
_LEAVES = """
    UPDATE dns_record SET gone_read = ?, gone_at = ? WHERE zone_id = ? AND hash = ? AND gone_read IS NULL"""


class ReadLost(Exception):
    """Another read of the zone has begun since: this one may not write any more."""


def state(tx: Tx, zone_id: int) -> dict[str, Any] | None:
    """The state of a zone; None before its first read."""
    rows = tx.dicts("SELECT * FROM zone_state WHERE zone_id = ?", (zone_id,))
    return rows[0] if rows else None


def states(tx: Tx) -> dict[int, dict[str, Any]]:
    """The states of all zones that were read, by the zone's id."""
    return {int(row["zone_id"]): row for row in tx.dicts("SELECT * FROM zone_state")}


def known(tx: Tx, zone_id: int) -> dict[str, int]:
    """The TTL of each record that is there, by fingerprint."""
    rows = tx.all(
        f"""SELECT r.hash, r.ttl FROM dns_record r JOIN zone_state s ON s.zone_id = r.zone_id
            WHERE r.zone_id = ? AND {THERE}""",
        (zone_id,),
    )
    return dict(rows)


def begin(tx: Tx, zone_id: int, now: float) -> int:
    """The number of a new read; what an earlier one that did not end has left is taken back."""
    tx.run("INSERT INTO zone_state (zone_id) VALUES (?) ON CONFLICT (zone_id) DO NOTHING", (zone_id,))
    number = tx.value(
        """UPDATE zone_state SET reading = reading + 1, tried_at = ? WHERE zone_id = ?
           RETURNING reading""",
        (now, zone_id),
    )
    published = "(SELECT published FROM zone_state WHERE zone_id = ?)"
    tx.run(f"DELETE FROM dns_record WHERE zone_id = ? AND first_read > {published}", (zone_id, zone_id))
    tx.run(
        f"""UPDATE dns_record SET gone_read = NULL, gone_at = NULL
            WHERE zone_id = ? AND gone_read > {published}""",
        (zone_id, zone_id),
    )
    return int(number)


def batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """So many as one transaction takes."""
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch


def add(tx: Tx, zone_id: int, number: int, rows: Sequence[tuple[str, Row]], now: float) -> None:
    """Put new records aside for the read of this number: fingerprint and record. Raises ReadLost."""
    _mine(tx, zone_id, number)
    tx.many(_PUT, [(zone_id, *row, mark, number, now) for mark, row in rows])


def leave(tx: Tx, zone_id: int, number: int, marks: Sequence[str], now: float) -> None:
    """Say, aside, that the records of these fingerprints are gone. Raises ReadLost."""
    _mine(tx, zone_id, number)
    tx.many(_LEAVES, [(number, now, zone_id, mark) for mark in marks])


def publish(
    tx: Tx, zone_id: int, number: int, *, serial: int | None, note: str, changed: bool, now: float
) -> None:
    """Let everybody see the read of this number. `serial` None: it stays what it was. Raises ReadLost."""
    _mine(tx, zone_id, number)
    tx.run(
        """UPDATE zone_state SET published = ?, serial = COALESCE(?, serial), note = ?,
                  changed_at = CASE WHEN ? THEN ? ELSE changed_at END, synced_at = ?,
                  error = NULL, error_kind = NULL, failed_since = NULL
           WHERE zone_id = ?""",
        (number, serial, note, changed, now, now, zone_id),
    )
    if changed:
        # Counted once here, so that no page counts a large zone.
        types: dict[str, int] = dict(tx.all(_TYPES, (zone_id,)))
        sql = "UPDATE zone_state SET records = ?, types = ? WHERE zone_id = ?"
        tx.run(sql, (sum(types.values()), json.dumps(types), zone_id))


def unchanged(tx: Tx, zone_id: int, now: float) -> bool:
    """The server's serial is ours; False if the zone was never read."""
    sql = """UPDATE zone_state SET synced_at = ?, tried_at = ?, error = NULL, error_kind = NULL,
                    failed_since = NULL
             WHERE zone_id = ?"""
    return tx.run(sql, (now, now, zone_id)) > 0


def failed(tx: Tx, zone_id: int, kind: str, error: str, now: float) -> None:
    """The zone could not be read, or its answer is not believed; its records stay as they are."""
    tx.run(
        """INSERT INTO zone_state (zone_id, tried_at, error, error_kind, failed_since) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (zone_id) DO UPDATE SET tried_at = excluded.tried_at, error = excluded.error,
               error_kind = excluded.error_kind,
               failed_since = COALESCE(zone_state.failed_since, excluded.failed_since)""",
        (zone_id, now, error, kind, now),
    )


def forget_gone(tx: Tx, before: float, most: int = BATCH) -> int:
    """Drop what stood for records that are gone since before that instant; how many, `most` at once."""
    rows = tx.all(
        """SELECT r.id FROM zone_state s JOIN dns_record r
               ON r.zone_id = s.zone_id AND r.gone_read IS NOT NULL AND r.gone_read <= s.published
           WHERE r.gone_at < ? LIMIT ?""",
        (before, most),
    )
    tx.many("DELETE FROM dns_record WHERE id = ?", rows)
    return len(rows)


def _mine(tx: Tx, zone_id: int, number: int) -> None:
    # The update holds the row: nobody begins another read before this transaction has ended.
    sql = "UPDATE zone_state SET reading = reading WHERE zone_id = ? AND reading = ?"
    if not tx.run(sql, (zone_id, number)):
        raise ReadLost(f"read {number} of zone {zone_id} was taken for dead: another goes on")
