"""A selection of calls in the words of the database."""

from __future__ import annotations

from typing import Any

from domain.calls.selection import Selection
from domain.rating.legs import ORIGINS


def where(selection: Selection) -> tuple[str, list[Any]]:
    """What must hold for rows of `xdr`, with its parameters; the days are not part of it."""
    said, params = ["1 = 1"], []
    for column, value in (
        ("client_id", selection.client),
        ("account_id", selection.account),
        ("status", selection.status),
        ("gateway", selection.gateway or None),
        ("origin", ORIGINS.index(selection.origin) if selection.origin else None),
    ):
        if value is not None:
            said.append(f"{column} = ?")
            params.append(value)
    if selection.code:
        said.append(f"SUBSTR(code, 1, {len(selection.code)}) = ?")
        params.append(selection.code)
    if selection.tag:
        # Tags stand sorted with commas between; LIKE would take _ and % for any character.
        said.append("REPLACE(',' || tags || ',', ?, '') <> ',' || tags || ','")
        params.append(f",{selection.tag},")
    if selection.matched:
        said.append("reason = 0" if selection.matched == "rated" else "reason <> 0")
    if selection.zero:
        said.append("cost = 0" if selection.zero == "zero" else "cost <> 0")
    return " AND ".join(said), params
