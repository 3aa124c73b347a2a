"""How jobs compete and whether they are processed by themselves: what is in force, and what the code says."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from node.site import Site
from store import setting
from store.job import limits
from store.tx import Tx
from web.shown import jobs

Shown = dict[str, Any]


def in_force(site: Site, tx: Tx) -> Shown:
    """``{at_once, at_once_coded, automatic, running, kinds, version}``.

    `kinds` are those of `jobs.kinds`, with `own_automatic` (the switch of the kind alone),
    `priority_coded` and `parallel_coded`. `version` changes with every edit.
    """
    stored = setting.get(tx, limits.SETTING) or {}
    own = stored.get("kinds", {})
    known = jobs.declared(site)
    kinds = [
        row
        | {
            "own_automatic": own.get(row["name"], {}).get("automatic", True),
            "priority_coded": known[row["name"]].priority,
            "parallel_coded": known[row["name"]].parallel,
        }
        for row in jobs.kinds(site, tx)
    ]
    return {
        "at_once": stored.get("at_once", limits.AT_ONCE),
        "at_once_coded": limits.AT_ONCE,
        "automatic": stored.get("automatic", True),
        "running": sum(row["jobs"]["running"] for row in kinds),
        "kinds": kinds,
        "version": version(stored),
    }


def version(stored: dict[str, Any]) -> str:
    """A short text that is the same for the same settings."""
    return hashlib.sha256(json.dumps(stored, sort_keys=True).encode()).hexdigest()[:16]
