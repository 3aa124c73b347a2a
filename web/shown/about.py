"""What this site runs on: release, database, broker, zone, and the files of others that the page uses."""

from __future__ import annotations

import json
import platform
from typing import Any

from config.secrets import redacted
from domain.time.clock import rfc3339
from node.prepare import release
from node.site import Site
from store import migrate, setting
from store.tx import Tx
from web.static_files import FOLDER

Shown = dict[str, Any]


def about(site: Site, tx: Tx) -> Shown:
    """``{version, python, host, zone, database, broker, migrations, beat, vendored}``.

    Addresses are without passwords. `beat` is when it last ticked, None if never; `migrations` are those
    that are pending.
    """
    settings = site.settings
    tick = setting.get(tx, "beat")
    return {
        "version": release(),
        "python": platform.python_version(),
        "host": platform.node(),
        "site": settings.site.name,
        "zone": settings.site.zone,
        "zone_source": settings.sources.get("site.zone", "default"),
        "database": {
            "kind": "SQLite" if settings.database.path else "PostgreSQL",
            "address": redacted(settings.database.url),
        },
        "broker": {
            "kind": "the database" if settings.broker.embedded else "RabbitMQ",
            "address": None if settings.broker.embedded else redacted(settings.broker.url),
        },
        "migrations": {"pending": migrate.pending()},
        "beat": None if tick is None else rfc3339(tick["at"]),
        "vendored": vendored(),
    }


def vendored() -> list[Shown]:
    """``{file, package, version, path, licence, text, sha256}`` of each file of others that is served."""
    found = json.loads((FOLDER / "vendor" / "manifest.json").read_text())
    return [
        {**entry, "file": name, "text": (FOLDER / "vendor" / entry["licence_file"]).read_text()}
        for name, entry in sorted(found.items())
    ]
