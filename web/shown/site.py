"""The site at a glance: profiles, nodes, maintenance, and where its settings come from."""

from __future__ import annotations

from typing import Any

from actors.catalogue import PROFILES, names, whole
from config.settings import Settings
from node.site import active_profiles
from store import setting
from store.tx import Tx
from web.acts.profiles import live_profiles
from web.shown import nodes

Shown = dict[str, Any]


def status(settings: Settings, tx: Tx | None) -> Shown:
    """As ``site status --json``; `tx` is None while there is no database yet."""
    return {
        "name": settings.site.name,
        "zone": settings.site.zone,
        "database": "SQLite" if settings.database.path else "PostgreSQL",
        "broker": "database" if settings.broker.embedded else "RabbitMQ",
        "file": str(settings.file) if settings.file else None,
        "maintenance": None if tx is None else setting.get(tx, "maintenance"),
        "nodes": [] if tx is None else nodes.listing(tx),
        "profiles": profiles(settings, {} if tx is None else live_profiles(tx)),
    }


def profiles(settings: Settings, live: dict[str, bool]) -> list[Shown]:
    """Every profile: name, on, services (how many it has), planned (of them not built yet) and source.

    `source` is always, live (an operator switched it), default, or the file or variable that says it.
    """
    on = active_profiles(settings, live)
    file_says = settings.sources.get("site.profiles", "default")
    declared = whole().services
    return [
        {
            "name": name,
            "on": name in on,
            "services": len(names(name)),
            "planned": sum(declared[each].planned for each in names(name)),
            "legacy": sum(declared[each].legacy for each in names(name)),
            "source": _source(name, live, name in settings.site.profiles, file_says),
        }
        for name in PROFILES
    ]


def _source(name: str, live: dict[str, bool], in_file: bool, file_says: str) -> str:
    if name == "core":
        return "always"
    if name in live:
        return "live"
    return file_says if in_file else "default"
