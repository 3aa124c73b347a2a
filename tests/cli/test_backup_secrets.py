"""Is the key that opens secrets in no backup, and does a restored system open them where it is supplied?"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from backends import backup_archive
from backends.vault_key import KeySource
from domain.backup import BackupPlan
from store import database, secret
from store.backup import making
from tests.cli.conftest import Site
from tests.cli.test_backup import TODAY, address, sites
from tests.cli.test_secrets import VALUE, put

__all__ = ["sites"]


def key_file(site: Site) -> Path:
    return site.folder / "var/secret.key"


def backed_up(site: Site) -> Path:
    """A backup of a system with a secret, and with its key lying among what a backup takes along."""
    attachments = site.folder / "var/attachments"
    attachments.mkdir(parents=True)
    site.file.write_text(site.file.read_text() + '[secrets]\nkey_file = "var/attachments/secret.key"\n')
    assert site.say("migrate").code == 0
    assert put(site).code == 0
    planted = attachments / "secret.key"
    os.link(planted, key_file(site))
    os.link(planted, attachments / "another name")
    (attachments / "invoice.pdf").write_bytes(b"%PDF")
    assert site.say("secret", "list").code == 0
    database.open(address(site))
    plan = BackupPlan(
        folder=str(site.folder / "var/backup"), attachments=str(attachments), config_file=str(site.file)
    )
    path = making.make(plan, None, TODAY).path
    database.close()
    return path


def test_no_byte_of_the_key_or_of_a_secret_is_in_a_backup(sites: tuple[Site, Site], tmp_path: Path) -> None:
    old, _ = sites
    path = backed_up(old)
    (key,) = KeySource(key_file(old)).ring().keys
    out = tmp_path / "out"
    out.mkdir()
    backup_archive.unpack(path, out, None)
    files = [each for each in out.rglob("*") if each.is_file()]
    assert {each.name for each in files} >= {"database", "invoice.pdf", "tickworks.toml"}
    for each in [*files, path]:
        data = each.read_bytes()
        for planted in (key.encode(), VALUE.encode()):
            assert planted not in data, each.name


def test_with_the_key_supplied_a_restored_system_opens_its_secrets(sites: tuple[Site, Site]) -> None:
    old, new = sites
    path = backed_up(old)
    key_file(new).parent.mkdir()
    shutil.copy(key_file(old), key_file(new))
    said = new.say("backup", "restore", str(path))
    assert (said.code, said.err) == (0, "")
    assert new.say("secret", "list").code == 0
    database.open(address(new))
    assert secret.get("smtp") == VALUE
    database.close()


def test_without_the_key_it_says_which_stay_closed_and_goes_on(sites: tuple[Site, Site]) -> None:
    old, new = sites
    said = new.say("backup", "restore", str(backed_up(old)))
    assert said.code == 0
    assert "secrets that cannot be opened here: smtp: bring back their key" in said.err
    assert "start it with `tickworks up`" in said.out
    assert "none can be opened" in new.say("check", "--json").out
    assert put(new, "other").code == 3
    assert put(new, "smtp", VALUE, "--new-key").code == 0
    assert "can be opened" not in new.say("check", "--json").out
