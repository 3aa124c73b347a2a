"""Files of collectors as they are known: each look compares what lies in the folder with these rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from store.tx import Tx

_BATCH = 500
_COLUMNS = "id, name, place, size, modified_at, sha256, state, bytes_read, cursor, found_at"


class Known(NamedTuple):
    """`place` is where it lies; `modified_at`, `found_at`: epoch seconds; `bytes_read`: of its content."""

    id: int
    name: str
    place: str
    size: int
    modified_at: float
    sha256: str
    state: str
    bytes_read: int
    cursor: str
    found_at: float


def by_name(tx: Tx, collector_id: int, names: Iterable[str]) -> dict[str, Known]:
    """The last one of each of these names, by name."""
    wanted = list(names)
    found: dict[str, Known] = {}
    for at in range(0, len(wanted), _BATCH):
        part = wanted[at : at + _BATCH]
        marks = ", ".join("?" for _ in part)
        last = f"""SELECT MAX(id) FROM xdr_file WHERE collector_id = ? AND name IN ({marks})
                   GROUP BY name"""
        rows = tx.all(f"SELECT {_COLUMNS} FROM xdr_file WHERE id IN ({last})", (collector_id, *part))
        found |= {row[1]: Known(*row) for row in rows}
    return found


def unfinished(tx: Tx, collector_id: int) -> list[Known]:
    """Those that are found or half read, in the order in which they were found."""
    rows = tx.all(
        f"""SELECT {_COLUMNS} FROM xdr_file
            WHERE state IN ('found', 'loading') AND collector_id = ? ORDER BY id""",
        (collector_id,),
    )
    return [Known(*row) for row in rows]


def add(
    tx: Tx,
    *,
    collector_id: int,
    gateway_id: int,
    name: str,
    place: str,
    format: str,
    size: int,
    modified_at: float,
    now: float,
) -> Known:
    """A file that was not there before, or is another one than before."""
    row = tx.one(
        f"""INSERT INTO xdr_file (collector_id, gateway_id, name, place, format, size, modified_at, state,
                                 found_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, 'found', ?) RETURNING {_COLUMNS}""",
        (collector_id, gateway_id, name, place, format, size, modified_at, now),
    )
    assert row is not None
    return Known(*row)


def changed(tx: Tx, known: Known, size: int, modified_at: float, now: float) -> bool:
    """It grew, or is another one, before it was read to its end: it is read from its beginning, later."""
    return (
        tx.run(
            """UPDATE xdr_file SET state = 'found', size = ?, modified_at = ?, found_at = ?, sha256 = '',
                   bytes_read = 0, cursor = '', legs = 0, bad = 0, text = ''
               WHERE id = ? AND state = ? AND state IN ('found', 'loading') AND bytes_read = ?""",
            (size, modified_at, now, known.id, known.state, known.bytes_read),
        )
        > 0
    )


def put_away(tx: Tx, file_id: int, place: str) -> None:
    """It lies somewhere else now."""
    tx.run("UPDATE xdr_file SET place = ? WHERE id = ?", (place, file_id))
