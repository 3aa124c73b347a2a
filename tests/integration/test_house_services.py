"""Do backup, log rotation and events do their work in a whole system, one after the other?"""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.mail.draft import Draft
from store import database
from store.backup import kept, restoring
from store.outbox.put import put as put_mail
from tests.integration.conftest import StartSite
from tests.support.site import RunningSite

SERVICES = """
from actors import Context, service


@service()
def fails(context: Context) -> None:
    raise RuntimeError("no disk")
"""


def ended(site: RunningSite, name: str) -> dict[str, object]:
    return site.until_state(site.force(name), "succeeded", "failed", "cancelled", "lost")


def test_a_failure_is_mailed_and_the_backup_holds_all_of_it(
    start_site: StartSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = RunningSite._settings
    admin = '[site]\nadmin = ["ops@example.org"]'
    monkeypatch.setattr(RunningSite, "_settings", lambda site: plain(site).replace("[site]", admin))
    site = start_site(SERVICES)
    (site.folder / "var/log").mkdir(parents=True, exist_ok=True)
    (site.folder / "var/log/old.log").write_text("a line\n")
    draft = Draft("k", ("a@example.org",), "Invoice", "See there.")
    database.write(lambda tx: put_mail(tx, draft, 1.0))
    assert ended(site, "fails")["state"] == "failed"
    for name in ("events_manager", "log_rotator", "backup_manager"):
        run = ended(site, name)
        assert (run["state"], run["error"]) == ("succeeded", None), name
    assert database.read().value("SELECT text FROM event") == "Fails failed: RuntimeError: no disk"
    assert database.read().value("SELECT address FROM mail_recipient WHERE mail_id = 2") == "ops@example.org"
    assert len(list((site.folder / "var/log").glob("old.log.*"))) == 1
    backup, *_ = kept.listing(site.folder / "var/backup")
    tables = restoring.verify(backup.path, None, tmp_path / "scratch").tables
    assert (tables["mail"], tables["event"]) == (2, 1)
