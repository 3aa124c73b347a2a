"""Files on other servers as they were seen: each name of a data source once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from store.tx import Tx, marks

_COLUMNS = "id, name, size, modified_at, state, place, tries, retry_at, text, seen_at, gone_at"
_LONGEST = 500
_BATCH = 500


class Seen(NamedTuple):
    """`state`: ``seen`` there, ``fetched`` but still to be moved or deleted there, ``done``, ``refused``.

    `size`, `modified_at` (epoch s, 0: it does not say): as they have been since `seen_at`. `gone_at`: since
    when it is not there any more.
    """

    id: int
    name: str
    size: int
    modified_at: int
    state: str
    place: str
    tries: int
    retry_at: float | None
    text: str
    seen_at: float
    gone_at: float | None


def by_name(tx: Tx, data_source_id: int, names: Iterable[str]) -> dict[str, Seen]:
    """The files of these names at a data source, by name."""
    wanted, found = list(names), dict[str, Seen]()
    for at in range(0, len(wanted), _BATCH):
        part = wanted[at : at + _BATCH]
        where = f"WHERE data_source_id = ? AND name IN ({marks(part)})"
        rows = tx.all(f"SELECT {_COLUMNS} FROM remote_file {where}", (data_source_id, *part))
        found |= {row[1]: Seen(*row) for row in rows}
    return found


def open_of(tx: Tx, data_source_id: int) -> list[Seen]:
    """Those that are fetched, but still to be moved or deleted there."""
    rows = tx.all(
        f"""SELECT {_COLUMNS} FROM remote_file
            WHERE data_source_id = ? AND state = 'fetched' ORDER BY id""",
        (data_source_id,),
    )
    return [Seen(*row) for row in rows]


def see(tx: Tx, data_source_id: int, found: list[tuple[str, int, int]], now: float) -> None:
    """New files, and old names with another size or time: (name, size, modified_at) of each."""
    tx.many(
        """INSERT INTO remote_file (data_source_id, name, size, modified_at, state, seen_at)
           VALUES (?, ?, ?, ?, 'seen', ?)
           ON CONFLICT (data_source_id, name) DO UPDATE SET size = excluded.size, state = 'seen', place = '',
               modified_at = excluded.modified_at, seen_at = excluded.seen_at, tries = 0, retry_at = NULL,
               text = '', gone_at = NULL""",
        [(data_source_id, *each, now) for each in found],
    )


def there(tx: Tx, data_source_id: int) -> dict[str, int]:
    """The ids of those that lay there when we looked the last time, by name."""
    rows = tx.all(
        "SELECT name, id FROM remote_file WHERE data_source_id = ? AND gone_at IS NULL", (data_source_id,)
    )
    return dict(rows)


def gone(tx: Tx, ids: Sequence[int], now: float | None) -> None:
    """These are not there any more; with None: they are there again."""
    for at in range(0, len(ids), _BATCH):
        part = ids[at : at + _BATCH]
        tx.run(f"UPDATE remote_file SET gone_at = ? WHERE id IN ({marks(part)})", (now, *part))


def refuse(tx: Tx, data_source_id: int, name: str, text: str, now: float) -> None:
    """A name that can be no file of ours: it is told of once, and left there."""
    tx.run(
        """INSERT INTO remote_file (data_source_id, name, size, modified_at, state, text, seen_at)
           VALUES (?, ?, 0, 0, 'refused', ?, ?) ON CONFLICT (data_source_id, name) DO NOTHING""",
        (data_source_id, name, text[:_LONGEST], now),
    )


def fetched(tx: Tx, seen: Seen, place: str, now: float, *, is_done: bool) -> bool:
    """It is here, whole; False if it was seen otherwise meanwhile."""
    return (
        tx.run(
            """UPDATE remote_file SET state = ?, place = ?, fetched_at = ?, tries = 0,
                   retry_at = NULL, text = ''
               WHERE id = ? AND state = 'seen' AND seen_at = ?""",
            ("done" if is_done else "fetched", place, now, seen.id, seen.seen_at),
        )
        > 0
    )


def done(tx: Tx, seen: Seen, text: str = "") -> bool:
    """Nothing is left to do with it there; `text`: what could not be done."""
    return (
        tx.run(
            """UPDATE remote_file SET state = 'done', retry_at = NULL, text = ?
               WHERE id = ? AND state = 'fetched'""",
            (text[:_LONGEST], seen.id),
        )
        > 0
    )


def failed(tx: Tx, seen: Seen, text: str, retry_at: float) -> None:
    """It did not work; it is tried again from `retry_at` on."""
    tx.run(
        "UPDATE remote_file SET tries = tries + 1, retry_at = ?, text = ? WHERE id = ? AND state = ?",
        (retry_at, text[:_LONGEST], seen.id, seen.state),
    )
