"""Listings that come in pages, as one list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: The most that one page holds.
PAGE = 1_000


def paged(page: Callable[[Any, int], dict[str, Any]], part: str, limit: int) -> list[dict[str, Any]]:
    """The first `limit` of all pages. `page` takes a cursor (None: the first page) and a count.

    A page is a document with the rows in `part` and the cursor of the page after it in ``next``.
    """
    rows: list[dict[str, Any]] = []
    cursor = None
    while True:
        found = page(cursor, min(PAGE, limit - len(rows)))
        rows += found[part]
        cursor = found["next"]
        if cursor is None or len(rows) >= limit:
            return rows[:limit]
