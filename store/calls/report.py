"""The Summary Report: sums of the summary between two hours, by hour, or by what calls have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from store.calls.summary import SUMS
from store.tx import Tx

#: What rows may be grouped by, and what is selected and grouped for it.
GROUPS = {
    "hour": "s.hour",
    "client": "o.name",
    "account": "a.name",
    "gateway": "s.gateway",
    "code": "s.code",
    "status": "s.status",
}
_FROM = """
    FROM summary s LEFT JOIN organisation o ON o.id = s.client_id
    LEFT JOIN voice_account a ON a.id = s.account_id
    LEFT JOIN voice_client v ON v.organisation_id = s.client_id AND v.archived_at IS NULL
    LEFT JOIN currency c ON c.id = v.currency_id"""


@dataclass(frozen=True)
class Wanted:
    """Hours since 1970 from `first` to before `end`; `origin`: 0 customers' legs, 1 vendors'."""

    first: int
    end: int
    origin: int = 0
    client_id: int | None = None
    gateway: str = ""
    code: str = ""

    def wheres(self) -> tuple[str, list[Any]]:
        """The condition and its parameters."""
        parts = ["s.hour >= ? AND s.hour < ? AND s.origin = ?"]
        params: list[Any] = [self.first, self.end, self.origin]
        for column, value in (("client_id", self.client_id), ("gateway", self.gateway or None)):
            if value is not None:
                parts.append(f"s.{column} = ?")
                params.append(value)
        if self.code:
            parts.append("s.code = ?")
            params.append(self.code)
        return " AND ".join(parts), params


def grouped(tx: Tx, wanted: Wanted, by: str, limit: int) -> list[dict[str, Any]]:
    """``{"group", "currency", …SUMS}``, the costliest first, by hour the oldest first; costs of one currency.

    A group whose clients have several currencies has a row for each. Raises KeyError for an unknown `by`.
    """
    where, params = wanted.wheres()
    sums = ", ".join(f"CAST(SUM(s.{name}) AS BIGINT) AS {name}" for name in SUMS)
    order = "1" if by == "hour" else "SUM(s.cost) DESC, SUM(s.attempts) DESC, 1"
    return tx.dicts(
        f"""SELECT {GROUPS[by]} AS "group", c.code AS currency, {sums} {_FROM}
            WHERE {where} GROUP BY {GROUPS[by]}, c.code ORDER BY {order} LIMIT ?""",
        (*params, limit),
    )
