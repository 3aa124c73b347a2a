"""Which families of services went live: all others observe, so a new site does in all of them."""

from __future__ import annotations

from typing import Any

from store import setting
from store.job.lock import lock
from store.tx import Tx

#: ``{FAMILY: {"at", "by"}}``
SETTING = "live_families"


def live(tx: Tx) -> dict[str, dict[str, Any]]:
    """The families that are live: since when (epoch seconds) and by whom."""
    return dict(setting.get(tx, SETTING) or {})


def observes(tx: Tx, family: str) -> bool:
    """Whether outward and destroying acts of this family are held back."""
    return family not in live(tx)


def switch(tx: Tx, family: str, on: bool, *, by: str, now: float) -> bool:
    """Let a family go live, or observe again; False if it was so.

    Under the job lock: an order that is being held back meanwhile is held before, or not at all.
    """
    lock(tx)
    families = live(tx)
    if (family in families) == on:
        return False
    if on:
        families[family] = {"at": now, "by": by}
    else:
        del families[family]
    setting.put(tx, SETTING, families, now)
    return True
