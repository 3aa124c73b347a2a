"""The summary: calls by the hour, what reports, watchers and routing read instead of the calls.

A row for each hour (since 1970, UTC), origin, client, account, gateway, code and status; 0 stands for no
client and no account. New calls are added; of what was rated again or deleted, the part of a client's day
is made anew. Sums of times: `volume`, `billed` in s, `pdd`, `scd` in ms; `cost` in 10^-6 of the client's
currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from domain.calls.raw import Status
from store.calls import to_do, turn
from store.tx import Tx, marks

KEY = ("hour", "origin", "client_id", "account_id", "gateway", "code", "status")
SUMS = ("attempts", "answered", "volume", "billed", "cost", "pdd", "scd")

TURN = "calls_summary_turn"
#: Clients whose parts of a day are made anew by one statement.
_CLIENTS = 500

#: The hour is counted from the day of the row, so that a call before 1970 stays in its day too.
_ROLLED = f"""
    SELECT day * 24 + (at - CAST(day AS BIGINT) * 86400) / 3600, origin, COALESCE(client_id, 0),
           COALESCE(account_id, 0), gateway, code, status, COUNT(*),
           SUM(CASE WHEN status = {int(Status.ANSWERED)} THEN 1 ELSE 0 END),
           SUM(volume), SUM(billed), SUM(cost), SUM(pdd), SUM(scd)
    FROM xdr WHERE {{where}} GROUP BY 1, 2, 3, 4, 5, 6, 7"""
_INSERT = f"INSERT INTO summary ({', '.join((*KEY, *SUMS))})" + _ROLLED
_ADD = f"""{_INSERT} ON CONFLICT ({", ".join(KEY)}) DO UPDATE
    SET {", ".join(f"{name} = summary.{name} + excluded.{name}" for name in SUMS)}"""


class Rolled(NamedTuple):
    """What one transaction took in: batches, their legs, and the parts (a client's day) made anew."""

    batches: int
    legs: int
    parts: int


def roll_up(tx: Tx, fence: int, now: float, most: int) -> Rolled:
    """Take in the oldest batches, of `most` legs together and at least one; nothing, if none waits.

    Raises TurnLost when a run with a later fence has begun.
    """
    turn.take(tx, TURN, fence, now)
    taken = to_do.take(tx, "is_summed", most)
    if taken.added:
        tx.run(_ADD.format(where=f"batch_id IN ({marks(taken.added)})"), taken.added)
    dirty = to_do.dirty(tx, taken.changed)
    for day, clients in dirty.items():
        for first in range(0, len(clients), _CLIENTS):
            _make_anew(tx, day, clients[first : first + _CLIENTS])
    to_do.forget(tx, taken.changed)
    return Rolled(len(taken.ids), taken.legs, sum(map(len, dirty.values())))


def _make_anew(tx: Tx, day: int, clients: Sequence[int]) -> None:
    tx.run(
        f"DELETE FROM summary WHERE hour >= ? AND hour < ? AND client_id IN ({marks(clients)})",
        (day * 24, (day + 1) * 24, *clients),
    )
    nobody = " OR client_id IS NULL" if 0 in clients else ""
    where = f"day = ? AND (client_id IN ({marks(clients)}){nobody}) AND {to_do.outside('is_summed')}"
    tx.run(_INSERT.format(where=where), (day, *clients))
