"""Does a backup, restored into an empty system, show the same services, history and outbox?"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config.load import load
from domain.backup import BackupPlan
from domain.mail.draft import Draft
from node.site import open_site
from store import database, service
from store.backup import making
from store.outbox.put import put as put_mail
from tests.cli.conftest import FILE, Site, make_site
from tests.support.opened import DATABASES
from tests.support.postgresql import PostgresqlServer
from tests.support.rows import run

NOW = 1_800_000_000.0
TODAY = datetime.fromtimestamp(NOW, UTC)


@pytest.fixture(params=DATABASES)
def sites(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Site, Site]]:
    """The system that was, and an empty one."""
    if request.param == "sqlite":
        yield _site(tmp_path / "a", ""), _site(tmp_path / "b", "")
        return
    server: PostgresqlServer = request.getfixturevalue("shared_postgresql")
    names = [f"backup_{uuid.uuid4().hex[:12]}" for _ in range(2)]
    for name in names:
        server.add_database(name)
    a, b = (_site(tmp_path / name, f'[database]\nurl = "{server.url(name)}"\n') for name in names)
    yield a, b
    database.close()
    for name in names:
        server.drop_database(name)


def _site(folder: Path, text: str) -> Site:
    folder.mkdir()
    return make_site(folder, FILE + text)


def live(site: Site, key: str | None = None) -> Path:
    """A system in use, with history, mail and attachments; the path of its backup."""
    assert site.say("migrate").code == 0
    declared = open_site(load(site.file)).declared()
    database.open(address(site))
    database.write(lambda tx: service.sync(tx, declared, NOW))
    assert site.say("maintenance", "off").code == 0
    assert site.say("schedule", "cleaner", "--at", "03:03").code == 0
    database.open(address(site))
    run(7, "succeeded", NOW, service="cleaner", message="all clean", attempt=1)
    run(8, "failed", NOW, service="log_rotator", error="no disk", attempt=1)
    draft = Draft("k1", ("a@example.org",), "Invoice 7", "See there.", source="billing")
    database.write(lambda tx: put_mail(tx, draft, NOW))
    attachments = site.folder / "var/attachments/7"
    attachments.mkdir(parents=True)
    (attachments / "invoice.pdf").write_bytes(b"%PDF 7")
    plan = BackupPlan(
        folder=str(site.folder / "var/backup"),
        attachments=str(attachments.parent),
        config_file=str(site.file),
        restore_test=True,
    )
    return making.make(plan, key, TODAY).path


def address(site: Site) -> str:
    lines = [line for line in site.file.read_text().splitlines() if line.startswith("url = ")]
    return lines[0].split('"')[1] if lines else f"sqlite:///{site.folder}/var/tickworks.db"


def shown(site: Site) -> dict[str, Any]:
    """What an operator sees, and what waits in the outbox."""
    found = {
        "services": site.say("services", "--all", "--json").json,
        "runs": site.say("runs", "--json").json,
    }
    database.open(address(site))
    for table in ("mail", "mail_recipient", "change", "event_rule", "setting"):
        found[table] = sorted(database.read().all(f"SELECT * FROM {table}"), key=repr)
    database.close()
    return found


def test_a_restored_system_shows_the_same(sites: tuple[Site, Site]) -> None:
    old, new = sites
    path = live(old)
    before = shown(old)
    assert {each["id"] for each in before["runs"]["runs"]} == {7, 8}
    assert len(before["mail"]) == 1
    said = new.say("backup", "restore", str(path))
    assert said.code == 0, said.err
    assert shown(new) == before
    assert (new.folder / "var/attachments/7/invoice.pdf").read_bytes() == b"%PDF 7"
    assert (new.folder / "tickworks.toml.restored").read_text() == old.file.read_text()


def test_new_rows_of_a_restored_system_get_new_numbers(sites: tuple[Site, Site]) -> None:
    old, new = sites
    assert new.say("backup", "restore", str(live(old))).code == 0
    assert new.say("maintenance", "on").code == 0
    database.open(address(new))
    ids = [row[0] for row in database.read().all("SELECT id FROM change ORDER BY id")]
    assert len(ids) == len(set(ids)) == 2


def test_a_system_in_use_is_never_restored_over(sites: tuple[Site, Site]) -> None:
    old, _ = sites
    path = live(old)
    (old.folder / "var/attachments").rename(old.folder / "away")
    before = shown(old)
    said = old.say("backup", "restore", path.name)
    assert said.code == 1
    assert "nothing was changed" in said.err
    assert len(said.err.splitlines()) == 1
    assert shown(old) == before


def test_attachments_that_are_there_are_never_written_over(sites: tuple[Site, Site]) -> None:
    old, new = sites
    (new.folder / "var/attachments").mkdir(parents=True)
    (new.folder / "var/attachments/mine").write_text("mine")
    said = new.say("backup", "restore", str(live(old)))
    assert (said.code, "not empty" in said.err) == (1, True)
    assert new.say("runs", "--json").code == 5


def test_a_sealed_backup_opens_with_its_key_only(sites: tuple[Site, Site]) -> None:
    old, _ = sites
    path = live(old, key="correct horse")
    env = {"RIGHT": "correct horse", "WRONG": "battery staple"}
    assert "is sealed" in old.say("backup", "verify", path.name).err
    assert "another key" in old.say("backup", "verify", path.name, "--key", "env:WRONG", env=env).err
    assert "is whole" in old.say("backup", "verify", path.name, "--key", "env:RIGHT", env=env).out


def test_a_backup_for_the_other_database_is_refused(
    sites: tuple[Site, Site], tmp_path: Path, postgresql_url: str
) -> None:
    old, _ = sites
    of_sqlite = "sqlite" in address(old)
    third = _site(tmp_path / "third", f'[database]\nurl = "{postgresql_url}"\n' if of_sqlite else "")
    said = third.say("backup", "restore", str(live(old)))
    kind = "sqlite" if of_sqlite else "postgresql"
    assert (said.code, f"is of {kind}" in said.err) == (1, True), said.err


def test_a_damaged_backup_is_refused(site: Site) -> None:
    path = live(site)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    said = site.say("backup", "verify", path.name)
    assert (said.code, "it was changed or damaged" in said.err) == (1, True)


def test_backups_are_listed(site: Site) -> None:
    assert "no backup" in site.say("backup", "list").err
    path = live(site)
    (row,) = site.say("backup", "list", "--json").json["backups"]
    assert (row["name"], row["made_at"], row["sealed"]) == (path.name, "2027-01-15T08:00:00.000Z", False)
    assert path.name in site.say("backup", "list").out


def test_a_backup_that_is_not_there_is_one_line(site: Site) -> None:
    said = site.say("backup", "verify", "nothing")
    assert (said.code, len(said.err.splitlines())) == (1, 1)
