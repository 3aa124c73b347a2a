"""What has happened lately, as a workflow sees it: to try one out before anything is done."""

from __future__ import annotations

from collections.abc import Callable

from domain.hooks.told import Told
from store.tx import Tx
from store.workflow.set_off import READERS

#: So many of the newest rows of each log are looked through.
REACH = 2_000


def recent(tx: Tx, wanted: Callable[[Told], bool], limit: int) -> list[Told]:
    """At most `limit` things that happened and are wanted, the newest first."""
    found: list[Told] = []
    for source, read in READERS.items():
        mine = 0
        for row in tx.dicts(f"SELECT * FROM {source} ORDER BY id DESC LIMIT {REACH}"):
            told = read(row)
            if told is not None and wanted(told):
                found.append(told)
                mine += 1
                if mine >= limit:
                    break
    return sorted(found, key=lambda told: told.at, reverse=True)[:limit]


def event(tx: Tx, key: str) -> Told | None:
    """One of them, by ``event-7`` or ``change-7``; None: there is none."""
    source, _, number = key.partition("-")
    if source not in READERS or not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    rows = tx.dicts(f"SELECT * FROM {source} WHERE id = ?", (int(number),))
    return READERS[source](rows[0]) if rows else None
