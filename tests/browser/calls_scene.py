"""Calls of a day of their own and of this hour, some of them without a charge, counted and summed up."""

from __future__ import annotations

from functools import partial
from typing import Any

from node.site import Site
from store import database
from store.calls import meta, summary
from tests.support import call_rows
from tests.support.call_rows import Row

#: A day of which pages show one call, and what an operator may do with all of them.
DAY = "2026-11-20"
_TEN = 1_795_168_800
SCRIPT = "<script>alert(1)</script>"


def build(here: Site) -> None:
    """Everything into the open database of a site; the first call has the id 1."""
    now = here.clock.now()
    lost: dict[str, Any] = {"client_id": None, "account_id": None, "reason": 4, "cost": 0, "rate_id": None}
    rows = [Row(at=_TEN, more={"host": SCRIPT, "tags": "night,fax"})]
    for number in range(40):
        rows.append(Row(at=int(now) - 300 * number, dst=f"4420{number:07}", status=1 + number % 3))
        rows.append(Row(at=int(now) - 300 * number, origin=1, client_id=2, code="4420"))
    rows += [Row(at=int(now) - 60, dst="999" * 9, more={"host": SCRIPT, "name": SCRIPT * 3}, **lost)] * 3
    call_rows.batch(rows)
    database.write(partial(summary.roll_up, fence=1, now=now, most=10**6))
    database.write(partial(meta.count, fence=1, now=now, most=10**6))
