"""What services find wrong at their last look, by source: the alerts open and close by it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from domain.alert.finding import Severity
from store.tx import Tx


class Problem(NamedTuple):
    """`object` is what it is about, such as "directory_group corp/everybody"; one of each for a source."""

    object: str
    text: str
    severity: Severity = "warning"


def publish(tx: Tx, source: str, found: Sequence[Problem], now: float) -> tuple[int, int]:
    """All that this source finds wrong now; what it found before and not now is over: (new, over)."""
    before = {row[0] for row in tx.all("SELECT object FROM found_problem WHERE source = ?", (source,))}
    now_found = {each.object for each in found}
    tx.many(
        "DELETE FROM found_problem WHERE source = ? AND object = ?",
        [(source, each) for each in sorted(before - now_found)],
    )
    tx.many(
        """INSERT INTO found_problem (source, object, text, severity, found_at) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (source, object) DO UPDATE SET text = excluded.text, severity = excluded.severity""",
        [(source, *each, now) for each in found],
    )
    return len(now_found - before), len(before - now_found)


def all_found(tx: Tx) -> list[dict[str, Any]]:
    """Everything that is wrong, by object."""
    return tx.dicts("SELECT object, text, severity FROM found_problem ORDER BY object, source")
