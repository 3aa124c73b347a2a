"""What comes from a switch, and what becomes of it there."""

from __future__ import annotations

import ftplib
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.context import StopRequested
from actors.fetching.fetch import fetch
from actors.rating.files_downloader import files_downloader
from actors.testing import testing_context
from backends.files import remote
from domain.retention import Retention
from store import history
from tests.actors.rating.fetching_scene import NOW, Far, Near, by_ftp, by_ssh, rows
from tests.support import memory
from tests.support.fault_proxy import FaultProxy
from tests.support.real_sftp import RealSftp, real_sftp
from tests.support.real_vsftpd import PASSWORD, USER, RealVsftpd, real_vsftpd


@pytest.fixture(scope="module")
def ssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealSftp]:
    with real_sftp(tmp_path_factory.mktemp("ssh")) as server:
        yield server


@pytest.fixture(scope="module")
def vsftpd() -> Iterator[RealVsftpd]:
    with real_vsftpd(write=True) as server:
        yield server


@pytest.fixture(params=["sftp", "scp", "ftp", "ftps"])
def far(request: pytest.FixtureRequest) -> Iterator[Far]:
    """An empty folder on a server of each protocol."""
    kind = "ssh" if request.param in ("sftp", "scp") else "vsftpd"
    server = request.getfixturevalue(kind)
    root = server.folder if kind == "ssh" else server.files
    folder = root / f"cdr{random.randrange(10**9)}"
    folder.mkdir()
    folder.chmod(0o777)
    (folder / "old").mkdir()
    (folder / "old").chmod(0o777)
    yield by_ssh(server, folder, request.param) if kind == "ssh" else by_ftp(server, folder, request.param)
    shutil.rmtree(folder)


@pytest.fixture
def sftp(ssh: RealSftp) -> Iterator[Far]:
    folder = ssh.folder / f"cdr{random.randrange(10**9)}"
    folder.mkdir()
    yield by_ssh(ssh, folder, "sftp")
    shutil.rmtree(folder)


@pytest.fixture
def near(sqlite_engine_database: str, tmp_path: Path) -> Near:
    return Near(tmp_path)


@pytest.fixture
def near_both(engine_database: str, tmp_path: Path) -> Near:
    return Near(tmp_path)


@pytest.mark.covers("files_downloader", 1)
def test_each_file_comes_once_and_whole(far: Far, near: Near) -> None:
    content = random.Random(1).randbytes(3_000_000)
    far.put("cdr 1.csv", content)
    far.put("cdr_2.csv", b"two\n")
    far.put("notes.txt")
    near.source(far, mask="cdr*.csv")
    outcome, _ = near.run(far)
    assert (outcome.kind, outcome.counts["fetched"], outcome.message) == ("done", 2, "")
    assert near.files() == {"cdr 1.csv": content, "cdr_2.csv": b"two\n"}
    near.later()
    outcome, _ = near.run(far)
    assert outcome.counts["fetched"] == 0
    assert not list(near.folder.glob(".*"))


def test_a_name_that_is_written_anew_comes_again(far: Far, near: Near) -> None:
    far.put("Master.csv", b"one\n")
    near.source(far)
    near.run(far)
    far.put("Master.csv", b"other\n", age=3 * 86_400)
    near.later()
    near.run(far)
    assert near.files() == {"Master.csv": b"one\n", "Master.csv.2": b"other\n"}


def test_what_is_deleted_or_moved_there_is_held_first_then_done(far: Far, near: Near) -> None:
    path = far.put("a.csv")
    old = f"{far.values['folder']}/old"
    near.source(far, after="move", move_to=old)
    outcome, context = near.run(far, observes=True)
    assert outcome.counts["held"] == 1
    assert [act.effect for act in context.ports.acts] == ["outward"]
    assert path.exists()
    near.later()
    outcome, _ = near.run(far)
    assert (outcome.counts["fetched"], outcome.counts["tidied"], outcome.message) == (0, 1, "")
    assert not path.exists()
    assert (far.folder / "old/a.csv").exists()
    assert rows()["a.csv"]["state"] == "done"


def test_a_file_is_deleted_there_once_it_is_here(far: Far, near: Near) -> None:
    path = far.put("a.csv")
    near.source(far, after="delete")
    near.run(far)
    assert not path.exists()
    assert near.files() == {"a.csv": b"abc\n"}


def test_a_growing_file_waits_until_two_looks_saw_the_same(sftp: Far, near: Near) -> None:
    sftp.put("a.csv", b"one\n", age=0)
    near.source(sftp, finished_after=60)
    outcome, _ = near.run(sftp)
    assert outcome.counts["growing"] == 1
    near.later()
    sftp.put("a.csv", b"one\ntwo\n", age=-300)
    near.run(sftp)
    assert not near.files()
    near.later()
    near.run(sftp)
    assert near.files() == {"a.csv": b"one\ntwo\n"}


@pytest.mark.parametrize("ahead", [86_400 * 400, -3600 * 5], ids=["ahead", "behind"])
def test_a_wrong_clock_there_loses_nothing(sftp: Far, near: Near, ahead: int) -> None:
    sftp.put("a.csv", age=-ahead)
    near.source(sftp)
    near.run(sftp)
    near.later()
    near.run(sftp)
    assert near.files() == {"a.csv": b"abc\n"}


def test_an_empty_file_waits(sftp: Far, near: Near) -> None:
    sftp.put("a.csv", b"")
    near.source(sftp)
    outcome, _ = near.run(sftp)
    assert outcome.kind == "done"
    assert not near.files()


def test_names_that_lead_elsewhere_and_links_are_not_taken(sftp: Far, near: Near, tmp_path: Path) -> None:
    sftp.put("good.csv")
    sftp.put("back\\slash.csv")
    sftp.put("line\nbreak.csv")
    (sftp.folder / "link.csv").symlink_to("/etc/passwd")
    (sftp.folder / "folder.csv").mkdir()
    near.source(sftp)
    outcome, _ = near.run(sftp)
    assert near.files() == {"good.csv": b"abc\n"}
    assert outcome.message.count("its name can be no name of a file here") == 2
    near.later()
    outcome, _ = near.run(sftp)
    assert outcome.kind == "done"


@pytest.mark.parametrize("name", ["../a.csv", "/etc/passwd", "a/b.csv", "a\0.csv", "", ".", "..", "x" * 300])
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    assert not remote.is_safe(name)


def test_another_host_key_is_refused_in_plain_words_and_nothing_is_said_to_it(sftp: Far, near: Near) -> None:
    sftp.put("a.csv")
    near.source(sftp, host_key="SHA256:" + "A" * 43)
    outcome, _ = near.run(sftp)
    assert outcome.kind == "failed"
    assert "its host key is SHA256:" in outcome.message
    assert "not the one that is set: it may be another machine" in outcome.message
    assert not near.files()


def test_a_transfer_that_breaks_goes_on_where_it_broke(ssh: RealSftp, sftp: Far, near: Near) -> None:
    content = random.Random(2).randbytes(8_000_000)
    sftp.put("a.csv", content)
    with FaultProxy(ssh.port) as proxy:
        near.source(sftp, port=proxy.port)
        proxy.cut(after=4_000_000)
        outcome, _ = near.run(sftp)
        assert outcome.kind == "failed"
        [part] = near.folder.glob(".a.csv*.part")
        have = part.stat().st_size
        assert 0 < have < len(content)
        proxy.heal()
        passed = proxy.passed
        near.later()
        near.run(sftp)
    assert near.files() == {"a.csv": content}
    assert proxy.passed - passed < len(content) - have + 200_000


def test_half_a_file_that_is_written_anew_meanwhile_is_not_gone_on_with(
    ssh: RealSftp, sftp: Far, near: Near
) -> None:
    sftp.put("a.csv", b"old" * 2_000_000)
    with FaultProxy(ssh.port) as proxy:
        near.source(sftp, port=proxy.port)
        proxy.cut(after=4_000_000)
        near.run(sftp)
        assert list(near.folder.glob(".a.csv*.part"))
        proxy.heal()
        sftp.put("a.csv", b"new" * 2_000_000, age=3 * 86_400)
        near.later()
        near.run(sftp)
    assert near.files() == {"a.csv": b"new" * 2_000_000}
    assert not list(near.folder.glob(".*"))


def test_a_file_that_changes_while_it_is_fetched_is_not_taken(
    sftp: Far, near: Near, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sftp.put("a.csv", b"x" * 100)
    near.source(sftp)

    def changing(*given: object, **more: object) -> object:
        path.write_bytes(b"y" * 150)
        return get(*given, **more)  # type: ignore[arg-type]

    get = remote.get
    monkeypatch.setattr("actors.fetching.fetch.get", changing)
    outcome, _ = near.run(sftp)
    assert "while it was fetched" in outcome.message
    assert not near.files()
    monkeypatch.undo()
    near.later()
    near.run(sftp)
    near.later()
    near.run(sftp)
    assert near.files() == {"a.csv": b"y" * 150}


@pytest.fixture(params=["sftp", "ftp"])
def refusing(
    request: pytest.FixtureRequest, vsftpd: RealVsftpd, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Far]:
    """A folder from which nothing may be deleted."""
    if request.param == "ftp":
        folder = vsftpd.files / "refusing"
        folder.mkdir()
        yield by_ftp(vsftpd, folder, "ftp")
        shutil.rmtree(folder)
        return
    with real_sftp(tmp_path_factory.mktemp("ssh"), denied="remove,rename") as server:
        yield by_ssh(server, server.folder, "sftp")


def test_a_delete_that_is_not_permitted_is_told_and_ends(refusing: Far, near: Near) -> None:
    far, path = refusing, refusing.put("a.csv")
    far.folder.chmod(0o555)
    near.source(far, after="delete")
    said = []
    for _ in range(8):
        outcome, _ = near.run(far)
        said.append(outcome.message)
        near.later(86_400)
    far.folder.chmod(0o777)
    assert path.exists()
    assert near.files() == {"a.csv": b"abc\n"}
    assert sum(map(bool, said)) == 5
    assert "is left there after 5 tries" in said[4]
    assert rows()["a.csv"]["state"] == "done"


def test_a_full_disk_stops_before_it_is_full(sftp: Far, near: Near, monkeypatch: pytest.MonkeyPatch) -> None:
    sftp.put("a.csv")
    near.source(sftp)
    usage = shutil.disk_usage(near.data)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=remote.ROOM))
    outcome, _ = near.run(sftp)
    assert "no room for a.csv: 64 MB are free" in outcome.message
    assert not near.files()
    monkeypatch.undo()
    near.run(sftp)
    assert near.files() == {"a.csv": b"abc\n"}


def test_a_disk_that_fills_meanwhile_keeps_no_part(
    far: Far, near: Near, monkeypatch: pytest.MonkeyPatch
) -> None:
    far.put("a.csv")
    near.source(far)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    outcome, _ = near.run(far)
    monkeypatch.undo()
    assert "a.csv cannot be written: No space left on device" in outcome.message
    assert not list(near.folder.iterdir())


def test_one_server_that_is_away_does_not_hide_the_others(sftp: Far, near: Near) -> None:
    sftp.put("a.csv")
    near.source(sftp, name="away", port=1)
    near.source(sftp)
    outcome, _ = near.run(sftp)
    assert outcome.kind == "partial"
    assert "away: 127.0.0.1:1: nobody listens there" in outcome.message
    assert near.files() == {"a.csv": b"abc\n"}


def test_a_certificate_of_somebody_else_is_refused(vsftpd: RealVsftpd, near: Near) -> None:
    far = by_ftp(vsftpd, vsftpd.files, "ftps")
    near.source(far, ca_file="", folder="")
    outcome, _ = near.run(far)
    assert "its certificate is not trusted" in outcome.message


def test_the_address_that_an_ftp_server_says_is_ignored(vsftpd: RealVsftpd, near: Near) -> None:
    with ftplib.FTP() as ftp:
        ftp.connect("127.0.0.1", vsftpd.port)
        ftp.login(USER, PASSWORD)
        assert "203,0,113,7" in ftp.sendcmd("PASV")
    far = by_ftp(vsftpd, vsftpd.files, "ftp")
    near.source(far, folder="")
    outcome, _ = near.run(far)
    assert outcome.kind == "done"


def test_a_run_that_is_asked_to_stop_stops(sftp: Far, near: Near) -> None:
    sftp.put("a.csv", b"x" * 5_000_000)
    near.source(sftp)
    log = near.data / "log"
    context = testing_context(files_downloader, now=NOW, log_folder=log, secrets=sftp.secrets)
    context.ports.stop_after = 3
    with pytest.raises(StopRequested):
        fetch(context)
    assert not near.files()


@pytest.mark.parametrize("far", ["sftp", "ftps"], indirect=True)
def test_a_large_file_takes_little_memory(far: Far, near: Near) -> None:
    os.truncate(far.put("a.csv"), 128 << 20)
    os.utime(far.folder / "a.csv", (NOW.timestamp() - 7 * 86_400,) * 2)
    near.source(far)
    with memory.height() as taken:
        near.run(far)
    assert (near.folder / "a.csv").stat().st_size == 128 << 20
    assert taken.bytes < 32 << 20


def test_a_folder_of_many_files_is_looked_at_in_pieces(sftp: Far, near_both: Near) -> None:
    for number in range(3000):
        (sftp.folder / f"{number}.csv").write_text("abc\n")
    near_both.source(sftp, finished_after=60)
    outcome, _ = near_both.run(sftp)
    assert outcome.counts["growing"] == 3000


def test_what_stays_there_is_never_fetched_again_and_what_went_is_forgotten_at_its_term(
    sftp: Far, near_both: Near
) -> None:
    near = near_both
    paths = {name: sftp.put(f"{name}.csv", name.encode()) for name in ("stays", "went", "back")}
    near.source(sftp, after="keep")
    near.run(sftp)
    assert not any(row["gone_at"] for row in rows().values())
    for name in ("went", "back"):
        paths[name].unlink()
    near.later()
    near.run(sftp)
    assert [name for name, row in rows().items() if row["gone_at"] is None] == ["stays.csv"]
    sftp.put("back.csv", b"back")
    near.later(401 * 86_400)
    outcome, _ = near.run(sftp)
    assert outcome.counts["fetched"] == 0
    assert dict(history.clean(Retention().terms(near.now.timestamp()), 500)) == {"fetched_files": 1}
    assert set(rows()) == {"stays.csv", "back.csv"}
    near.later()
    near.run(sftp)
    assert near.files() == {"stays.csv": b"stays", "went.csv": b"went", "back.csv": b"back"}
