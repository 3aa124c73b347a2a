"""Calls in the tables as a calculator leaves them, without one: for what comes after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Any

from store import database
from store.calls import day as partitions
from store.tx import Tx

#: Friday, 2027-01-15: the day of the clocks that stand still.
DAY = 20833
NOW = DAY * 86400 + 8 * 3600.0

_number = count(1)


@dataclass
class Row:
    """One leg in `xdr`; what a test does not say is a call of client 1 that costs one unit."""

    at: int = DAY * 86400 + 36_000
    client_id: int | None = 1
    account_id: int | None = 1
    volume: int = 60
    billed: int = 60
    cost: int = 1_000_000
    charge: int = 1_000_000
    reason: int = 0
    status: int = 1
    code: str = "44"
    gateway: str = "g1"
    origin: int = 0
    dst: str = "442071234567"
    src: str = "4930123456"
    invoice_id: int | None = None
    rate_id: int | None = 5
    more: dict[str, Any] = field(default_factory=dict)

    def values(self, batch: int) -> dict[str, Any]:
        """The whole row."""
        n = next(_number)
        said = {name: value for name, value in asdict(self).items() if name != "more"}
        return {
            **{"day": self.at // 86400, "key": n.to_bytes(16, "big"), "batch_id": batch, "file_id": 1},
            **{"session": f"s{n}", "leg": "1", "cause": 16, "host": "192.0.2.1", "name": "", "pin": ""},
            **{"tags": "", "pdd": 100, "scd": 200, "rule_id": None, "rated_src": self.src},
            **{"rated_dst": self.dst, "table_id": 3, "version": 1},
            **said,
            **self.more,
        }


def batch(rows: Iterable[Row] = (), kind: str = "rate", state: str = "done", legs: int = 0) -> int:
    """A batch with these calls; its number."""
    made = list(rows)
    size = legs or len(made)

    def work(tx: Tx) -> int:
        number: int = tx.value(
            """INSERT INTO rating_batch (kind, state, shards, fence, legs, opened_at, done_at)
               VALUES (?, ?, 1, 1, ?, ?, ?) RETURNING id""",
            (kind, state, size, NOW, NOW),
        )
        put(tx, number, made)
        return number

    return database.write(work)


def put(tx: Tx, number: int, rows: Iterable[Row]) -> None:
    """More calls for a batch."""
    values = [row.values(number) for row in rows]
    for day in sorted({each["day"] for each in values}):
        make_room(tx, day)
    if values:
        names = list(values[0])
        text = f"INSERT INTO xdr ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        tx.many(text, [tuple(each.values()) for each in values])


def make_room(tx: Tx, day: int) -> None:
    """The partition of a day, where days have one."""
    partitions.make(tx, [day])


def done(number: int) -> None:
    """An open batch is done."""
    database.write(lambda tx: tx.run("UPDATE rating_batch SET state = 'done' WHERE id = ?", (number,)))


def dirty(number: int, *parts: tuple[int, int]) -> None:
    """A batch has changed these (day, client)."""
    database.write(
        lambda tx: tx.many(
            "INSERT INTO summary_dirty (day, client_id, batch_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [(*part, number) for part in parts],
        )
    )


def table(name: str) -> Sequence[Mapping[str, Any]]:
    """All rows of a table."""
    return database.read().dicts(f"SELECT * FROM {name}")
