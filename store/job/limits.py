"""What operators set for the whole queue and for a kind, in force with the next claim.

One setting, ``jobs``: ``{"at_once": 20, "automatic": true, "kinds": {KIND: {"priority",
"parallel", "automatic"}}}``; what is missing is as the code says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from domain.jobs.lanes import KindLimits, Limits
from store import setting
from store.job.lock import lock
from store.tx import Statement, Tx

SETTING = "jobs"
#: How many jobs run at once on the whole site, unless it says otherwise.
AT_ONCE = 20

#: One row with the value, or none.
STORED: Statement = ("SELECT value FROM setting WHERE name = 'jobs'", ())


def read(value: str | None, declared: Mapping[str, KindLimits]) -> Limits:
    """The limits in force: `declared` by the code, under what `value` (JSON text) says."""
    live = json.loads(value) if value else {}
    kinds = live.get("kinds", {})
    return Limits(
        at_once=live.get("at_once", AT_ONCE),
        automatic=live.get("automatic", True),
        not_automatic=frozenset(name for name, own in kinds.items() if not own.get("automatic", True)),
        kinds={name: _kind(own, kinds.get(name, {})) for name, own in declared.items()},
    )


def limits(tx: Tx, declared: Mapping[str, KindLimits]) -> Limits:
    """The same, read here and now."""
    return read(tx.value(*STORED), declared)


def change(tx: Tx, values: Mapping[str, Any], now: float, kind: str | None = None) -> dict[str, Any]:
    """Set some values of the whole queue, or of a kind; None goes back to the code's. Those before."""
    lock(tx)  # two edits at once would each write back what the other replaced
    stored = dict(setting.get(tx, SETTING) or {})
    kinds = {name: dict(own) for name, own in stored.get("kinds", {}).items()}
    edited = stored if kind is None else kinds.setdefault(kind, {})
    before = {name: edited.get(name) for name in values}
    for name, value in values.items():
        if value is None:
            edited.pop(name, None)
        else:
            edited[name] = value
    stored["kinds"] = {name: own for name, own in kinds.items() if own}
    setting.put(tx, SETTING, stored, now)
    return before


def _kind(declared: KindLimits, live: Mapping[str, Any]) -> KindLimits:
    return KindLimits(live.get("priority", declared.priority), live.get("parallel", declared.parallel))
