"""Legs that wait to be rated: some thousands in a row, as columns in one value (`domain.calls.raw`)."""

from __future__ import annotations

from typing import NamedTuple

from domain.calls.raw import RawLegs
from store.tx import Tx


class Chunk(NamedTuple):
    """`gateway` is the name that its legs are known by; `data` is what `RawLegs.decode` takes."""

    id: int
    file_id: int | None
    gateway_id: int | None
    gateway: str
    data: bytes

    @property
    def raw(self) -> RawLegs:
        """Its legs."""
        return RawLegs.decode(self.data)


def add(
    tx: Tx,
    raw: RawLegs,
    *,
    gateway: str,
    now: float,
    file_id: int | None = None,
    gateway_id: int | None = None,
) -> int:
    """Let these legs wait to be rated; at most 20,000, so that a batch can be made of several. Its id."""
    found: int = tx.value(
        """INSERT INTO xdr_chunk (file_id, gateway_id, gateway, legs, first_at, last_at, data, added_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id""",
        (
            *(file_id, gateway_id, gateway, len(raw)),
            *(int(raw.at.min()), int(raw.at.max()), raw.encode(), now),
        ),
    )
    return found


def of_batch(tx: Tx, batch_id: int) -> list[Chunk]:
    """The chunks of a batch, in the order in which they came."""
    rows = tx.all(
        "SELECT id, file_id, gateway_id, gateway, data FROM xdr_chunk WHERE batch_id = ? ORDER BY id",
        (batch_id,),
    )
    return [Chunk(row[0], row[1], row[2], row[3], bytes(row[4])) for row in rows]


def waits(tx: Tx) -> bool:
    """Whether any chunk can be rated now."""
    return bool(tx.value(f"SELECT 1 FROM xdr_chunk c WHERE {FREE} LIMIT 1"))


#: Not taken, and not all of one day that takes no calls now.
FREE = """c.batch_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM call_day d
    WHERE c.first_at / 86400 = c.last_at / 86400 AND d.day = c.first_at / 86400
        AND d.state NOT IN ('open', 'rerating'))"""
