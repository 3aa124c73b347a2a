"""Do the commands of docs/operating/backup.md lead from a system in use to the same one elsewhere?"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from store import database
from tests.cli.conftest import FILE, ROOT, Site
from tests.support.console_blocks import console_blocks
from tests.support.opened import DATABASES
from tests.support.postgresql import PostgresqlServer
from tests.support.process import end

PAGE = ROOT / "docs/operating/backup.md"
#: How the page calls the backup and the key of whoever reads it.
NAME = re.compile(r"tickworks-\d{8}T\d{6}Z\.tar\.gz(\.sealed)?")
KEY = "/etc/tickworks/backup.key"


@dataclass
class Walk:
    """Where somebody follows the page: an old system, an empty folder, and what the page names."""

    old: Site
    new: Site
    key: Path
    kind: str
    env: dict[str, str]

    def follow(self, command: str, site: Site, backup: Path | None = None) -> str:
        """Type a command of the page; its output. Fails if it fails."""
        if backup is not None:
            command = NAME.sub(backup.name, command).replace(f"./{backup.name}", str(backup))
        command = command.replace(KEY, str(self.key))
        done = subprocess.run(
            ["bash", "-ec", command],
            cwd=site.folder,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=90,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def backup_now(self) -> Path:
        """The first block of the page; the backup that it made."""
        known = self.backups()
        force, listed, verify, checksum = console_blocks(PAGE)[0]
        self.follow(force, self.old)
        (made,) = self.backups() - known
        assert made.name in self.follow(listed, self.old)
        assert "is whole" in self.follow(verify, self.old, made)
        assert "OK" in self.follow(checksum, self.old, made)
        return made

    def backups(self) -> set[Path]:
        return {path for path in (self.old.folder / "var/backup").glob("*") if NAME.fullmatch(path.name)}

    def seen(self, site: Site) -> dict[str, Any]:
        """What an operator sees of a site."""
        words = ("services", "--all", "--json"), ("runs", "--json"), ("site", "status", "--json")
        services, runs, status = (
            json.loads(self.follow(f"tickworks {' '.join(each)}", site)) for each in words
        )
        return {
            "schedules": {each["name"]: each["schedule"] for each in services["services"]},
            "runs": {each["id"]: each["service"] for each in runs["runs"]},
            "name": status["name"],
        }


@pytest.fixture(params=DATABASES)
def walk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Walk]:
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    outer = {name: value for name, value in os.environ.items() if not name.startswith("TICKWORKS_")}
    env = {**outer, "PATH": programs, "PYTHONPATH": str(ROOT)}
    key = tmp_path / "backup.key"
    key.write_text("correct horse battery staple\n")
    old, new = Site(tmp_path / "old"), Site(tmp_path / "new")
    text, fresh = FILE, "[site]\nprofiles = []\n"
    server: PostgresqlServer | None = None
    if request.param == "postgresql":
        server = request.getfixturevalue("shared_postgresql")
        name = f"walk_{uuid.uuid4().hex[:12]}"
        server.add_database(name)
        env |= {"PGHOST": "127.0.0.1", "PGPORT": str(server.port), "PGUSER": "tickworks"}
        text += f'[database]\nurl = "{server.url(name)}"\n'
        fresh += f'[database]\nurl = "{server.url("tickworks")}"\n'
    for site, content in ((old, text), (new, fresh)):
        site.folder.mkdir()
        site.file.write_text(content)
    yield Walk(old, new, key, request.param, env)
    database.close()
    if server is not None:
        server.drop_database(name)
        server.drop_database("tickworks")


def test_who_follows_the_page_has_the_same_system_again(walk: Walk, request: pytest.FixtureRequest) -> None:
    _, (create,), (verify, restore), (unpack, pg_restore, move) = console_blocks(PAGE)
    process = walk.old.up()
    try:
        walk.follow("tickworks schedule cleaner --at 03:03", walk.old)
        plain = walk.backup_now()
        earlier = walk.seen(walk.old)["runs"]
        walk.old.file.write_text(walk.old.file.read_text() + f'[backup]\nkey = "file:{walk.key}"\n')
        walk.follow("tickworks migrate", walk.old)
        sealed = walk.backup_now()
        assert (plain.suffix, sealed.suffix) == (".gz", ".sealed")
    finally:
        end(process, how=signal.SIGINT)
    before = walk.seen(walk.old)

    if walk.kind == "postgresql":
        walk.follow(create, walk.new)
    assert "is whole" in walk.follow(verify, walk.new, sealed)
    walk.follow(restore, walk.new, sealed)
    restored = walk.new.folder / "tickworks.toml.restored"
    restored.replace(walk.new.file)
    if walk.kind == "postgresql":  # the address of the new server, as after a comparison of the two files
        text = re.sub(r"/walk_\w+", "/tickworks", walk.new.file.read_text())
        walk.new.file.write_text(text)
    after = walk.seen(walk.new)
    assert (after["schedules"], after["name"]) == (before["schedules"], before["name"])
    assert after["schedules"]["cleaner"] == "03:03"
    assert earlier.items() <= after["runs"].items() <= before["runs"].items()
    walk.follow("tickworks check", walk.new)
    end(walk.new.up(), how=signal.SIGINT)

    # And without Tickworks at hand.
    bare = Site(walk.new.folder.parent / "bare")
    (bare.folder / "var").mkdir(parents=True)
    (bare.folder / plain.name).write_bytes(plain.read_bytes())
    walk.follow(unpack, bare, plain)
    if walk.kind == "postgresql":
        server: PostgresqlServer = request.getfixturevalue("shared_postgresql")
        server.drop_database("tickworks")
        walk.follow(create, bare)
        walk.follow(pg_restore, bare)
    else:
        walk.follow(move, bare)
    bare.file.write_text(walk.new.file.read_text())
    assert walk.seen(bare)["schedules"] == before["schedules"]
