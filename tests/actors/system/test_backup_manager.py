"""Does Backup Manager leave whole, checked backups and nothing else, whatever happens to it?"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import actors
from actors import Outcome
from actors.context import StopRequested
from actors.service import call
from actors.system import backup_manager
from actors.testing import FakeContext, testing_context
from backends import backup_archive
from domain.backup import BackupPlan
from store import database, event
from store.backup import kept, making, restoring
from tests.backends.test_log_rotation import at_most
from tests.support.opened import DATABASES, opened_database
from tests.support.real_sftp import RealSftp, real_sftp
from tests.support.rows import run

ROOT = Path(actors.__file__).parents[1]
NOW = datetime(2027, 1, 15, 5, 30, tzinfo=UTC)
NAME = "tickworks-20270115T053000Z.tar.gz"

#: Makes a backup and stops in the middle, once so many bytes were moved, to be killed there.
HALF_WAY = """
import sys
from datetime import UTC, datetime
from domain.backup import BackupPlan
from store import database
from store.backup import making
url, folder, attachments, limit = sys.argv[1:]
database.open(url)
moved = 0
def tick(count):
    global moved
    moved += count
    if moved >= int(limit):
        print("half", flush=True)
        sys.stdin.read()
plan = BackupPlan(folder=folder, attachments=attachments)
making.make(plan, None, datetime(2027, 1, 14, 5, 30, tzinfo=UTC), tick)
print("whole", flush=True)
"""


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backup"


@pytest.fixture
def attachments(tmp_path: Path) -> Path:
    path = tmp_path / "attachments"
    path.mkdir()
    (path / "invoice.pdf").write_bytes(os.urandom(6_000_000))
    return path


def at(now: datetime = NOW, **more: Any) -> FakeContext:
    return testing_context(backup_manager.run, now=now, **more)


def back_up(folder: Path, context: FakeContext | None = None, **options: Any) -> Outcome:
    outcome = call(backup_manager.run, context or at(), BackupPlan(folder=str(folder), **options))
    assert outcome is not None
    return outcome


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def texts() -> list[str]:
    return [row["text"] for row in event.latest(database.read())]


@pytest.mark.covers("backup_manager", 1)
def test_a_backup_is_whole_and_says_what_it_holds(folder: Path, attachments: Path, tmp_path: Path) -> None:
    run(1, "succeeded", 1.0)
    outcome = back_up(folder, attachments=str(attachments), restore_test=True)
    assert (outcome.kind, outcome.message, outcome.counts["attachments"]) == ("done", NAME, 1)
    assert names(folder) == [NAME, f"{NAME}.sha256"]
    assert restoring.verify(folder / NAME, None, tmp_path / "scratch").tables["run"] == 1
    done = subprocess.run(["sha256sum", "-c", f"{NAME}.sha256"], cwd=folder, capture_output=True)
    assert done.returncode == 0


def test_two_in_one_second_are_both_kept(folder: Path) -> None:
    first, second = back_up(folder), back_up(folder)
    assert {each.path.name for each in kept.listing(folder)} == {first.message, second.message}
    assert first.message != second.message


def test_only_we_may_read_it(folder: Path) -> None:
    back_up(folder)
    assert (folder.stat().st_mode & 0o777, (folder / NAME).stat().st_mode & 0o777) == (0o700, 0o600)


@pytest.mark.parametrize("part", [0, 0.3, 0.6, 0.9])
def test_one_that_is_killed_half_way_leaves_no_backup(
    folder: Path, attachments: Path, tmp_path: Path, part: float
) -> None:
    plan = BackupPlan(folder=str(folder), attachments=str(attachments))
    moved: list[int] = []
    making.make(plan, None, NOW - timedelta(days=9), moved.append)
    shutil.rmtree(folder)
    command = [database.url(), str(folder), str(attachments), str(int(sum(moved) * part))]
    pipe = subprocess.PIPE
    program = [sys.executable, "-c", HALF_WAY, *command]
    with subprocess.Popen(program, stdin=pipe, stdout=pipe, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"half\n"
        process.send_signal(signal.SIGKILL)
    assert kept.listing(folder) == []
    back_up(folder)
    assert names(folder) == [NAME, f"{NAME}.sha256"], "what was left behind is gone"


def test_a_full_disk_leaves_no_backup_and_the_old_ones(folder: Path, attachments: Path) -> None:
    back_up(folder, at(NOW - timedelta(days=1)))
    before = names(folder)
    # Room for the database, not for the attachment beside it.
    with at_most(5_000_000):
        outcome = back_up(folder, attachments=str(attachments), keep_daily=1, keep_weekly=1)
    assert outcome.kind == "failed"
    assert outcome.message == "File too large: no backup was made, the old ones are kept"
    assert names(folder) == before


def test_a_stop_leaves_no_backup(folder: Path, attachments: Path) -> None:
    context = at()
    context.ports.stop_after = 2
    with pytest.raises(StopRequested):
        back_up(folder, context, attachments=str(attachments))
    assert names(folder) == []


@pytest.mark.covers("backup_manager", 1)
def test_a_copy_that_cannot_be_read_back_is_no_backup(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unpack = backup_archive.unpack

    def damaged(path: Path, work: Path, *words: Any, **more: Any) -> Any:
        manifest = unpack(path, work, *words, **more)
        (work / "database").write_bytes((work / "database").read_bytes()[:1000])
        return manifest

    monkeypatch.setattr(backup_archive, "unpack", damaged)
    outcome = back_up(folder)
    assert (outcome.kind, names(folder)) == ("failed", [])
    assert "no backup was made" in outcome.message


@pytest.mark.covers("backup_manager", 1)
def test_past_its_term_one_goes_only_after_a_new_one_is_there(folder: Path) -> None:
    for day in range(4):
        last = back_up(folder, at(NOW + timedelta(days=day)), keep_daily=2, keep_weekly=1)
    assert last.counts["dropped"] == 1
    assert [each.made_at.day for each in kept.listing(folder)] == [18, 17]


def test_a_clock_set_back_drops_nothing(folder: Path) -> None:
    back_up(folder, at(NOW + timedelta(days=30)), keep_daily=1, keep_weekly=1)
    assert back_up(folder, keep_daily=1, keep_weekly=1).counts["dropped"] == 0
    assert len(kept.listing(folder)) == 2


def test_the_second_folder_has_it_too_with_its_checksum(folder: Path, tmp_path: Path) -> None:
    second = tmp_path / "second"
    second.mkdir()
    assert back_up(folder, copy_to=str(second)).kind == "done"
    digest = (second / f"{NAME}.sha256").read_text().split()[0]
    assert hashlib.sha256((second / NAME).read_bytes()).hexdigest() == digest
    assert names(second) == names(folder)


def test_a_second_folder_that_is_not_there_keeps_the_backup_and_makes_an_event(
    folder: Path, tmp_path: Path
) -> None:
    outcome = back_up(folder, copy_to=str(tmp_path / "not mounted"))
    assert outcome.kind == "partial"
    assert names(folder) == [NAME, f"{NAME}.sha256"]
    assert texts() == [outcome.message]
    assert "No such file or directory" in outcome.message


@pytest.fixture(scope="module")
def sftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealSftp]:
    with real_sftp(tmp_path_factory.mktemp("sshd")) as server:
        yield server


def over_sftp(sftp: RealSftp, there: Path, now: datetime = NOW, **more: Any) -> dict[str, Any]:
    """The context and the options of a backup that is copied to a folder of another machine."""
    there.mkdir(exist_ok=True)
    keys = {"copy_key": "file:key", "copy_host_key": sftp.host_key, **more}
    return {"context": at(now, secrets={"file:key": sftp.key}), "copy_to": sftp.url(there), **keys}


def test_a_copy_goes_over_sftp_with_its_checksum(folder: Path, sftp: RealSftp, tmp_path: Path) -> None:
    there = tmp_path / "there"
    assert back_up(folder, **over_sftp(sftp, there)).kind == "done"
    digest = (there / f"{NAME}.sha256").read_text().split()[0]
    assert hashlib.sha256((there / NAME).read_bytes()).hexdigest() == digest
    assert names(there) == names(folder)


def test_past_its_term_a_copy_goes_there_as_well(folder: Path, sftp: RealSftp, tmp_path: Path) -> None:
    there = tmp_path / "there"
    for day in range(4):
        words = over_sftp(sftp, there, NOW + timedelta(days=day), keep_daily=2, keep_weekly=1)
        assert back_up(folder, **words).kind == "done"
    assert names(there) == names(folder)
    assert len(kept.listing(there)) == 2


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"copy_host_key": ""}, "copy_host_key is missing"),
        ({"copy_key": ""}, "copy_key is missing"),
        ({"copy_to": "sftp://nobody@127.0.0.1:1/x"}, "nobody listens there"),
        ({"copy_to": "sftp://127.0.0.1/x"}, "expected sftp://user@host/folder"),
    ],
)
def test_a_copy_that_cannot_leave_keeps_the_backup_and_says_why(
    folder: Path, sftp: RealSftp, tmp_path: Path, wrong: dict[str, str], words: str
) -> None:
    outcome = back_up(folder, **{**over_sftp(sftp, tmp_path / "there"), **wrong})
    assert (outcome.kind, words in outcome.message) == ("partial", True), outcome.message
    assert names(folder) == [NAME, f"{NAME}.sha256"]
    assert texts() == [outcome.message]


def test_holding_its_groups_for_long_makes_one_event(folder: Path) -> None:
    context = at()
    told = context.ports.progress
    context.ports.progress = lambda *way: (told(*way), context.advance(1000))  # type: ignore[assignment,method-assign,func-returns-value]
    back_up(folder, context)
    assert texts() == ["Backup Manager holds factors and stats_processing for more than 1800 s"]


def test_progress_only_grows(folder: Path, attachments: Path) -> None:
    context = at()
    back_up(folder, context, attachments=str(attachments))
    done = [each for each, _ in context.ports.progressed]
    assert done == sorted(done)
    assert done[-1] >= 6_000_000, "the attachments were written and read back"


def test_keys_are_never_inside(folder: Path, attachments: Path, tmp_path: Path) -> None:
    (attachments / "backup.key").write_text("the key of the backups")
    (attachments / "smtp").write_text("the password of the server")
    os.link(attachments / "backup.key", attachments / "another name")
    config = tmp_path / "tickworks.toml"
    config.write_text('[mail]\npassword = "file:attachments/smtp"\n')
    key = f"file:{attachments}/backup.key"
    context = at(secrets={key: "the key of the backups"})
    back_up(folder, context, attachments=str(attachments), config_file=str(config), key=key)
    out = tmp_path / "out"
    out.mkdir()
    backup_archive.unpack(folder / f"{NAME}.sealed", out, "the key of the backups")
    assert sorted(path.name for path in out.rglob("*") if path.is_file()) == [
        "database",
        "invoice.pdf",
        "manifest.json",
        "tickworks.toml",
    ]


def test_a_sealed_backup_tells_nothing_without_its_key(folder: Path) -> None:
    run(1, "failed", 1.0, error="a sentence of the database")
    back_up(folder, at(secrets={"env:KEY": "secret"}), key="env:KEY")
    (path,) = [each.path for each in kept.listing(folder)]
    assert not tarfile.is_tarfile(path)
    with pytest.raises(backup_archive.ArchiveError, match="is sealed"):
        backup_archive.unpack(path, folder, None)


def test_links_among_the_attachments_are_left_out(folder: Path, attachments: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("not ours")
    (attachments / "link").symlink_to(tmp_path / "elsewhere")
    assert back_up(folder, attachments=str(attachments)).counts["attachments"] == 1


def test_two_at_once_do_not_meet(folder: Path) -> None:
    met: list[str] = []

    def tick(count: int) -> None:
        if not met:
            with pytest.raises(making.BackupProblem) as caught:
                making.make(plan, None, NOW + timedelta(days=1))
            met.append(str(caught.value))

    plan = BackupPlan(folder=str(folder))
    making.make(plan, None, NOW, tick)
    assert "another process is making a backup there now" in met[0]
    assert names(folder) == [NAME, f"{NAME}.sha256"]
