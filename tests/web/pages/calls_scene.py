"""A site with calls of two days, two clients with a currency each, and some calls without a charge."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from store import database
from store.calls import meta, summary
from store.calls.archiving import date_of
from tests.support import call_rows
from tests.support.call_rows import DAY, NOW, Row
from tests.support.object_site import add
from tests.support.visitors import FILE, Application, running_application

SCRIPT = "<script>alert(1)</script>"
TODAY, BEFORE = str(date_of(DAY)), str(date_of(DAY - 1))
EIGHT = DAY * 86400 + 6 * 3600


def site(folder: Path, patched: pytest.MonkeyPatch) -> Iterator[Application]:
    """On the open database, which is empty."""
    text = FILE.replace("profiles = []", 'profiles = ["voice"]')
    for made in running_application(folder, patched, text):
        _scene(made)
        yield made


def _scene(application: Application) -> None:
    """Two clients with a currency each; 70 calls of today, some of yesterday, some without a charge."""
    site = application.site
    add(site, "currency", code="EUR", title="Euro", decimals=2, is_base=True)
    add(site, "currency", code="USD", title="Dollar", decimals=2)
    for name, currency in (("Acme", "EUR"), ("=Formula", "USD")):
        add(site, "organisation", name=name)
        add(site, "voice_client", organisation=name, currency=currency)
    rows = [Row(at=EIGHT + n * 60, dst=f"4420{n:04}", code="4420") for n in range(70)]
    rows += [Row(at=EIGHT, client_id=2, cost=500_000, status=2, volume=0, dst="331", code="33")]
    rows += [Row(at=EIGHT - 86400, client_id=2, origin=1, dst="49", volume=90, cost=3_000_000)]
    lost: dict[str, Any] = {"client_id": None, "account_id": None, "reason": 4, "cost": 0, "rate_id": None}
    rows += [Row(at=EIGHT, dst="999", more={"host": SCRIPT, "name": SCRIPT}, **lost) for _ in range(3)]
    call_rows.batch(rows)
    database.write(partial(summary.roll_up, fence=1, now=NOW, most=10**6))
    database.write(partial(meta.count, fence=1, now=NOW, most=10**6))
